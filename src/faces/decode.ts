/**
 * Stage 2: image file → upright RGB pixels of the size the network takes. Decoding, turning by EXIF, colour conversion and
 * resizing all happen in libvips (sharp); no pixel is touched in JavaScript and none passes through a lossy format.
 */
import { readFile } from 'node:fs/promises';
import { imageSize } from 'image-size';
import sharp from 'sharp';
import { codeOf, messageOf } from '../errors';
import { type Box, type CropSize, SMALLEST_SIDE } from './framing';
import type { ImageFile } from './scan';

/** Images of more pixels are refused: one alone would take more than a gigabyte. */
export const MAX_PIXELS = 400e6;

/** An image that cannot be used; the message is the reason a user reads in failed.csv. */
export class ImageError extends Error {
  override name = 'ImageError';
}

/** An encoded image in memory. */
export interface EncodedImage {
  bytes: Buffer;
  /** Pixels of the upright image (turned by its EXIF orientation). */
  width: number;
  height: number;
}

/**
 * Reads a file and its header.
 * @throws ImageError saying why it cannot be used.
 */
export async function readImage(image: Pick<ImageFile, 'path'>): Promise<EncodedImage> {
  let bytes: Buffer;
  try {
    bytes = await readFile(image.path);
  } catch (error) {
    throw new ImageError(fileReason(error), { cause: error });
  }
  if (bytes.length === 0) throw new ImageError('the file is empty (0 bytes)');
  const size = headerSize(bytes) ?? (await decoderSize(bytes));
  if (size.width < SMALLEST_SIDE || size.height < SMALLEST_SIDE) {
    throw new ImageError(
      `too small: expected at least ${String(SMALLEST_SIDE)}×${String(SMALLEST_SIDE)} pixels, got ${String(size.width)}×${String(size.height)}`,
    );
  }
  if (size.width * size.height > MAX_PIXELS) {
    throw new ImageError(
      `too large: expected at most ${String(MAX_PIXELS / 1e6)} megapixels, got ${String(size.width)}×${String(size.height)}`,
    );
  }
  return { bytes, ...size };
}

/** A box that covers at least this share of the image is cut after resizing all of it, which is more exact and costs little more. */
const NEARLY_ALL = 0.75;

/**
 * Cuts `box` out of the upright image and resizes it. Where the box reaches beyond the image, the border is replicated.
 *
 * The box need not lie on whole pixels: it is cut on whole pixels of the result, which are the smaller ones in small images.
 * @returns RGB bytes, row by row, `size.width × size.height × 3`.
 * @throws ImageError where the image is damaged.
 */
export async function decodeCrop({ bytes, width, height }: EncodedImage, box: Box, size: CropSize): Promise<Buffer> {
  const image = sharp(bytes, { failOn: 'error', limitInputPixels: MAX_PIXELS, sequentialRead: true }).autoOrient();
  const whole = box.width * box.height >= NEARLY_ALL * width * height;
  // The pixels the box touches.
  const left = whole ? 0 : clamp(Math.floor(box.x), 0, width - 1);
  const top = whole ? 0 : clamp(Math.floor(box.y), 0, height - 1);
  const right = whole ? width : clamp(Math.ceil(box.x + box.width), left + 1, width);
  const bottom = whole ? height : clamp(Math.ceil(box.y + box.height), top + 1, height);
  if (right - left < width || bottom - top < height) image.extract({ left, top, width: right - left, height: bottom - top });

  const scale = { x: size.width / box.width, y: size.height / box.height };
  const resized = {
    width: Math.max(1, Math.round((right - left) * scale.x)),
    height: Math.max(1, Math.round((bottom - top) * scale.y)),
  };
  image.resize(resized.width, resized.height, { fit: 'fill', kernel: 'cubic' });
  // Where the result begins among the resized pixels; negative where border is to be added.
  const x = span(Math.round((box.x - left) * scale.x), resized.width, size.width);
  const y = span(Math.round((box.y - top) * scale.y), resized.height, size.height);
  if (x.length < resized.width || y.length < resized.height)
    image.extract({ left: x.from, top: y.from, width: x.length, height: y.length });
  if (x.length < size.width || y.length < size.height) {
    image.extend({ left: x.before, right: x.after, top: y.before, bottom: y.after, extendWith: 'copy' });
  }
  try {
    // Transparent pixels show white, as on a page; grey, CMYK and 16-bit images become 8-bit sRGB.
    const { data, info } = await image
      .flatten({ background: '#ffffff' })
      .toColourspace('srgb')
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true });
    if (info.channels !== 3 || info.width !== size.width || info.height !== size.height) {
      throw new ImageError(
        `expected ${String(size.width)}×${String(size.height)} pixels of 3 channels from the decoder, ` +
          `got ${String(info.width)}×${String(info.height)} of ${String(info.channels)}`,
      );
    }
    return data;
  } catch (error) {
    throw error instanceof ImageError ? error : new ImageError(decodeReason(error), { cause: error });
  }
}

/** Upright size from the file's first bytes, or undefined where the format's header is not understood. */
function headerSize(bytes: Buffer): CropSize | undefined {
  try {
    const { width, height, orientation } = imageSize(bytes);
    if (!(width > 0 && height > 0)) return undefined;
    return orientation !== undefined && orientation >= 5 ? { width: height, height: width } : { width, height };
  } catch {
    return undefined; // the decoder itself is asked next, and its word is reported
  }
}

async function decoderSize(bytes: Buffer): Promise<CropSize> {
  try {
    const { autoOrient } = await sharp(bytes, { limitInputPixels: false }).metadata();
    return { width: autoOrient.width, height: autoOrient.height };
  } catch (error) {
    throw new ImageError(decodeReason(error), { cause: error });
  }
}

function fileReason(error: unknown): string {
  switch (codeOf(error)) {
    case 'ENOENT':
      return 'the file was there when the folder was listed and is gone now';
    case 'EACCES':
    case 'EPERM':
      return 'no permission to read the file';
    default:
      return `the file cannot be read: ${messageOf(error)}`;
  }
}

export function decodeReason(error: unknown): string {
  const text = messageOf(error);
  if (/unsupported image format/i.test(text)) {
    return 'not an image that can be read: its content is none of JPEG, PNG, WebP, AVIF, GIF, TIFF';
  }
  return `the image is damaged or cut short (${text})`;
}

const clamp = (value: number, low: number, high: number) => Math.min(Math.max(value, low), high);

/**
 * The part of `available` pixels that `wanted` pixels from `start` cover, and the border they leave on either side.
 * At least one pixel is covered, since the border is made from it.
 */
function span(start: number, available: number, wanted: number) {
  const from = clamp(start, 0, available - 1);
  const length = clamp(start + wanted, from + 1, available) - from;
  const before = clamp(from - start, 0, wanted - length);
  return { from, length, before, after: wanted - length - before };
}
