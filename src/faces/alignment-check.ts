/** Whether an image is one aligned face already, as `detect: auto` asks of a sample. */
import type { CropSize } from '../domain/faces';
import type { Framing } from '../domain/networks';
import { encodedImage, readBytes } from '../images/decode';
import { alignedFrame } from '../images/framing';
import { ImageError } from '../images/image-error';
import type { ImageLimits } from '../images/image-limits';
import type { ImageFile } from '../images/image-list';
import { hashOf } from '../util/content-hash';
import type { FaceFinder } from './detect';
import type { FaceRegion } from './found-faces';

/** What a look has shown. */
export interface AlignmentCheck {
  /** Of the image's content; undefined where it cannot be read. */
  hash: string | undefined;
  /** Null where the image cannot be used; why is told when its turn comes. */
  aligned: boolean | null;
}

/** How far the found face may lie from the aligned one, in widths of the crop, … */
const MAX_SHIFT = 0.12;
/** … how much larger or smaller it may be, … */
const MAX_SIZE_RATIO = 1.3;
/** … and how far turned, in radians. */
const MAX_ANGLE = 0.2;

/** @param find finds faces with a detector. @param crop what the network takes. */
export async function checkAligned(
  image: Pick<ImageFile, 'path'>,
  find: FaceFinder,
  crop: Framing,
  limits: ImageLimits,
): Promise<AlignmentCheck> {
  let hash: string | undefined;
  try {
    const bytes = await readBytes(image, limits);
    hash = hashOf(bytes);
    const encoded = await encodedImage(bytes, limits);
    const found = await find(encoded);
    const [first] = found.regions;
    found.release();
    return { hash, aligned: first !== undefined && isAligned(first, encoded, crop) };
  } catch (error) {
    if (!(error instanceof ImageError)) throw error;
    return { hash, aligned: null };
  }
}

/** Whether a found face lies where the image's aligned crop would have it. */
export function isAligned(
  { frame }: Pick<FaceRegion, 'frame'>,
  image: CropSize,
  crop: Framing,
): boolean {
  const expected = alignedFrame(image, crop);
  const shift = {
    x: frame.x + frame.width / 2 - expected.x - expected.width / 2,
    y: frame.y + frame.height / 2 - expected.y - expected.height / 2,
  };
  const ratio = frame.width / expected.width;
  return (
    Math.hypot(shift.x, shift.y) < MAX_SHIFT * expected.width &&
    ratio < MAX_SIZE_RATIO &&
    ratio > 1 / MAX_SIZE_RATIO &&
    Math.abs(frame.angle) < MAX_ANGLE
  );
}
