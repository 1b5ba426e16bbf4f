/**
 * The folder of the store: creating, measuring and clearing it. Nothing here maps a file, so a
 * store can be measured and cleared even if it is damaged.
 *
 * Users may choose any folder (`FACE_CLUSTERS_CACHE`). To protect their files, the store needs a
 * folder of its own, and replaces and removes only files that have its names and that it created.
 */
import { existsSync, writeFileSync } from 'node:fs';
import { lstat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { t } from '../text/translate';
import { messageOf, UserError } from '../util/errors';
import { makeFolders } from '../util/make-folders';
import {
  makePrivateFolder,
  PRIVATE_FILE,
  PRIVATE_FOLDER,
  takeFromOthers,
} from '../util/private-files';
import { LmdbFile } from './lmdb-file';
import { interruptedRemovals, removeAside, removeStore } from './remove-store';
import {
  DATA_FILES,
  isOwnName,
  isSystemName,
  namesIn,
  RECORDS_FILE,
  TAG,
  TAG_TEXT,
  tagIn,
} from './store-files';
import { checkFiles, checkFolderOwner, checkOrigin, listed, unlessGone } from './store-ownership';

/**
 * Creates the folder, or checks that a store may be opened in an existing one, and makes it
 * private.
 * @throws Error saying what is wrong with the folder, and what to do.
 */
export async function prepareFolder(folder: string): Promise<void> {
  const names = await namesIn(folder);
  if (names === undefined) {
    await makePrivateFolder(folder);
    await writeTag(folder);
    return;
  }
  await checkFolderOwner(folder);
  await checkFiles(folder, names);
  const tag = tagIn(folder);
  const foreign = names.filter((name) => !isOwnName(name) && !isSystemName(name));
  if (tag === 'foreign') foreign.push(TAG);
  if (foreign.length > 0) {
    throw new Error(
      `it holds other files (${listed(foreign)}): expected a folder of its own. Move them, ` +
        'or choose another folder (on the command line: FACE_CLUSTERS_CACHE)',
    );
  }
  await checkOrigin(folder, names);
  await takeFromOthers(folder);
  for (const name of names.filter(isOwnName))
    await takeFromOthers(join(folder, name)).catch(unlessGone);
  if (tag === 'none') await writeTag(folder);
}

const writeTag = (folder: string) => writeFile(join(folder, TAG), TAG_TEXT, { mode: PRIVATE_FILE });

/**
 * Creates the folder and its tag again where another process has cleared the store meanwhile.
 * @returns whether the folder was gone.
 */
export function restoreFolder(folder: string): boolean {
  const wasGone = makeFolders(folder, PRIVATE_FOLDER) !== undefined;
  if (!wasGone && existsSync(join(folder, TAG))) return false;
  writeFileSync(join(folder, TAG), TAG_TEXT, { mode: PRIVATE_FILE });
  return wasGone;
}

/** Bytes the store in a folder takes on disk; 0 where there is none. */
export async function storeBytes(folder: string): Promise<number> {
  const files = [folder, ...(await interruptedRemovals(folder))].flatMap((each) =>
    DATA_FILES.map((name) => join(each, name)),
  );
  const sizes = files.map((file) =>
    lstat(file).then(
      (stats) => (stats.isFile() ? stats.size : 0),
      () => 0, // not created yet
    ),
  );
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}

/** Number of images in the store of a folder; 0 where it cannot be read. */
export function storeImages(folder: string): number {
  let file: LmdbFile | undefined;
  try {
    file = LmdbFile.open(join(folder, RECORDS_FILE));
    return file?.tables()?.get('found') ?? 0;
  } catch {
    return 0; // the store can be cleared all the same
  } finally {
    file?.close();
  }
}

/**
 * Removes the store, and its folder where it holds nothing else. Processes that have the store open
 * go on with the removed files until they reopen it.
 * @throws UserError where the store may not have created the files, or they cannot be removed.
 */
export async function clearStoreFolder(folder: string): Promise<void> {
  try {
    for (const aside of await interruptedRemovals(folder)) await removeAside(aside);
    const names = ((await namesIn(folder)) ?? []).filter(isOwnName);
    if (names.length === 0) return;
    await checkFiles(folder, names);
    await checkOrigin(folder, names);
    await removeStore(folder);
  } catch (error) {
    throw new UserError(t("the cache in '{0}' cannot be cleared: {1}", folder, messageOf(error)), {
      cause: error,
    });
  }
}
