/**
 * Stage 2: image file → upright RGB pixels. libvips (sharp) decodes, turns by EXIF, converts colors
 * and reduces large images. libjpeg-turbo alone decodes plain JPEGs, in a tenth of the time.
 * Nothing passes through a lossy format.
 */
import { imageSize } from 'image-size';
import type { Sharp } from 'sharp';
import type { Box, CropSize } from '../domain/faces';
import { codeOf, messageOf } from '../util/errors';
import { fsReason } from '../util/fs-errors';
import { releaseBuffer } from './buffer-pool';
import { type ColorSpace, colorSpaceOf, toSrgb } from './color-profiles';
import { MIN_IMAGE_SIDE } from './framing';
import { ImageError } from './image-error';
import { imageTraits } from './image-format';
import { checkImage, decodingMemory, DEFAULT_IMAGE_LIMITS, type ImageLimits } from './image-limits';
import type { ImageFile } from './image-list';
import { jpegHeader } from './jpeg-markers';
import { sharp } from './lazy-sharp';
import type { Pixels } from './pixels';
import { decodePlainJpeg } from './plain-jpeg';
import { readWhole } from './read-file';
import { CUBIC, resizeBox } from './resize';

/** An encoded image in memory. */
export interface EncodedImage {
  bytes: Buffer;
  /** In pixels of the upright image, turned by its EXIF orientation. */
  width: number;
  height: number;
  /** Of the pixels that `decodeStored` returns. */
  colorSpace: ColorSpace;
  /** A JPEG that is upright and whose colors are known: libjpeg-turbo alone can decode it. */
  plainJpeg: boolean;
  /** Memory for decoding, at most, in bytes. */
  memory: number;
  limits: ImageLimits;
}

/**
 * Reads a file.
 * @throws ImageError saying why it cannot be read.
 */
export async function readBytes(
  image: Pick<ImageFile, 'path'>,
  { fileBytes }: Pick<ImageLimits, 'fileBytes'> = DEFAULT_IMAGE_LIMITS,
): Promise<Buffer> {
  try {
    return await readWhole(image.path, fileBytes);
  } catch (error) {
    throw new ImageError(fileReason(error), { cause: error, validity: 'thisRun' });
  }
}

/**
 * Reads a file and its header.
 * @throws ImageError saying why it cannot be used.
 */
export async function readImage(
  image: Pick<ImageFile, 'path'>,
  limits = DEFAULT_IMAGE_LIMITS,
): Promise<EncodedImage> {
  return encodedImage(await readBytes(image, limits), limits);
}

/**
 * Reads the header of an image.
 * @throws ImageError saying why it cannot be used.
 */
export async function encodedImage(
  bytes: Buffer,
  limits = DEFAULT_IMAGE_LIMITS,
): Promise<EncodedImage> {
  if (bytes.length === 0) throw new ImageError('the file is empty (0 bytes)');
  const traits = imageTraits(bytes);
  const header = headerSize(bytes);
  const size = header ?? (await decoderSize(bytes));
  if (size.width < MIN_IMAGE_SIDE || size.height < MIN_IMAGE_SIDE) {
    throw new ImageError(
      `too small: expected at least ${String(MIN_IMAGE_SIDE)}×${String(MIN_IMAGE_SIDE)} pixels, got ${String(size.width)}×${String(size.height)}`,
    );
  }
  checkImage(traits, size, limits);
  const colorSpace = await colorSpaceIn(bytes);
  const { width, height } = size;
  const plainJpeg =
    traits.format === 'jpeg' && header?.turned === false && colorSpace !== 'unknown';
  return {
    bytes,
    width,
    height,
    colorSpace,
    plainJpeg,
    memory: decodingMemory(traits, size),
    limits,
  };
}

async function colorSpaceIn(bytes: Buffer): Promise<ColorSpace> {
  const header = jpegHeader(bytes);
  if (header === undefined) return 'unknown';
  if (header.profile.length === 0) return 'srgb';
  return header.components === 3 ? await colorSpaceOf(header.profile) : 'unknown';
}

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
export async function decodeStored(
  { bytes, width, height, colorSpace, plainJpeg, limits }: EncodedImage,
  side: number,
): Promise<Pixels> {
  const isFullSize = Math.max(width, height) <= side;
  if (plainJpeg && isFullSize) {
    const pixels = await decodePlainJpeg(bytes, width, height);
    if (pixels !== undefined) return pixels;
  }
  const image = sharp(bytes, {
    failOn: 'error',
    limitInputPixels: limits.pixels,
    sequentialRead: true,
    ignoreIcc: colorSpace !== 'unknown',
  })
    .timeout({ seconds: Math.ceil(limits.seconds) })
    .autoOrient();
  if (!isFullSize) image.resize(side, side, { fit: 'inside', kernel: 'linear' });
  return runPipeline(image);
}

/**
 * Runs a libvips pipeline. Transparent pixels become white; gray, CMYK and 16-bit images become
 * 8-bit sRGB.
 * @throws ImageError where the image is damaged.
 */
async function runPipeline(image: Sharp): Promise<Pixels & { data: Buffer }> {
  try {
    const { data, info } = await image
      .flatten({ background: '#ffffff' })
      .toColourspace('srgb')
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true });
    if (info.channels !== 3)
      throw new ImageError(`expected 3 channels from the decoder, got ${info.channels}`);
    return { data, width: info.width, height: info.height };
  } catch (error) {
    throw error instanceof ImageError
      ? error
      : new ImageError(decodeReason(error), { cause: error });
  }
}

/** Upright size according to the header; undefined where `image-size` cannot read it. */
function headerSize(bytes: Buffer): (CropSize & { turned: boolean }) | undefined {
  try {
    const { width, height, orientation } = imageSize(bytes);
    if (!(width > 0 && height > 0)) return undefined;
    const turned = orientation !== undefined && orientation !== 1;
    return orientation !== undefined && orientation >= 5
      ? { width: height, height: width, turned }
      : { width, height, turned };
  } catch {
    return undefined; // `decoderSize` is tried next, and reports its error
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

/** Reason of the failure of an image that vanished during the run. */
export const VANISHED_REASON = 'the file was there when the folder was listed and is gone now';

function fileReason(error: unknown): string {
  switch (codeOf(error)) {
    case 'ENOENT':
      return VANISHED_REASON;
    case 'EACCES':
    case 'EPERM':
      return 'no permission to read the file';
    default:
      return `the file cannot be read: ${fsReason(error)}`;
  }
}

/** In characters: libvips may repeat its message for each block of an image. */
const MAX_DECODER_MESSAGE_LENGTH = 200;

const excerpt = (text: string) =>
  text.length > MAX_DECODER_MESSAGE_LENGTH ? `${text.slice(0, MAX_DECODER_MESSAGE_LENGTH)}…` : text;

function decodeReason(error: unknown): string {
  const text = messageOf(error);
  if (/unsupported image format/i.test(text)) {
    return 'the image is damaged: no decoder recognizes its content';
  }
  return `the image is damaged or cut short (${excerpt(text)})`;
}
