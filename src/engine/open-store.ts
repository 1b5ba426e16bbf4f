/** The store that a process of the engine has open; it stays open until another one is needed. */
import { FaceStore } from '../store/face-store';
import { t } from '../text/translate';
import { messageOf } from '../util/errors';

let current: { folder: string; opening: Promise<FaceStore> } | undefined;

/**
 * Runs a job with the store in a folder, which is opened once.
 * @param folder null for no store.
 * @param onNotice takes notices for people: why the store cannot be used, or that it was recreated.
 * @param job gets undefined where there is no store, or it cannot be used.
 */
export async function withStore<Result>(
  folder: string | null,
  onNotice: (notice: string) => void,
  job: (store: FaceStore | undefined) => Promise<Result>,
): Promise<Result> {
  const store = folder === null ? undefined : await openStore(folder, onNotice);
  try {
    return await job(store);
  } finally {
    store?.endUse();
  }
}

async function openStore(
  folder: string,
  onNotice: (notice: string) => void,
): Promise<FaceStore | undefined> {
  try {
    if (current?.folder === folder) {
      const store = await current.opening;
      if (store.problem === undefined) {
        store.beginUse();
        return store;
      }
      // The problem may be over: the store is opened again.
    }
    await closeStore();
    current = { folder, opening: FaceStore.open(folder) };
    const store = await current.opening;
    store.beginUse();
    if (store.recreationReason !== undefined) {
      onNotice(
        t(
          "What was found before is forgotten, and images are read again: the store in '{0}' was made anew ({1}).",
          folder,
          store.recreationReason,
        ),
      );
    }
    return store;
  } catch (error) {
    await closeStore();
    onNotice(
      t(
        "What was found before cannot be used, and nothing is kept: the store in '{0}' cannot be opened ({1}).",
        folder,
        messageOf(error),
      ),
    );
    return undefined;
  }
}

/** Closes the store as soon as no job uses it. */
export async function closeStore(): Promise<void> {
  const store = current;
  current = undefined;
  await store?.opening.then(
    (opened) => {
      opened.retire();
    },
    () => undefined, // it never opened
  );
}
