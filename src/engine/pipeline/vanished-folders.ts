/**
 * A folder may vanish: a disk is unplugged, a share is not connected. What is left then is no
 * reason to replace a run of all of its images, which nothing would bring back.
 */
import { opendir } from 'node:fs/promises';
import type { Failure } from '../../domain/run';
import { GONE } from '../../images/decode';
import type { Images } from '../../images/image-list';
import { readManifest } from '../../runs/run-files';
import { unlessDamaged } from '../../runs/run-schemas';
import { readImages } from '../../runs/run-store';
import { messageOf, UserError } from '../../util/errors';

/** Images of a folder that may all be removed without a doubt, at most. */
const MAX_FEW_IMAGES = 10;

const ADVICE =
  'If it lies on a disk or a share that is not connected, connect it and run again. The earlier run stays as it is';

/**
 * Looks at what was listed.
 * @param images of all folders, in their order.
 * @throws UserError where a folder holds no image of which the run in `runDir` has many.
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
    readImages(runDir).catch(unlessDamaged),
  ]);
  if (manifest === undefined || before === undefined) return;
  for (const folder of emptied) {
    const index = manifest.folders.indexOf(folder);
    const count = before.filter(([of]) => of === index).length;
    if (count <= MAX_FEW_IMAGES) continue;
    const others =
      folders.length > 1 ? '; to leave the folder out, cluster the others by themselves' : '';
    throw new UserError(
      `'${folder}' holds no images, but held ${count} before. ${ADVICE}${others}`,
    );
  }
}

/**
 * Looks at the folders again before a run is replaced.
 * @param images that were found, of all folders, in their order, and `failures` to read some.
 * @throws UserError where there is a run in `runDir`, and a folder or most of the images are gone.
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
    if (reason !== undefined) throw new UserError(`'${folder}' ${reason}. ${ADVICE}`);
  }
  const gone = failures.filter(({ reason }) => reason === GONE).length;
  if (gone > 0 && 2 * gone >= images.length) {
    throw new UserError(
      `${gone} of the ${images.length} images were there when the folders were listed, and are gone now: run again. ` +
        'The earlier run stays as it is',
    );
  }
}

async function whyGone(folder: string, hadImages: boolean): Promise<string | undefined> {
  try {
    const opened = await opendir(folder);
    try {
      // Where a disk was mounted an empty folder is left.
      return (await opened.read()) === null && hadImages
        ? 'became empty while its images were read'
        : undefined;
    } finally {
      await opened.close();
    }
  } catch (error) {
    return `cannot be read any more (${messageOf(error)})`;
  }
}

/** Whether there is an image of a folder. */
function hasImageOf(images: Images, folder: number): boolean {
  // Images stand in the order of their folders.
  let [from, to] = [0, images.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if (images.at(middle)!.folder < folder) from = middle + 1;
    else to = middle;
  }
  return images.at(from)?.folder === folder;
}
