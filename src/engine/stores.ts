/** The store the engine has open: one for as long as it lives. */
import { messageOf } from '../errors';
import { FaceStore } from '../store/face-store';

let current: { folder: string; opening: Promise<FaceStore> } | undefined;

/**
 * The store in a folder, opened once; undefined where it cannot be used: a run does without it.
 * @param onProblem takes the reason, for people.
 */
export async function openStore(folder: string, onProblem: (notice: string) => void): Promise<FaceStore | undefined> {
  if (current?.folder !== folder) {
    await closeStore();
    current = { folder, opening: FaceStore.open(folder) };
  }
  try {
    const store = await current.opening;
    if (store.problem === undefined) return store;
    await closeStore(); // what went wrong may be over
    current = { folder, opening: FaceStore.open(folder) };
    return await current.opening;
  } catch (error) {
    current = undefined;
    onProblem(
      `What was found before cannot be used, and nothing is kept: the store in '${folder}' cannot be opened (${messageOf(error)}).`,
    );
    return undefined;
  }
}

export async function closeStore(): Promise<void> {
  const store = current;
  current = undefined;
  await store?.opening.then(
    (opened) => opened.close(),
    () => undefined, // it never opened
  );
}
