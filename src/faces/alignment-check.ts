/** Checks whether an image is one aligned face already, for `detect: auto`. */
import type { CropSize } from '../domain/faces';
import type { Framing } from '../domain/networks';
import { encodedImage, readBytes } from '../images/encoded-image';
import { alignedFrame } from '../images/framing';
import { ImageError } from '../images/image-error';
import type { ImageLimits } from '../images/image-limits';
import type { ImageFile } from '../images/image-list';
import { hashOf } from '../util/content-hash';
import { type AlignmentCheck, sizeKey } from './choose-detection';
import type { FaceFinder, FaceRegion, FoundFaces } from './found-faces';

/** Result of a check. */
export interface AlignmentCheckResult {
  /** Hash of the image's content; undefined where it cannot be read. */
  hash: string | undefined;
  /** Null where the image cannot be used. The analysis of the image reports the reason. */
  check: AlignmentCheck | null;
}

/** How far a found face may be from where an aligned crop has it. */
export interface Tolerance {
  /** Largest distance, in widths of the crop. */
  shift: number;
  /** Largest ratio of their sizes, either way. */
  ratio: number;
  /** Largest angle of the found face, in radians. */
  angle: number;
}

/** For one of several images of a size: most of them decide about all. */
export const OF_A_SAMPLE: Tolerance = { shift: 0.12, ratio: 1.3, angle: 0.2 };

/**
 * For an image by itself. 96 % of CelebA's crops are within it, and 7 % of the sample portraits,
 * which show more around the face: of those the found face is the better crop.
 */
export const OF_ONE: Tolerance = { shift: 0.07, ratio: 1.27, angle: 0.15 };

/**
 * @param find finds faces with a detector.
 * @param crop input of the network.
 */
export async function checkAligned(
  image: Pick<ImageFile, 'path'>,
  find: FaceFinder,
  crop: Framing,
  limits: ImageLimits,
): Promise<AlignmentCheckResult> {
  let hash: string | undefined;
  try {
    const bytes = await readBytes(image, limits);
    hash = hashOf(bytes);
    const encoded = await encodedImage(bytes, limits);
    const found = await find(encoded);
    found.release();
    const aligned = isAlignedCrop(found, encoded, crop, OF_A_SAMPLE);
    return { hash, check: { aligned, size: sizeKey(encoded) } };
  } catch (error) {
    if (!(error instanceof ImageError)) throw error;
    return { hash, check: null };
  }
}

/** Whether what was found in an image is a single face, where an aligned crop has it. */
export function isAlignedCrop(
  { regions }: Pick<FoundFaces, 'regions'>,
  image: CropSize,
  crop: Framing,
  tolerance: Tolerance,
): boolean {
  const [only, ...others] = regions;
  return only !== undefined && others.length === 0 && isAligned(only, image, crop, tolerance);
}

/** Whether a found face is where the image's aligned crop expects it. */
export function isAligned(
  { frame }: Pick<FaceRegion, 'frame'>,
  image: CropSize,
  crop: Framing,
  tolerance: Tolerance,
): boolean {
  const expected = alignedFrame(image, crop);
  const shift = {
    x: frame.x + frame.width / 2 - expected.x - expected.width / 2,
    y: frame.y + frame.height / 2 - expected.y - expected.height / 2,
  };
  const ratio = frame.width / expected.width;
  return (
    Math.hypot(shift.x, shift.y) < tolerance.shift * expected.width &&
    ratio < tolerance.ratio &&
    ratio > 1 / tolerance.ratio &&
    Math.abs(frame.angle) < tolerance.angle
  );
}
