/** Files and folders that other users cannot read. On Windows, the user's folders are private. */
import type { Stats } from 'node:fs';
import { chmod, lstat } from 'node:fs/promises';
import { codeOf } from './errors';
import { makeFolders } from './make-folders';

export const PRIVATE_FILE = 0o600;
export const PRIVATE_FOLDER = 0o700;

const OTHERS = 0o077;
const PERMISSIONS = 0o777;
const HAS_MODES = process.platform !== 'win32';

/** Creates a folder and its missing parents. Makes an existing folder private. */
export async function makePrivateFolder(path: string): Promise<void> {
  makeFolders(path, PRIVATE_FOLDER);
  await takeFromOthers(path);
}

/** Whether other users have permissions on a folder that this user owns. */
export async function othersMayEnter(folder: string): Promise<boolean> {
  return HAS_MODES && modeToSet(await lstat(folder)) !== undefined;
}

/** Removes other users' permissions from a file or folder of this user, but not from links. */
export async function takeFromOthers(path: string): Promise<void> {
  if (!HAS_MODES) return;
  const stats = await lstat(path);
  const mode = modeToSet(stats);
  if (mode !== undefined) await chmod(path, mode).catch(unlessUnsupported);
}

function modeToSet(stats: Stats): number | undefined {
  const owned = stats.uid === process.getuid?.();
  if (!owned || stats.isSymbolicLink() || (stats.mode & OTHERS) === 0) return undefined;
  return stats.mode & PERMISSIONS & ~OTHERS;
}

/** Some file systems have no permissions; their mount options decide who may read them. */
function unlessUnsupported(error: unknown): void {
  if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'].includes(codeOf(error) ?? '')) throw error;
}
