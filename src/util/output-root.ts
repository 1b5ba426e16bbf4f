/** Checks of the folder that an output is written into, and its removal where it stays empty. */
import { constants } from 'node:fs';
import { access, rmdir, stat } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { shortPath } from '../text/short-path';
import { t } from '../text/translate';
import { codeOf, UserError } from './errors';
import { fsReason, isSystemError } from './fs-errors';
import { statOf, whatInstead } from './user-files';

/** @throws UserError if there is something other than a folder, such as a symbolic link. */
export async function expectFolderOrNothing(root: string): Promise<void> {
  const stats = await statOf(root);
  if (stats === undefined || stats.isDirectory()) return;
  throw new UserError(
    t(
      stats.isSymbolicLink()
        ? "cannot write into '{0}': it {1}: give the folder it leads to"
        : "cannot write into '{0}': it {1}: expected a folder",
      shortPath(root),
      whatInstead(stats),
    ),
  );
}

/** @throws a system error where the folder, or the nearest one that exists, is not writable. */
export async function expectWritable(root: string): Promise<void> {
  const exists = (await statOf(root)) !== undefined;
  const folder = exists ? root : await nearestFolder(root);
  await access(folder, constants.W_OK | constants.X_OK);
}

async function nearestFolder(path: string): Promise<string> {
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    try {
      await stat(join(folder, '.')); // fails with ENOTDIR for a file
      return folder;
    } catch (error) {
      if (codeOf(error) !== 'ENOENT' || folder === dirname(folder)) throw error;
    }
  }
}

/** Removes a folder and its parents below `top`, as long as they are empty. */
export async function removeEmptyFolders(folder: string, top: string): Promise<void> {
  for (
    let each = folder;
    each !== top && !relative(top, each).startsWith('..');
    each = dirname(each)
  ) {
    try {
      await rmdir(each);
    } catch (error) {
      if (codeOf(error) !== 'ENOENT') return; // not empty
    }
  }
}

/** Turns errors of the file system into user errors. */
export async function withWriteErrors<T>(root: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!isSystemError(error)) throw error;
    throw new UserError(t("cannot write into '{0}': {1}", shortPath(root), fsReason(error)), {
      cause: error,
    });
  }
}
