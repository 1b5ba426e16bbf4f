/** Removing the files of a store, without a moment in which other processes open a part of them. */
import { randomBytes } from 'node:crypto';
import { lstatSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { rmdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { t } from '../text/translate';
import { codeOf, messageOf } from '../util/errors';
import { isOwnName, namesIn, TAG, tagIn } from './store-files';
import { LOCK_NAME, withStoreLock } from './store-lock';
import { checkFiles, isStore } from './store-ownership';

/** Errors of Windows for files that a program has open, and of folders that are not writable. */
const BUSY = ['EACCES', 'EPERM', 'EBUSY'];

/** Ending of a store's folder while its files are removed. */
const CLEARED = '.cleared';

/**
 * Removes a store's files, and its folder where it holds nothing else. The folder is renamed before
 * if possible, so that all files go at once: LMDB relies on its locks and its data being of the
 * same store.
 */
export async function removeStore(folder: string): Promise<void> {
  const aside = `${folder}-${randomBytes(4).toString('hex')}${CLEARED}`;
  let isMoved: boolean;
  try {
    isMoved = withStoreLock(folder, () => {
      if (moveAside(folder, aside)) return true;
      const names = readdirSync(folder).filter(
        (name) => isOwnName(name) && ![TAG, LOCK_NAME].includes(name),
      );
      removeFiles(folder, [...names, ...ownTag(folder)]); // the tag goes last
      return false;
    });
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return; // another process has removed it
    throw error;
  }
  if (isMoved) await removeAside(aside);
  // Fails for a link, and where the folder holds something else.
  else await rmdir(folder).catch(() => undefined);
}

/**
 * @returns whether the folder was renamed. It is not if it holds other files, is a link, or its
 * parent folder is not writable.
 */
function moveAside(folder: string, aside: string): boolean {
  if (
    !readdirSync(folder).every(isOwnName) ||
    tagIn(folder) !== 'own' ||
    lstatSync(folder).isSymbolicLink()
  )
    return false;
  try {
    renameSync(folder, aside);
    return true;
  } catch (error) {
    if (BUSY.includes(codeOf(error) ?? '')) return false;
    throw error;
  }
}

/** Folders of stores whose removal was interrupted, beside the folder of a store. */
export async function interruptedRemovals(folder: string): Promise<string[]> {
  const names = (await namesIn(dirname(folder))) ?? [];
  const isAside = (name: string) =>
    name.startsWith(`${basename(folder)}-`) && /-[0-9a-f]{8}\.cleared$/.test(name);
  return names.filter(isAside).map((name) => join(dirname(folder), name));
}

/** Removes the files of a store whose folder was renamed. */
export async function removeAside(aside: string): Promise<void> {
  const names = await namesIn(aside);
  if (names === undefined) return;
  await checkFiles(aside, names);
  if (!(await isStore(aside))) return; // a folder that happens to have such a name
  removeFiles(aside, [
    ...names.filter((name) => isOwnName(name) && name !== TAG),
    ...ownTag(aside),
  ]);
  // Fails where a process that has the store open has just written its mark.
  await rmdir(aside).catch(() => undefined);
}

const ownTag = (folder: string) => (tagIn(folder) === 'own' ? [TAG] : []);

function removeFiles(folder: string, names: readonly string[]): void {
  for (const name of names) {
    try {
      rmSync(join(folder, name), { force: true, maxRetries: 3 });
    } catch (error) {
      if (!BUSY.includes(codeOf(error) ?? '')) throw error;
      const message = t(
        "'{0}' cannot be removed ({1}). Close programs that use it, such as another window, and try again",
        name,
        messageOf(error),
      );
      throw new Error(message, { cause: error });
    }
  }
}
