/** Places in the pixels as they are stored, of images that a viewer turns upright. */
import type { Box, CropSize } from '../domain/faces';

/** A rectangle by its center, in shares of the image's sides. */
export interface Region {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** First of the orientations (Exif 3.0, 4.6.5) with sides that are exchanged. */
const FIRST_EXCHANGED = 5;

/** Size of the stored image. @param size of the upright one. */
export const storedSize = ({ width, height }: CropSize, orientation: number): CropSize =>
  orientation >= FIRST_EXCHANGED ? { width: height, height: width } : { width, height };

/**
 * The part of a box that lies in the image, in the stored image.
 * @param box in pixels of the upright image.
 * @param orientation Exif's, 1 to 8; others count as upright.
 * @returns undefined where the box lies outside.
 */
export function storedRegion(box: Box, size: CropSize, orientation: number): Region | undefined {
  const [left, right] = [box.x, box.x + box.width].map((x) => share(x, size.width));
  const [top, bottom] = [box.y, box.y + box.height].map((y) => share(y, size.height));
  const [width, height] = [right! - left!, bottom! - top!];
  if (width <= 0 || height <= 0) return undefined;
  const [x, y] = turned((left! + right!) / 2, (top! + bottom!) / 2, orientation);
  return orientation >= FIRST_EXCHANGED && orientation <= 8
    ? { x, y, width: height, height: width }
    : { x, y, width, height };
}

const share = (at: number, side: number) => Math.min(1, Math.max(0, at / side));

/** A point of the upright image in the stored one. */
function turned(x: number, y: number, orientation: number): [number, number] {
  switch (orientation) {
    case 2:
      return [1 - x, y];
    case 3:
      return [1 - x, 1 - y];
    case 4:
      return [x, 1 - y];
    case 5:
      return [y, x];
    case 6:
      return [y, 1 - x];
    case 7:
      return [1 - y, 1 - x];
    case 8:
      return [1 - y, x];
    default:
      return [x, y];
  }
}
