/** How folders differ from what they were when a run was made. */
import { rm } from 'node:fs/promises';
import { chosenImages, scanImages } from '../faces/scan';
import type { EngineCalls, FolderChanges } from '../protocol';
import { storeBytes } from '../store/face-store';
import { identitiesOf } from '../store/identity';
import { readManifest } from '../store/run-files';
import { type KeptImage, keptImages, readImages } from '../store/run-store';
import type { JobContext } from './analyse';
import { closeStore, openStore } from './stores';

/** Lists the folders and asks for each file's size and time; reads none. */
export async function changes({ runDir }: EngineCalls['changes']['params'], { signal }: JobContext): Promise<FolderChanges> {
  const [manifest, before] = [await readManifest(runDir), await readImages(runDir)];
  if (manifest === undefined || before === undefined) return null;
  const scan = await scanImages(manifest.folders, { signal });
  const images = chosenImages(scan.images, manifest.settings);
  const identities = await identitiesOf(images, signal);
  return compareImages(before, [...keptImages(images, identities)]);
}

export function compareImages(before: readonly KeptImage[], now: readonly KeptImage[]): FolderChanges {
  const keyOf = ([folder, name]: KeptImage) => `${folder} ${name}`;
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

export async function storeSize({ storeDir }: EngineCalls['storeSize']['params']): Promise<EngineCalls['storeSize']['result']> {
  const bytes = await storeBytes(storeDir);
  if (bytes === 0) return { bytes, images: 0 };
  const store = await openStore(storeDir, () => undefined); // what cannot be opened can still be cleared
  return { bytes, images: store?.counts().images ?? 0 };
}

export async function clearStore({ storeDir }: EngineCalls['clearStore']['params']): Promise<EngineCalls['clearStore']['result']> {
  const bytes = await storeBytes(storeDir);
  await closeStore();
  await rm(storeDir, { recursive: true, force: true });
  return { bytes };
}
