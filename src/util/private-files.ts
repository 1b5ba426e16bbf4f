/**
 * Files and folders that no other user of the machine can look into. Windows keeps its own rights
 * of the user's folders.
 */
import type { Stats } from 'node:fs';
import { chmod, lstat, mkdir } from 'node:fs/promises';
import { codeOf } from './errors';

export const PRIVATE_FILE = 0o600;
export const PRIVATE_FOLDER = 0o700;

const OTHERS = 0o077;
const PERMISSIONS = 0o777;
const HAS_MODES = process.platform !== 'win32';

/**
 * Makes a folder, and those above it that are missing; takes the rights of others from one that is
 * there.
 */
export async function makePrivateFolder(path: string): Promise<void> {
  await mkdir(path, { recursive: true, mode: PRIVATE_FOLDER });
  await takeFromOthers(path);
}

/** Whether others may look into a folder that this user owns. */
export async function othersMayEnter(folder: string): Promise<boolean> {
  return HAS_MODES && modeToSet(await lstat(folder)) !== undefined;
}

/**
 * Takes the rights of others from a file or folder that this user owns; never from what a link
 * leads to.
 */
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

/** Some file systems know no rights: then whoever mounted it has decided who may read it. */
function unlessUnsupported(error: unknown): void {
  if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'].includes(codeOf(error) ?? '')) throw error;
}
