/**
 * Checks that files were created by the store, and belong to this user, before they are opened,
 * replaced or removed.
 */
import type { Stats } from 'node:fs';
import { lstat, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { codeOf } from '../util/errors';
import { LmdbFile } from './lmdb-file';
import {
  DATA_FILES,
  isDataName,
  isOwnName,
  LOCK_FILES,
  namesIn,
  RECORDS_FILE,
  tagIn,
} from './store-files';

/**
 * Milliseconds after which files are checked again: another process may be clearing or creating the
 * store at this moment.
 */
const RECHECK_MS = 100;

/** Tables that every version has in `RECORDS_FILE`. */
const TABLES = ['files', 'found', 'uses', 'meta'];

/** Follows links. @throws Error where the folder belongs to another user. */
export async function checkFolderOwner(folder: string): Promise<void> {
  checkOwner(await stat(folder), 'it');
}

/**
 * Checks those of some files that have names of the store. Links are not followed.
 * @throws Error naming the first that is not a regular file of this user.
 */
export async function checkFiles(folder: string, names: readonly string[]): Promise<void> {
  for (const name of names.filter(isOwnName)) {
    const stats = await lstat(join(folder, name)).catch(unlessGone);
    if (stats === undefined) continue;
    if (!stats.isFile())
      throw new Error(`'${name}' is ${kindOf(stats)}: expected a file of the store. Move it away`);
    checkOwner(stats, `'${name}'`);
  }
}

function kindOf(stats: Stats): string {
  if (stats.isSymbolicLink()) return 'a symbolic link';
  return stats.isDirectory() ? 'a folder' : 'no regular file';
}

/** Whoever can write the store's files controls what this process maps into its memory. */
function checkOwner({ uid }: Stats, what: string): void {
  const user = process.getuid?.(); // not on Windows
  if (user === undefined || uid === user || uid === 0) return;
  throw new Error(`${what} belongs to another user (${uid}, this is ${user})`);
}

/** @throws Error where files have names of the store, but the store did not create them. */
export async function checkOrigin(folder: string, names: readonly string[]): Promise<void> {
  if (await isStore(folder)) return;
  const own = names.filter(isDataName);
  throw new Error(
    `${listed(own)} has the name of a file of the store, but there is no sign that the store created it. Move it away`,
  );
}

/** Whether files with names of the store were created by it, or there are none. */
export async function isStore(folder: string): Promise<boolean> {
  if (await looksLikeStore(folder)) return true;
  await wait(RECHECK_MS);
  return looksLikeStore(folder);
}

async function looksLikeStore(folder: string): Promise<boolean> {
  const own = ((await namesIn(folder)) ?? []).filter(isDataName);
  if (own.length === 0 || tagIn(folder) === 'own') return true;
  // Older versions wrote no tag. All six names are no coincidence, nor are the names of the tables.
  if (own.length === DATA_FILES.length + LOCK_FILES.length) return true;
  let file: LmdbFile | undefined;
  try {
    file = LmdbFile.open(join(folder, RECORDS_FILE));
    const tables = file?.tables();
    return tables !== undefined && TABLES.every((name) => tables.has(name));
  } finally {
    file?.close();
  }
}

/** Handles errors of an operation on a file. @throws the error, unless the file is gone. */
export function unlessGone(error: unknown): undefined {
  if (codeOf(error) !== 'ENOENT') throw error;
  return undefined;
}

/** Names that a message lists, at most. */
const MAX_LISTED = 3;

/** Names for a message. */
export function listed(names: readonly string[]): string {
  const shown = names
    .slice(0, MAX_LISTED)
    .map((name) => `'${name}'`)
    .join(', ');
  return names.length > MAX_LISTED ? `${shown} and ${names.length - MAX_LISTED} more` : shown;
}
