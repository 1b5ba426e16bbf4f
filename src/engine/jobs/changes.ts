/** Changes of folders since a run was made, and the size of the store. */
import type { FolderChanges } from '../../domain/run';
import type { EngineCalls } from '../../protocol/engine';
import { readManifest } from '../../runs/run-files';
import { type ImageRow, toImageRows, readImageRows } from '../../runs/run-images';
import { clearStoreFolder, storeBytes, storeImages } from '../../store/store-folder';
import { closeStore } from '../open-store';
import { listImages } from '../pipeline/list-images';
import type { JobContext } from './job-context';

/** Compares the sizes and times of the files with those in the run; reads no file. */
export async function changes(
  { runDir }: EngineCalls['changes']['params'],
  { signal }: JobContext,
): Promise<FolderChanges> {
  const [manifest, before] = [await readManifest(runDir), await readImageRows(runDir)];
  if (manifest === undefined || before === undefined) return null;
  const { folders, settings } = manifest;
  const { images, identities } = await listImages(folders, settings, { signal });
  return compareImages(before, [...toImageRows(images, identities)]);
}

function compareImages(before: readonly ImageRow[], now: readonly ImageRow[]): FolderChanges {
  const keyOf = ([folder, name]: ImageRow) => `${folder} ${name}`;
  const left = new Map(before.map((image) => [keyOf(image), image] as const));
  const result = { added: 0, changed: 0, removed: 0 };
  for (const image of now) {
    const old = left.get(keyOf(image));
    left.delete(keyOf(image));
    if (old === undefined) result.added += 1;
    else if (old[2] !== image[2] || old[3] !== image[3]) result.changed += 1;
  }
  result.removed = left.size;
  return result;
}

/** Does not open the store, so that a damaged one can be measured as well. */
export async function storeSize({
  storeDir,
}: EngineCalls['storeSize']['params']): Promise<EngineCalls['storeSize']['result']> {
  return { bytes: await storeBytes(storeDir), images: storeImages(storeDir) };
}

/** @throws UserError where the folder holds files that may not be the store's. */
export async function clearStore({
  storeDir,
}: EngineCalls['clearStore']['params']): Promise<EngineCalls['clearStore']['result']> {
  const bytes = await storeBytes(storeDir);
  await closeStore();
  await clearStoreFolder(storeDir);
  return { bytes };
}
