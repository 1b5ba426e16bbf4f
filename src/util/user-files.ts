/**
 * How files come into folders of the user's. They are written whole under another name first,
 * readable by this user only. Links below the chosen folder are refused, as they may lead anywhere:
 * a folder that is passed on may hold some.
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
import { codeOf, UserError } from './errors';
import { fsReason } from './fs-errors';
import { makeTemporaryFolder } from './temporary-folder';

/** Permissions of what is made for the user: faces are nobody else's business. */
export const FOLDER_MODE = 0o700;
export const FILE_MODE = 0o600;

/** What lies at a path, a link as itself; undefined if nothing does. */
export async function statOf(path: string | Buffer): Promise<BigIntStats | undefined> {
  try {
    return await lstat(path, { bigint: true });
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** Whether both are of the same file, which was not written to in between. */
export function isUnchanged(before: BigIntStats, now: BigIntStats): boolean {
  const keys = ['dev', 'ino', 'size', 'mtimeNs', 'ctimeNs'] as const;
  return keys.every((key) => before[key] === now[key]);
}

/**
 * Opens a regular file for reading; undefined if it is none (a link, a pipe, a device, a folder),
 * or is gone.
 */
export async function openRegular(path: string | Buffer): Promise<FileHandle | undefined> {
  // The flags are undefined, which is 0 here, on Windows. Without O_NONBLOCK opening a pipe would
  // wait for its other end.
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  if ((await statOf(path))?.isFile() !== true) return undefined;
  let file: FileHandle;
  try {
    file = await open(path, flags);
  } catch (error) {
    // replaced since
    if (['ENOENT', 'ELOOP', 'ENXIO'].includes(codeOf(error) ?? '')) return undefined;
    throw error;
  }
  if ((await file.stat()).isFile()) return file;
  await file.close();
  return undefined;
}

/**
 * The folder of a file below `root`.
 * @param name path of the file, `/` between its parts, none of them `..`.
 * @param make whether folders are made where there are none.
 * @returns undefined if there is no such folder.
 * @throws UserError if one of the parts is a link, or not a folder.
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
      throw new UserError(`'${shortPath(folder)}' ${whatInstead(stats)}: expected a folder`);
  }
  return folder;
}

/** `is a symbolic link`, and the like. */
export function whatInstead(stats: BigIntStats): string {
  if (stats.isSymbolicLink()) return 'is a symbolic link, which is not followed';
  if (stats.isDirectory()) return 'is a folder';
  return stats.isFile() ? 'is a file' : 'is neither a file nor a folder';
}

/**
 * Gives a finished file its name, if nothing has that name.
 * @param temporary a file in a folder of the same file system; it is gone afterwards.
 * @returns false if there is something of that name already; `temporary` stays then.
 */
export async function publishNew(temporary: string, target: string | Buffer): Promise<boolean> {
  try {
    await link(temporary, target);
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    // each file system has its own error for not knowing hard links
    return publishWithoutLinks(temporary, target);
  }
  await unlink(temporary);
  return true;
}

/** An empty file takes the name, which only one program can, and is then replaced. */
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
 * Writes a file the user has chosen by its name and, if it exists, agreed to replace.
 * @throws UserError if it cannot be written, or is a link.
 */
export async function writeChosenFile(path: string, content: string | Uint8Array): Promise<void> {
  try {
    const before = await statOf(path);
    if (before !== undefined && !before.isFile())
      throw new UserError(`'${shortPath(path)}' ${whatInstead(before)}: choose another name`);
    const folder = await makeTemporaryFolder(dirname(path), { hidden: true });
    try {
      const temporary = join(folder.path, 'file');
      const file = await open(temporary, 'wx', FILE_MODE);
      try {
        await file.writeFile(content);
      } finally {
        await file.close();
      }
      // Whoever could read the file before still can.
      if (before !== undefined) await chmod(temporary, Number(before.mode & 0o777n));
      await rename(temporary, path);
    } finally {
      await folder.remove();
    }
  } catch (error) {
    if (error instanceof UserError) throw error;
    const where = `'${shortPath(basename(path))}' in '${shortPath(dirname(path))}'`;
    throw new UserError(`cannot write ${where}: ${fsReason(error)}`, { cause: error });
  }
}
