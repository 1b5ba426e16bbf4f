/**
 * CelebA's aligned images, in pixels: what `LFW_PART` and the eyes of `align.ts` are measured
 * against.
 */
import type { Box, CropSize } from '../domain/faces';
import type { Framing } from '../domain/networks';

const CELEBA: CropSize = { width: 178, height: 218 };

/** An image at least this wide and high can hold a face that means something. */
export const MIN_IMAGE_SIDE = 16;

/**
 * LFW's deep-funneled 250×250 images have the face in the middle with much around it; this part of
 * them, in fractions of the side, is framed as CelebA's aligned crops are. It reaches 5 of 250 px
 * above the image.
 */
const LFW_PART: Box = { x: 29 / 250, y: -5 / 250, width: 192 / 250, height: 235 / 250 };

/**
 * Width ÷ height between which an image counts as a square, framed like LFW's. CelebA's crops have
 * 0.8165.
 */
const SQUARE_ASPECT = { from: 0.92, to: 1.09 };

/**
 * The part of an aligned image that the network shall see.
 *
 * A square image is taken as LFW's framing, of which a part is framed as CelebA's images are. Of
 * that, or of any other image, the largest centred part of the network's proportions is taken
 * (CelebA's 178×218 becomes 160×196 less 2 rows above and below, as the network was trained), or
 * all.
 */
export function alignedFrame({ width, height }: CropSize, framing: Framing): Box {
  const aspect = width / height;
  const square = aspect > SQUARE_ASPECT.from && aspect < SQUARE_ASPECT.to;
  const whole = square
    ? {
        x: LFW_PART.x * width,
        y: LFW_PART.y * height,
        width: LFW_PART.width * width,
        height: LFW_PART.height * height,
      }
    : { x: 0, y: 0, width, height };
  return framing.stretch === true ? whole : centeredPart(whole, framing.width / framing.height);
}

/** The largest part of a box of other proportions, in its middle. */
export function centeredPart({ x, y, width, height }: Box, aspect: number): Box {
  const part =
    width / height > aspect
      ? { width: height * aspect, height }
      : { width, height: width / aspect };
  return { x: x + (width - part.width) / 2, y: y + (height - part.height) / 2, ...part };
}

/** The part of CelebA's aligned image that the network sees, in widths of that image. */
export function celebaPart(framing: Framing): Box {
  const { x, y, width, height } = alignedFrame(CELEBA, framing);
  return {
    x: x / CELEBA.width,
    y: y / CELEBA.width,
    width: width / CELEBA.width,
    height: height / CELEBA.width,
  };
}

/** A rectangle in pixels of the upright image, turned about its middle. */
export interface Frame extends Box {
  /** How far it is turned clockwise, in radians; 0 for images that are aligned already. */
  angle: number;
}

/** The upright box around a frame. */
export function boundsOf({ x, y, width, height, angle }: Frame): Box {
  const [cos, sin] = [Math.abs(Math.cos(angle)), Math.abs(Math.sin(angle))];
  const bounds = { width: width * cos + height * sin, height: width * sin + height * cos };
  return { x: x + (width - bounds.width) / 2, y: y + (height - bounds.height) / 2, ...bounds };
}
