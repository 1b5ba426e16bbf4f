/**
 * Writing files into folders of the user. A file is first written completely under another name,
 * readable by the user only. Symbolic links below the chosen folder are refused: a folder from
 * somebody else may contain links that lead anywhere.
 */
import { type BigIntStats, constants } from 'node:fs';
import {
  chmod,
  type FileHandle,
  link,
  lstat,
  mkdir,
  open,
  rename,
  rm,
  unlink,
} from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { shortPath } from '../text/short-path';
import { t } from '../text/translate';
import { codeOf, UserError } from './errors';
import { fsReason } from './fs-errors';
import { makeTemporaryFolder } from './temporary-folder';

/** Permissions of new files and folders: faces are private. */
export const FOLDER_MODE = 0o700;
export const FILE_MODE = 0o600;

/** Like `lstat`; undefined if there is nothing. */
export async function statOf(path: string | Buffer): Promise<BigIntStats | undefined> {
  try {
    return await lstat(path, { bigint: true });
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** Whether both describe the same file, and it was not written to in between. */
export function isUnchanged(before: BigIntStats, now: BigIntStats): boolean {
  const keys = ['dev', 'ino', 'size', 'mtimeNs', 'ctimeNs'] as const;
  return keys.every((key) => before[key] === now[key]);
}

/** Opens a regular file for reading; undefined if there is none, or something else. */
export async function openRegular(path: string | Buffer): Promise<FileHandle | undefined> {
  // On Windows the last two flags are undefined, which counts as 0. Without O_NONBLOCK, opening a
  // pipe would wait for its other end.
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  if ((await statOf(path))?.isFile() !== true) return undefined;
  let file: FileHandle;
  try {
    file = await open(path, flags);
  } catch (error) {
    // replaced in the meantime
    if (['ENOENT', 'ELOOP', 'ENXIO'].includes(codeOf(error) ?? '')) return undefined;
    throw error;
  }
  if ((await file.stat()).isFile()) return file;
  await file.close();
  return undefined;
}

/**
 * The folder of a file below `root`.
 * @param name path of the file, with `/` between its parts, none of them `..`.
 * @param make whether missing folders are created.
 * @returns undefined if the folder is missing.
 * @throws UserError if one of its parts is a link, or not a folder.
 */
export async function folderOf(
  root: string,
  name: string,
  make: boolean,
): Promise<string | undefined> {
  let folder = root;
  for (const part of name.split('/').slice(0, -1)) {
    folder = join(folder, part);
    let stats = await statOf(folder);
    if (stats === undefined && make) {
      await mkdir(folder, { mode: FOLDER_MODE });
      stats = await statOf(folder);
    }
    if (stats === undefined) return undefined;
    if (!stats.isDirectory())
      throw new UserError(t("'{0}' {1}: expected a folder", shortPath(folder), whatInstead(stats)));
  }
  return folder;
}

/** Describes what was found instead, such as `is a folder`. */
export function whatInstead(stats: BigIntStats): string {
  if (stats.isSymbolicLink()) return t('is a symbolic link, which is not followed');
  if (stats.isDirectory()) return t('is a folder');
  return stats.isFile() ? t('is a file') : t('is neither a file nor a folder');
}

/**
 * Moves a complete file to its place, if there is nothing.
 * @param temporary path of a file in the same file system.
 * @returns false if there is something already; `temporary` then stays where it is.
 */
export async function publishNew(temporary: string, target: string | Buffer): Promise<boolean> {
  try {
    await link(temporary, target);
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    // File systems without hard links fail with different errors.
    return publishWithoutLinks(temporary, target);
  }
  await unlink(temporary);
  return true;
}

/** Reserves the name with an empty file, which only one program can create, and replaces it. */
async function publishWithoutLinks(temporary: string, target: string | Buffer): Promise<boolean> {
  let place: FileHandle;
  try {
    place = await open(target, 'wx', FILE_MODE);
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
  await place.close();
  try {
    await rename(temporary, target);
  } catch (error) {
    await rm(target, { force: true });
    throw error;
  }
  return true;
}

/**
 * Writes a file that the user chose and, if it exists, agreed to replace.
 * @throws UserError if it cannot be written, or is a link.
 */
export async function writeChosenFile(path: string, content: string | Uint8Array): Promise<void> {
  try {
    const before = await statOf(path);
    if (before !== undefined && !before.isFile())
      throw new UserError(
        t("'{0}' {1}: choose another name", shortPath(path), whatInstead(before)),
      );
    const folder = await makeTemporaryFolder(dirname(path), { hidden: true });
    try {
      const temporary = join(folder.path, 'file');
      const file = await open(temporary, 'wx', FILE_MODE);
      try {
        await file.writeFile(content);
      } finally {
        await file.close();
      }
      // Keep the permissions of the file that is replaced.
      if (before !== undefined) await chmod(temporary, Number(before.mode & 0o777n));
      await rename(temporary, path);
    } finally {
      await folder.remove();
    }
  } catch (error) {
    if (error instanceof UserError) throw error;
    const [name, folder] = [basename(path), dirname(path)].map((each) => shortPath(each));
    throw new UserError(t("cannot write '{0}' in '{1}': {2}", name!, folder!, fsReason(error)), {
      cause: error,
    });
  }
}
