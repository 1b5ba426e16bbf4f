/**
 * Keeps an earlier run where a folder vanished: a disk was unplugged, or a share is not connected.
 * What is left of the folder must not replace a run of all of its images.
 */
import { opendir } from 'node:fs/promises';
import { isArchive } from '../../archives/archive-path';
import type { Failure } from '../../domain/run';
import { VANISHED_REASON } from '../../images/encoded-image';
import type { Images } from '../../images/image-list';
import { readManifest } from '../../runs/run-files';
import { readImageRows } from '../../runs/run-images';
import { unlessDamaged } from '../../runs/run-schemas';
import { t } from '../../text/translate';
import { messageOf, UserError } from '../../util/errors';

/** Maximum images of a folder that may all be gone without a doubt that they were removed. */
const MAX_FEW_IMAGES = 10;

const ADVICE =
  'If it lies on a disk or a share that is not connected, connect it and run again. The earlier run stays as it is';

/**
 * Compares listed images with the earlier run.
 * @param images of all folders, in the order of the folders.
 * @throws UserError where a folder holds no image, but the run in `runDir` has many of it.
 */
export async function refuseEmptiedFolders(
  runDir: string,
  folders: readonly string[],
  images: Images,
): Promise<void> {
  const emptied = folders.filter((_, index) => !hasImageOf(images, index));
  if (emptied.length === 0) return;
  const [manifest, before] = await Promise.all([
    readManifest(runDir).catch(unlessDamaged),
    readImageRows(runDir).catch(unlessDamaged),
  ]);
  if (manifest === undefined || before === undefined) return;
  for (const folder of emptied) {
    const index = manifest.folders.indexOf(folder);
    const count = before.filter(([of]) => of === index).length;
    if (count <= MAX_FEW_IMAGES) continue;
    const advice =
      folders.length > 1
        ? t('{0}; to leave the folder out, cluster the others by themselves', t(ADVICE))
        : t(ADVICE);
    throw new UserError(
      t("'{0}' holds no images, but held {1} before. {2}", folder, count, advice),
    );
  }
}

/**
 * Checks the folders again before a run is replaced.
 * @param images of all folders, in the order of the folders.
 * @param failures of those that could not be read.
 * @throws UserError where `runDir` holds a run, and a folder or most of the images are gone.
 */
export async function refusePartialRun(
  runDir: string,
  folders: readonly string[],
  images: Images,
  failures: readonly Failure[],
): Promise<void> {
  if ((await readManifest(runDir).catch(unlessDamaged)) === undefined) return;
  for (const [index, folder] of folders.entries()) {
    const reason = await whyGone(folder, hasImageOf(images, index));
    if (reason !== undefined) throw new UserError(reason);
  }
  const gone = failures.filter(({ reason }) => reason === VANISHED_REASON).length;
  if (gone > 0 && 2 * gone >= images.length) {
    throw new UserError(
      t(
        '{0} of the {1} images were there when the folders were listed, and are gone now: run again. The earlier run stays as it is',
        gone,
        images.length,
      ),
    );
  }
}

async function whyGone(folder: string, hadImages: boolean): Promise<string | undefined> {
  if (isArchive(folder)) return undefined; // its images vanish with it
  try {
    const opened = await opendir(folder);
    try {
      // Unmounting a disk leaves an empty folder.
      return (await opened.read()) === null && hadImages
        ? t("'{0}' became empty while its images were read. {1}", folder, t(ADVICE))
        : undefined;
    } finally {
      await opened.close();
    }
  } catch (error) {
    return t("'{0}' cannot be read any more ({1}). {2}", folder, messageOf(error), t(ADVICE));
  }
}

/** @param folder index of the folder. */
function hasImageOf(images: Images, folder: number): boolean {
  // A binary search: images are in the order of their folders.
  let [from, to] = [0, images.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if (images.at(middle)!.folder < folder) from = middle + 1;
    else to = middle;
  }
  return images.at(from)?.folder === folder;
}
