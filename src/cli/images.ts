/** The images of clusters in folders: `cluster --images`. */
import { join } from 'node:path';
import { COPY_NAMES, type CopyKind } from '../domain/copies';
import type { SidecarStyle } from '../domain/sidecars';
import { count, plural } from '../text/numbers';
import { UserError } from '../util/errors';
import type { CliOptions } from './context';
import type { Output } from './output';
import type { Session } from './session';
import { UsageError } from './status';

/** Folder in DIR with a folder of images for each cluster. */
const IMAGES_FOLDER = 'images';

export interface ClusterImages {
  as: CopyKind;
  sidecars: SidecarStyle | undefined;
}

/** @returns undefined where no images are to be copied. */
export function imagesOf({ vectors, images, sidecars }: CliOptions): ClusterImages | undefined {
  if (images === undefined && sidecars === undefined) return undefined;
  if (vectors !== undefined)
    throw new UsageError('expected --images with FOLDERs: vectors have no images');
  if (sidecars !== undefined && images !== 'copy')
    throw new UsageError('expected --sidecars with --images copy');
  return { as: images as CopyKind, sidecars: sidecars as SidecarStyle | undefined };
}

/**
 * Copies or links the images of each cluster into a folder of its own.
 * @returns what was done, for people.
 * @throws UserError where links cannot be made.
 */
export async function copiedLines(
  { engine, call }: Session,
  { runDir, output, images }: { runDir: string; output: Output; images: ClusterImages },
): Promise<string[]> {
  const outDir = join(output.outDir, IMAGES_FOLDER);
  const params = { runDir, of: null, outDir, ...images };
  const result = await engine.call('copyImages', params, call);
  const { copied, there, outdated = 0, failures, refused, sidecars } = result;
  if (refused !== undefined) throw new UserError(`${refused}. Give --images copy`);
  const earlier = there === 0 ? '' : `, ${count(there)} there already`;
  return [
    `${COPY_NAMES[images.as]} of ${plural(copied, 'image')} in '${outDir}'${earlier}`,
    ...(outdated === 0
      ? []
      : [
          `note: ${plural(outdated, 'image')} of earlier runs stayed in the folders of other clusters`,
        ]),
    ...(sidecars === undefined ? [] : [`${plural(sidecars.written, 'XMP side-car')} beside them`]),
    ...(sidecars?.kept ?? []).map((path) => `note: '${path}' was there already and is kept`),
    ...failures.map(({ image, reason }) => `note: '${image}': ${reason}`),
  ];
}
