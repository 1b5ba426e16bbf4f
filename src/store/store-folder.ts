/**
 * The folder of the store: which of its files are the store's own, what they take, and how they are
 * removed. Nothing here maps a file, so that a store can be measured and cleared however damaged it
 * is.
 *
 * A store may be put anywhere (`FACE_CLUSTERS_CACHE`). So that nobody's files are taken for it, it
 * has its folder to itself, and only files are ever replaced or removed that have a name of the
 * store's and lie where it was made.
 */
import { randomBytes } from 'node:crypto';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  type Stats,
  writeFileSync,
} from 'node:fs';
import { lstat, readdir, rmdir, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { codeOf, messageOf, UserError } from '../util/errors';
import {
  makePrivateFolder,
  PRIVATE_FILE,
  PRIVATE_FOLDER,
  takeFromOthers,
} from '../util/private-files';
import { LmdbFile } from './lmdb-file';
import { LOCK_NAME, withStoreLock } from './store-lock';
import { isMark } from './store-marks';

/** The tables. */
export const RECORDS_FILE = 'faces.mdb';
/**
 * Crops have a file of their own: what is read of the tables would else be strewn over a hundred
 * times as many pages.
 */
export const STRIPS_FILE = 'crops.mdb';
/**
 * So have contents, whose hashes lie in no order: a look at one of them would bring other tables'
 * pages into memory.
 */
export const CONTENTS_FILE = 'contents.mdb';
export const DATA_FILES: readonly string[] = [RECORDS_FILE, STRIPS_FILE, CONTENTS_FILE];
const LOCK_FILES = DATA_FILES.map((name) => `${name}-lock`);
/** What older versions had while they opened a store. */
const OLD_MARK = 'opening';

/**
 * Says that the store was made here. It is what programs for backups look for as well:
 * https://bford.info/cachedir.
 */
const TAG = 'CACHEDIR.TAG';
const SIGNATURE = 'Signature: 8a477f597d28d172789f06886806bc55';
const PROGRAM = 'Face Clusters';
const TAG_TEXT = `${SIGNATURE}
# What ${PROGRAM} found in images, kept between runs.
# It can be removed, and then images are read again.
`;

/** What systems and their file managers put into any folder. */
const isOfTheSystem = (name: string) =>
  name.startsWith('.') || ['desktop.ini', 'Thumbs.db'].includes(name);

const isDataName = (name: string) => DATA_FILES.includes(name) || LOCK_FILES.includes(name);
const isOwnName = (name: string) =>
  isDataName(name) || [TAG, LOCK_NAME, OLD_MARK].includes(name) || isMark(name);

/**
 * Another process may just be clearing the store, or making one: what looks strange is looked at
 * once more after so many milliseconds.
 */
const MOMENT = 100;

/** Tables that are in `RECORDS_FILE` of any version. */
const TABLES = ['files', 'found', 'uses', 'meta'];

/**
 * Makes the folder, or sees that a store may be opened in the one that is there.
 * @throws Error saying what is wrong with it, and what to do.
 */
export async function prepareFolder(folder: string): Promise<void> {
  const names = await namesIn(folder);
  if (names === undefined) {
    await makePrivateFolder(folder);
    await writeTag(folder);
    return;
  }
  checkOwner(await stat(folder), 'it');
  await checkFiles(folder, names);
  const tag = tagIn(folder);
  const foreign = names.filter((name) => !isOwnName(name) && !isOfTheSystem(name));
  if (tag === 'foreign') foreign.push(TAG);
  if (foreign.length > 0) {
    throw new Error(
      `it holds other files (${listed(foreign)}): expected a folder of its own. Move them, or name another folder ` +
        `(on the command line by FACE_CLUSTERS_CACHE)`,
    );
  }
  if (!(await wasMade(folder))) throw notMade(names);
  await takeFromOthers(folder);
  for (const name of names.filter(isOwnName))
    await takeFromOthers(join(folder, name)).catch(unlessGone);
  if (tag === 'none') await writeTag(folder);
}

const writeTag = (folder: string) => writeFile(join(folder, TAG), TAG_TEXT, { mode: PRIVATE_FILE });

/**
 * Makes the folder, and what says that it is a store, again where another process cleared it
 * meanwhile.
 * @returns whether that was so.
 */
export function makeFolderAgain(folder: string): boolean {
  const isMade = mkdirSync(folder, { recursive: true, mode: PRIVATE_FOLDER }) !== undefined;
  if (!isMade && existsSync(join(folder, TAG))) return false;
  writeFileSync(join(folder, TAG), TAG_TEXT, { mode: PRIVATE_FILE });
  return isMade;
}

/** Bytes the store in a folder takes on disk; 0 where there is none. */
export async function storeBytes(folder: string): Promise<number> {
  const files = [folder, ...(await asideOf(folder))].flatMap((each) =>
    DATA_FILES.map((name) => join(each, name)),
  );
  const sizes = files.map((file) =>
    lstat(file).then(
      (stats) => (stats.isFile() ? stats.size : 0),
      () => 0, // nothing is kept yet
    ),
  );
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}

/** Images that are kept in a folder, by what its file says; 0 where it cannot be read. */
export function storeImages(folder: string): number {
  let file: LmdbFile | undefined;
  try {
    file = LmdbFile.open(join(folder, RECORDS_FILE));
    return file?.tables()?.get('found') ?? 0;
  } catch {
    return 0; // it can be cleared all the same
  } finally {
    file?.close();
  }
}

/**
 * Removes the store, and its folder where nothing else lies in it. What another process has opened
 * stays its own until it has done with it.
 * @throws UserError where the files are not known to be the store's, or cannot be removed.
 */
export async function clearStoreFolder(folder: string): Promise<void> {
  try {
    for (const aside of await asideOf(folder)) await removeAside(aside);
    const names = ((await namesIn(folder)) ?? []).filter(isOwnName);
    if (names.length === 0) return;
    await checkFiles(folder, names);
    if (!(await wasMade(folder))) throw notMade(names);
    await removeStore(folder);
  } catch (error) {
    throw new UserError(`what is kept in '${folder}' cannot be cleared: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

/**
 * Removes a store's files, and its folder where nothing else lies in it. They go all at once where
 * they can: LMDB relies on its locks and its data being of the same store.
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
      removeFiles(folder, [...names, ...ownTag(folder)]); // what says that it is a store goes last
      return false;
    });
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return; // another process has removed it
    throw error;
  }
  if (isMoved) await removeAside(aside);
  // something else lies in it, or it is a link: then it stays
  else await rmdir(folder).catch(() => undefined);
}

/**
 * @returns whether the folder was moved; it is not where anything but the store lies in it, or the
 * folder above is another's.
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
    if (['EACCES', 'EPERM', 'EBUSY'].includes(codeOf(error) ?? '')) return false;
    throw error;
  }
}

/** Ending of a store's folder while its files are removed. */
const CLEARED = '.cleared';

/** Where stores lie of which a process that was killed has removed a part. */
async function asideOf(folder: string): Promise<string[]> {
  const names = (await namesIn(dirname(folder))) ?? [];
  const isAside = (name: string) =>
    name.startsWith(`${basename(folder)}-`) && /-[0-9a-f]{8}\.cleared$/.test(name);
  return names.filter(isAside).map((name) => join(dirname(folder), name));
}

async function removeAside(aside: string): Promise<void> {
  const names = await namesIn(aside);
  if (names === undefined) return;
  await checkFiles(aside, names);
  if (!(await wasMade(aside))) return; // of somebody
  removeFiles(aside, [
    ...names.filter((name) => isOwnName(name) && name !== TAG),
    ...ownTag(aside),
  ]);
  // a process that still has it open may have left its mark
  await rmdir(aside).catch(() => undefined);
}

const ownTag = (folder: string) => (tagIn(folder) === 'own' ? [TAG] : []);

function removeFiles(folder: string, names: readonly string[]): void {
  for (const name of names) {
    try {
      rmSync(join(folder, name), { force: true, maxRetries: 3 });
    } catch (error) {
      throw inUse(name, error);
    }
  }
}

/** Windows removes and moves nothing that a program has open. */
function inUse(name: string, error: unknown): unknown {
  if (!['EBUSY', 'EPERM', 'EACCES'].includes(codeOf(error) ?? '')) return error;
  const message = `'${name}' cannot be removed (${messageOf(error)}). Close what uses it, another window maybe, and try again`;
  return new Error(message, { cause: error });
}

/** Undefined where there is no such folder. */
async function namesIn(folder: string): Promise<string[] | undefined> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/**
 * Nothing is opened, replaced or removed through a link, and nothing but regular files of this
 * user.
 */
async function checkFiles(folder: string, names: readonly string[]): Promise<void> {
  for (const name of names.filter(isOwnName)) {
    const stats = await lstat(join(folder, name)).catch(unlessGone);
    if (stats === undefined) continue;
    if (!stats.isFile()) {
      const kind = stats.isSymbolicLink()
        ? 'a symbolic link'
        : stats.isDirectory()
          ? 'a folder'
          : 'no regular file';
      throw new Error(`'${name}' is ${kind}: expected a file of the store. Move it away`);
    }
    checkOwner(stats, `'${name}'`);
  }
}

/** Whoever may write the store's files decides what this process maps into its memory. */
function checkOwner({ uid }: Stats, what: string): void {
  const user = process.getuid?.(); // not on Windows
  if (user === undefined || uid === user || uid === 0) return;
  throw new Error(`${what} belongs to another user (${uid}, this is ${user})`);
}

/** Whether files with the store's names are its own. */
async function wasMade(folder: string): Promise<boolean> {
  if (await looksMade(folder)) return true;
  await wait(MOMENT);
  return looksMade(folder);
}

async function looksMade(folder: string): Promise<boolean> {
  const own = ((await namesIn(folder)) ?? []).filter(isDataName);
  if (own.length === 0 || tagIn(folder) === 'own') return true;
  // Older versions left no tag. All six names are no accident, and neither are the tables' names.
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

function notMade(names: readonly string[]): Error {
  const own = names.filter(isDataName);
  return new Error(
    `${listed(own)} has a name of the store's, but nothing tells that it was made for one. Move it away`,
  );
}

type Tag = 'none' | 'own' | 'foreign';

function tagIn(folder: string): Tag {
  try {
    const text = readFileSync(join(folder, TAG), 'utf8');
    if (text === '') return 'none'; // another process is about to write it
    return text.startsWith(SIGNATURE) && text.includes(PROGRAM) ? 'own' : 'foreign';
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return 'none';
    throw error;
  }
}

function unlessGone(error: unknown): undefined {
  if (codeOf(error) !== 'ENOENT') throw error;
  return undefined;
}

/** The first few names. */
function listed(names: readonly string[]): string {
  const shown = names.slice(0, SHOWN).map((name) => `'${name}'`);
  return names.length > SHOWN
    ? `${shown.join(', ')} and ${names.length - SHOWN} more`
    : shown.join(', ');
}

const SHOWN = 3;
