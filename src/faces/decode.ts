/**
 * Stage 2: image file → upright RGB pixels of the size the network takes. Decoding, turning by EXIF, colour conversion and
 * resizing all happen in libvips (sharp); no pixel is touched in JavaScript and none passes through a lossy format.
 */
import { readFile } from 'node:fs/promises';
import { imageSize } from 'image-size';
import sharp, { type Sharp } from 'sharp';
import { clamp } from '../clamp';
import { codeOf, messageOf } from '../errors';
import type { Pixels } from './crop';
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
 * @returns RGB bytes, row by row, `size.width × size.height × 3`.
 * @throws ImageError where the image is damaged.
 */
export async function decodeCrop({ bytes, width, height }: EncodedImage, box: Box, size: CropSize): Promise<Buffer> {
  const image = openUpright(bytes);
  const scale = { x: size.width / box.width, y: size.height / box.height };
  const inside = box.x >= 0 && box.y >= 0 && box.x + box.width <= width && box.y + box.height <= height;
  if (inside && box.width * box.height >= NEARLY_ALL * width * height) {
    // The box need not lie on whole pixels: it is cut on those of the result, which are the smaller ones in small images.
    const resized = {
      width: Math.max(size.width, Math.round(width * scale.x)),
      height: Math.max(size.height, Math.round(height * scale.y)),
    };
    image.resize(resized.width, resized.height, { fit: 'fill', kernel: 'cubic' }).extract({
      left: clamp(Math.round(box.x * scale.x), 0, resized.width - size.width),
      top: clamp(Math.round(box.y * scale.y), 0, resized.height - size.height),
      ...size,
    });
  } else {
    const left = clamp(Math.round(box.x), 0, width - 1);
    const top = clamp(Math.round(box.y), 0, height - 1);
    const right = clamp(Math.round(box.x + box.width), left + 1, width);
    const bottom = clamp(Math.round(box.y + box.height), top + 1, height);
    // sharp loses a border that is added after a second cut, so the part of the result that is not border is resized to its exact size.
    const border = {
      left: clamp(Math.round((left - box.x) * scale.x), 0, size.width - 1),
      top: clamp(Math.round((top - box.y) * scale.y), 0, size.height - 1),
      right: clamp(Math.round((box.x + box.width - right) * scale.x), 0, size.width - 1),
      bottom: clamp(Math.round((box.y + box.height - bottom) * scale.y), 0, size.height - 1),
    };
    image
      .extract({ left, top, width: right - left, height: bottom - top })
      .resize(size.width - border.left - border.right, size.height - border.top - border.bottom, { fit: 'fill', kernel: 'cubic' });
    if (border.left + border.top + border.right + border.bottom > 0) image.extend({ ...border, extendWith: 'copy' });
  }
  const { data, width: gotWidth, height: gotHeight } = await rgbPixels(image);
  if (gotWidth !== size.width || gotHeight !== size.height) {
    throw new ImageError(`expected ${size.width}×${size.height} pixels from the decoder, got ${gotWidth}×${gotHeight}`);
  }
  return data;
}

/** An image as libvips opens it, to be turned upright by its EXIF orientation. */
export function openUpright(bytes: Buffer): Sharp {
  return sharp(bytes, { failOn: 'error', limitInputPixels: MAX_PIXELS, sequentialRead: true }).autoOrient();
}

/**
 * Runs a pipeline of libvips. Transparent pixels show white, as on a page; grey, CMYK and 16-bit images become 8-bit sRGB.
 * @throws ImageError where the image is damaged.
 */
export async function rgbPixels(image: Sharp): Promise<Pixels & { data: Buffer }> {
  try {
    const { data, info } = await image
      .flatten({ background: '#ffffff' })
      .toColourspace('srgb')
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true });
    if (info.channels !== 3) throw new ImageError(`expected 3 channels from the decoder, got ${info.channels}`);
    return { data, width: info.width, height: info.height };
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

function decodeReason(error: unknown): string {
  const text = messageOf(error);
  if (/unsupported image format/i.test(text)) {
    return 'not an image that can be read: its content is none of JPEG, PNG, WebP, AVIF, GIF, TIFF';
  }
  return `the image is damaged or cut short (${text})`;
}
