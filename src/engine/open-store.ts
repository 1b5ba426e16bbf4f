/** The store the engine has open: one for as long as it lives. */
import { FaceStore } from '../store/face-store';
import { messageOf } from '../util/errors';

let current: { folder: string; opening: Promise<FaceStore> } | undefined;

/**
 * Does a job with the store in a folder, which is opened once; with undefined where there is to be
 * none, or where it cannot be used: a job does without it.
 * @param onNotice takes what people should know: why it cannot be used, or that what was kept is
 * forgotten.
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
      // What went wrong may be over.
    }
    await closeStore();
    current = { folder, opening: FaceStore.open(folder) };
    const store = await current.opening;
    store.beginUse();
    if (store.madeAnew !== undefined) {
      onNotice(
        `What was found before is forgotten, and images are read again: the store in '${folder}' was made anew (${store.madeAnew}).`,
      );
    }
    return store;
  } catch (error) {
    await closeStore();
    onNotice(
      `What was found before cannot be used, and nothing is kept: the store in '${folder}' cannot be opened (${messageOf(error)}).`,
    );
    return undefined;
  }
}

/** Closes it as soon as no job uses it any more. */
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
