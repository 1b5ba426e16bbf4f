/**
 * Checks that files were created by the store, and belong to this user, before they are opened,
 * replaced or removed.
 */
import type { Stats } from 'node:fs';
import { lstat, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { t } from '../text/translate';
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
  const other = otherOwner(await stat(folder));
  if (other !== undefined)
    throw new Error(t('it belongs to another user ({0}, this is {1})', ...other));
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
      throw new Error(
        t("'{0}' is {1}: expected a file of the store. Move it away", name, kindOf(stats)),
      );
    const other = otherOwner(stats);
    if (other !== undefined)
      throw new Error(t("'{0}' belongs to another user ({1}, this is {2})", name, ...other));
  }
}

function kindOf(stats: Stats): string {
  if (stats.isSymbolicLink()) return t('a symbolic link');
  return stats.isDirectory() ? t('a folder') : t('no regular file');
}

/**
 * Whoever can write the store's files controls what this process maps into its memory.
 * @returns the owner and this user, where they must not differ; undefined where they may.
 */
function otherOwner({ uid }: Stats): [owner: number, user: number] | undefined {
  const user = process.getuid?.(); // not on Windows
  return user === undefined || uid === user || uid === 0 ? undefined : [uid, user];
}

/** @throws Error where files have names of the store, but the store did not create them. */
export async function checkOrigin(folder: string, names: readonly string[]): Promise<void> {
  if (await isStore(folder)) return;
  const own = names.filter(isDataName);
  throw new Error(
    t(
      '{0} has the name of a file of the store, but there is no sign that the store created it. Move it away',
      listed(own),
    ),
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
  return names.length > MAX_LISTED ? shown + t(' and {0} more', names.length - MAX_LISTED) : shown;
}
