/** A face whose labels are known, with its pixels on demand. */
import type { LocatedFace } from '../../domain/faces';
import type { Framing } from '../../domain/networks';
import { alignedFaces, locatedFaces } from '../../faces/detect';
import { encodedImage, readBytes } from '../../images/encoded-image';

export interface LabeledFace {
  /** Name of its image, below the folder. */
  image: string;
  path: string | Buffer;
  /** The image's part of the labels; undefined where they have none. */
  split: string | undefined;
  /** Null where the image as a whole is the face. */
  located: LocatedFace | null;
  /** Labels of the attributes compared, in [0, 1]; NaN where there is none. */
  labels: Float32Array;
  /** Probabilities of the same attributes, in [0, 1]. */
  inferred: Float32Array;
  /** From 0.5 on, the attribute counts as present: the probability, or that of its group. */
  predicted: Float32Array;
}

/**
 * Reads the image again.
 * @returns RGB bytes of the network's input, `[height, width, 3]`.
 * @throws ImageError where it cannot be read any more.
 */
export async function cropOf(
  { path, located }: Pick<LabeledFace, 'path' | 'located'>,
  framing: Framing,
): Promise<Buffer> {
  const image = await encodedImage(await readBytes({ path }));
  const found =
    located === null ? await alignedFaces(framing)(image) : locatedFaces(image, [located], framing);
  return found.crop(found.regions[0]!);
}
