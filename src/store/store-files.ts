/** Which files of a folder belong to the store, and the tag that marks the folder as one. */
import { readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf } from '../util/errors';
import { isLockName } from './store-lock';
import { isMark } from './store-marks';

/** Tables of small rows. */
export const RECORDS_FILE = 'faces.mdb';
/**
 * Strips of crops. They have a file of their own: small rows would otherwise be scattered over a
 * hundred times as many pages.
 */
export const STRIPS_FILE = 'crops.mdb';
/**
 * Numbers of contents. Their keys are hashes, in random order: in the file of the tables, each
 * look-up would map pages of other tables as well.
 */
export const CONTENTS_FILE = 'contents.mdb';

export const DATA_FILES: readonly string[] = [RECORDS_FILE, STRIPS_FILE, CONTENTS_FILE];
export const LOCK_FILES: readonly string[] = DATA_FILES.map((name) => `${name}-lock`);
/** Older versions wrote it while they opened a store. */
const OLD_MARK = 'opening';

export const isDataName = (name: string): boolean =>
  DATA_FILES.includes(name) || LOCK_FILES.includes(name);
export const isOwnName = (name: string): boolean =>
  isDataName(name) || isLockName(name) || [TAG, OLD_MARK].includes(name) || isMark(name);

/** Whether systems and their file managers put files of this name into any folder. */
export const isSystemName = (name: string): boolean =>
  name.startsWith('.') || ['desktop.ini', 'Thumbs.db'].includes(name);

/**
 * The file that marks the folder as a store. Backup programs recognize it as well, and skip the
 * folder: https://bford.info/cachedir.
 */
export const TAG = 'CACHEDIR.TAG';
const SIGNATURE = 'Signature: 8a477f597d28d172789f06886806bc55';
const PROGRAM = 'Face Clusters';
export const TAG_TEXT = `${SIGNATURE}
# Results of ${PROGRAM} for images, reused by later runs.
# They can be deleted; images are then analyzed again.
`;

/** Reads the tag of a folder. `foreign`: another program wrote it. */
export function tagIn(folder: string): 'none' | 'own' | 'foreign' {
  try {
    const text = readFileSync(join(folder, TAG), 'utf8');
    if (text === '') return 'none'; // another process is about to write it
    return text.startsWith(SIGNATURE) && text.includes(PROGRAM) ? 'own' : 'foreign';
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return 'none';
    throw error;
  }
}

/** Names of the files in a folder; undefined where there is no such folder. */
export async function namesIn(folder: string): Promise<string[] | undefined> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}
