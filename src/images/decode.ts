/**
 * Stage 2b: encoded image → upright RGB pixels. libvips (sharp) decodes, turns the image upright,
 * converts colors and reduces large images. libjpeg-turbo alone decodes plain JPEGs, in a tenth of
 * the time. Nothing passes through a lossy format.
 */
import type { Sharp } from 'sharp';
import type { Box, CropSize } from '../domain/faces';
import { t } from '../text/translate';
import { releaseBuffer } from './buffer-pool';
import { toSrgb } from './color-profiles';
import { decodeError } from './decode-reason';
import type { EncodedImage } from './encoded-image';
import { ImageError } from './image-error';
import type { Pixels } from './pixels';
import { decodePlainJpeg } from './plain-jpeg';
import { CUBIC, resizeBox } from './resize';
import { openScaled } from './value-range';

/** Decoded pixels per pixel of a crop, along a side, at least, where the image has that many. */
const MIN_OVERSAMPLING = 2;

/**
 * Cuts `box` out of the upright image and resizes it, as sRGB. Where the box reaches beyond the
 * image, the border is replicated.
 * @param into memory for the crop; allocated if omitted.
 * @returns RGB bytes, `[size.height, size.width, 3]`.
 * @throws ImageError where the image is damaged.
 */
export async function decodeCrop(
  image: EncodedImage,
  box: Box,
  size: CropSize,
  into?: Buffer,
): Promise<Buffer> {
  // libvips reduces an image with many more pixels than the crop; it decodes JPEGs at a fraction of
  // their size.
  const wanted = MIN_OVERSAMPLING * Math.max(size.width / box.width, size.height / box.height);
  const longer = Math.max(image.width, image.height);
  const pixels = await decodeStored(image, wanted < 0.5 ? Math.ceil(wanted * longer) : longer);
  const across = pixels.width / image.width;
  const down = pixels.height / image.height;
  const part = {
    x: box.x * across,
    y: box.y * down,
    width: box.width * across,
    height: box.height * down,
  };
  const crop = resizeBox(pixels, part, size, CUBIC, into);
  releaseBuffer(pixels.data);
  toSrgb(crop, image.colorSpace);
  return crop;
}

/**
 * Decodes an image upright, as sRGB.
 * @param side longer side of the result, in pixels; a smaller image is not enlarged.
 * @throws ImageError where the image is damaged.
 */
export async function decodePixels(image: EncodedImage, side: number): Promise<Pixels> {
  const pixels = await decodeStored(image, side);
  toSrgb(pixels.data, image.colorSpace);
  return pixels;
}

/** Larger images are not decoded whole where a reduced size is enough; in pixels. */
const MAX_WHOLE_PIXELS = 32e6;

/**
 * Like `decodeStored`, but possibly larger than `side`, which is faster for plain JPEGs: libvips
 * reduces them to half their size or less while decoding. For a size in between it decodes them
 * whole and reduces them then, which takes longer than decoding them with libjpeg-turbo.
 */
export function decodeAtLeast(image: EncodedImage, side: number): Promise<Pixels> {
  const longer = Math.max(image.width, image.height);
  const whole =
    image.plainJpeg && side > longer / 2 && image.width * image.height <= MAX_WHOLE_PIXELS;
  return decodeStored(image, whole ? longer : side);
}

/**
 * Like `decodePixels`, but in the image's own color space, `image.colorSpace`: converting only the
 * crops is faster.
 * @throws ImageError where the image is damaged.
 */
export async function decodeStored(image: EncodedImage, side: number): Promise<Pixels> {
  const { bytes, width, height, plainJpeg } = image;
  const isFullSize = Math.max(width, height) <= side;
  if (plainJpeg && isFullSize) {
    const pixels = await decodePlainJpeg(bytes, width, height);
    if (pixels !== undefined) return pixels;
  }
  const opened = await openScaled(image);
  if (!isFullSize) opened.resize(side, side, { fit: 'inside', kernel: 'linear' });
  const pixels = await runPipeline(opened.clone().flatten({ background: '#ffffff' }), image);
  assertSize(pixels, image, side);
  if (!isWhite(pixels.data)) return pixels;
  // Perhaps everything is transparent. Then the fourth channel cannot mean transparency.
  const opaque = await runPipeline(opened.removeAlpha(), image);
  if (isWhite(opaque.data)) return pixels;
  image.remarks.alpha = 1;
  return opaque;
}

/**
 * Runs a libvips pipeline. Gray, CMYK and 16-bit images become 8-bit sRGB.
 * @throws ImageError where the image is damaged.
 */
async function runPipeline(
  image: Sharp,
  encoded: EncodedImage,
): Promise<Pixels & { data: Buffer }> {
  try {
    const { data, info } = await image
      .toColourspace('srgb')
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true });
    if (info.channels !== 3)
      throw new ImageError(t('expected 3 channels from the decoder, got {0}', info.channels));
    return { data, width: info.width, height: info.height };
  } catch (error) {
    throw error instanceof ImageError ? error : decodeError(error, encoded);
  }
}

const isWhite = (data: Buffer) => data.every((value) => value === 255);

/** @throws ImageError where the decoded image has not the announced size: boxes would be wrong. */
function assertSize(pixels: Pixels, { width, height }: EncodedImage, side: number): void {
  const scale = Math.min(1, side / Math.max(width, height));
  const isNear = (actual: number, expected: number) =>
    Math.abs(actual - expected) <= (scale === 1 ? 0 : 1);
  if (isNear(pixels.width, scale * width) && isNear(pixels.height, scale * height)) return;
  throw new ImageError(
    t(
      'its header announces {0}×{1} pixels, but it decodes to {2}×{3}',
      width,
      height,
      pixels.width,
      pixels.height,
    ),
  );
}
