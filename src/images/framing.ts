/** The part of an aligned image, or around a located face, that the network sees. */
import type { Box, CropSize } from '../domain/faces';
import type { Framing } from '../domain/networks';

/** CelebA's aligned images, in pixels. The network was trained on parts of them. */
const CELEBA: CropSize = { width: 178, height: 218 };

/** Smallest width and height of an image in which a face is recognizable, in pixels. */
export const MIN_IMAGE_SIDE = 16;

/**
 * The part of LFW's deep-funneled 250×250 images that is framed like CelebA's aligned images, in
 * fractions of the side: LFW shows more around the face. It reaches 5 pixels above the image.
 */
const LFW_PART: Box = { x: 29 / 250, y: -5 / 250, width: 192 / 250, height: 235 / 250 };

/**
 * Ratios of width to height at which an image counts as a square that is framed like LFW's.
 * CelebA's images have 0.8165.
 */
const SQUARE_ASPECT = { from: 0.92, to: 1.09 };

/**
 * The part of an aligned image that the network sees, in pixels.
 *
 * A square image is taken to be framed like LFW's, and reduced to the part that is framed like
 * CelebA's. Of that, or of the whole image, the largest centered part with the network's
 * proportions is returned, or all of it with `framing.stretch`. CelebA's 178×218 pixels become
 * 160×196 minus 2 rows above and below, as in training.
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

/** The largest centered part of a box with the given ratio of width to height. */
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

/** A rectangle in pixels of the upright image, turned about its center. */
export interface Frame extends Box {
  /** Clockwise, in radians; 0 for images that are aligned already. */
  angle: number;
}

/** The smallest upright box around a frame. */
export function boundsOf({ x, y, width, height, angle }: Frame): Box {
  const [cos, sin] = [Math.abs(Math.cos(angle)), Math.abs(Math.sin(angle))];
  const bounds = { width: width * cos + height * sin, height: width * sin + height * cos };
  return { x: x + (width - bounds.width) / 2, y: y + (height - bounds.height) / 2, ...bounds };
}
