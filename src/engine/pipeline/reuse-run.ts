/**
 * Reuses a run that would come out the same: of the same images, analyzed with the same networks.
 * Making it anew would copy everything in it from the store to where it lies already.
 */
import { randomUUID } from 'node:crypto';
import type { RunManifest } from '../../domain/run';
import { imageNames } from '../../images/folder-labels';
import type { Images } from '../../images/image-list';
import { readManifest } from '../../runs/run-files';
import { type ImageRow, toImageRow, readImageRows } from '../../runs/run-images';
import { unlessDamaged } from '../../runs/run-schemas';
import { hasAllFiles } from '../../runs/run-store';
import type { FaceStore } from '../../store/face-store';
import { type Identities, isSettled } from '../../store/identity';
import type { StoreKeys } from './pipeline-keys';

/** What the contents of a run follow from. */
export interface RunInputs {
  folders: readonly string[];
  images: Images;
  identities: Identities;
  keys: StoreKeys;
}

/**
 * Notes in the store that a run was made with it, for `reusableRun`.
 * @returns the provenance for the manifest.
 */
export function noteProvenance(
  store: FaceStore,
  runDir: string,
  keys: RunInputs['keys'],
): NonNullable<RunManifest['made']> {
  const token = randomUUID();
  store.setNote(noteOf(runDir), token);
  return { finder: keys.finder, model: keys.model, token };
}

/**
 * The manifest of the run in `runDir`, if a new run would hold the same. Undefined also where
 * - the store was cleared since: the user wants everything read again;
 * - an image failed, and the store does not hold its failure;
 * - a file was so new that another change may have left no trace in its times;
 * - the run is of another day: uses of the store are noted by the day, and the results that were
 *   unused for the longest time are evicted first.
 */
export async function reusableRun(
  runDir: string,
  { folders, images, identities, keys }: RunInputs,
  store: FaceStore,
): Promise<RunManifest | undefined> {
  const manifest = await readManifest(runDir).catch(unlessDamaged);
  const made = manifest?.made;
  if (manifest === undefined || made?.finder !== keys.finder || made.model !== keys.model)
    return undefined;
  if (store.note(noteOf(runDir)) !== made.token) return undefined;
  if (manifest.folders.join('\n') !== folders.join('\n') || manifest.images.found !== images.length)
    return undefined;
  const finished = new Date(manifest.createdAt);
  if (finished.toDateString() !== new Date().toDateString()) return undefined;
  const started = finished.getTime() - 1000 * (manifest.timing.analyse ?? Infinity);
  const before = await readImageRows(runDir).catch(unlessDamaged);
  const failed = new Set(manifest.failures.map(({ image }) => image));
  const nameOf = imageNames(folders);
  let unusable = 0;
  let i = 0;
  for (const image of images) {
    const identity = identities.get(i);
    if (
      identity === undefined ||
      !isSettled(identity, started) ||
      !same(before?.[i], toImageRow(image, identity))
    )
      return undefined;
    i += 1;
    if (!failed.has(nameOf(image))) continue;
    const content = store.contentOfFile(image.path, identity);
    const found =
      content &&
      (store.detectionsOf(content, keys.finder) ?? store.detectionsOf(content, keys.limited));
    if (found === undefined || !('reason' in found)) return undefined;
    unusable += 1;
  }
  // Folders that could not be read are among the failures as well.
  return unusable === manifest.failures.length && (await hasAllFiles(runDir, manifest))
    ? manifest
    : undefined;
}

const same = (before: ImageRow | undefined, now: ImageRow) =>
  before?.length === now.length && now.every((value, i) => value === before[i]);

const noteOf = (runDir: string) => `run ${runDir}`;
