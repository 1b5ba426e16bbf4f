/**
 * Stage 2: image file → upright RGB pixels. Decoding, turning by EXIF, colour conversion and the
 * first reduction happen in libvips (sharp), but for plain JPEGs, which libjpeg-turbo decodes by
 * itself in a tenth of the time; nothing passes through a lossy format.
 */
import { imageSize } from 'image-size';
import type { Sharp } from 'sharp';
import type { Box, CropSize } from '../domain/faces';
import { codeOf, messageOf } from '../util/errors';
import { fsReason } from '../util/fs-errors';
import { releaseBuffer } from './buffer-pool';
import { type Colours, coloursOf, toSrgb } from './color-profiles';
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
  /** Pixels of the upright image (turned by its EXIF orientation). */
  width: number;
  height: number;
  /** Of the pixels that `decodeStored` gives. */
  colours: Colours;
  /** A JPEG that is not to be turned, of known colours: libjpeg-turbo decodes it by itself. */
  plainJpeg: boolean;
  /** Memory that decoding takes at most, in bytes. */
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
    throw new ImageError(fileReason(error), { cause: error, kept: 'now' });
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
  const colours = await coloursIn(bytes);
  const { width, height } = size;
  const plainJpeg = traits.format === 'jpeg' && header?.turned === false && colours !== 'unknown';
  return { bytes, width, height, colours, plainJpeg, memory: decodingMemory(traits, size), limits };
}

async function coloursIn(bytes: Buffer): Promise<Colours> {
  const header = jpegHeader(bytes);
  if (header === undefined) return 'unknown';
  if (header.profile.length === 0) return 'srgb';
  return header.components === 3 ? await coloursOf(header.profile) : 'unknown';
}

/** Pixels of the image that make one of a crop, along a side, at least, where there are as many. */
const OVERSAMPLED = 2;

/**
 * Cuts `box` out of the upright image and resizes it. Where the box reaches beyond the image, the
 * border is replicated.
 * @param into where the crop is to lie; memory of its own where it is not said.
 * @returns RGB bytes, row by row, `size.width × size.height × 3`.
 * @throws ImageError where the image is damaged.
 */
export async function decodeCrop(
  image: EncodedImage,
  box: Box,
  size: CropSize,
  into?: Buffer,
): Promise<Buffer> {
  // An image with many more pixels than the crop is reduced by libvips, which for JPEGs need not
  // even decode them all.
  const wanted = OVERSAMPLED * Math.max(size.width / box.width, size.height / box.height);
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
  toSrgb(crop, image.colours);
  return crop;
}

/**
 * Decodes an image upright, as sRGB, reduced so that its longer side has `side` pixels (never
 * enlarged). JPEGs are decoded at a fraction of their size where that is enough.
 * @throws ImageError where the image is damaged.
 */
export async function decodePixels(image: EncodedImage, side: number): Promise<Pixels> {
  const pixels = await decodeStored(image, side);
  toSrgb(pixels.data, image.colours);
  return pixels;
}

/** Images of more pixels are not decoded whole where less of them is enough. */
const LARGE = 32e6;

/**
 * The same in the image's own colours, with at least `side` pixels along its longer side, where it
 * has as many. While it decodes a JPEG libvips reduces it to a half or less; to decode it whole and
 * reduce it then takes longer than decoding it by libjpeg-turbo, and whoever cuts out of it reduces
 * it anyway.
 */
export function decodeAtLeast(image: EncodedImage, side: number): Promise<Pixels> {
  const longer = Math.max(image.width, image.height);
  const whole = image.plainJpeg && side > longer / 2 && image.width * image.height <= LARGE;
  return decodeStored(image, whole ? longer : side);
}

/**
 * The same in the image's own colours (`image.colours`): what is cut out is converted faster than
 * the whole.
 */
export async function decodeStored(
  { bytes, width, height, colours, plainJpeg, limits }: EncodedImage,
  side: number,
): Promise<Pixels> {
  const asItIs = Math.max(width, height) <= side;
  if (plainJpeg && asItIs) {
    const pixels = await decodePlainJpeg(bytes, width, height);
    if (pixels !== undefined) return pixels;
  }
  // To be turned upright by its EXIF orientation.
  const image = sharp(bytes, {
    failOn: 'error',
    limitInputPixels: limits.pixels,
    sequentialRead: true,
    ignoreIcc: colours !== 'unknown',
  })
    .timeout({ seconds: Math.ceil(limits.seconds) })
    .autoOrient();
  if (!asItIs) image.resize(side, side, { fit: 'inside', kernel: 'linear' });
  return rgbPixels(image);
}

/**
 * Runs a pipeline of libvips. Transparent pixels show white, as on a page; grey, CMYK and 16-bit
 * images become 8-bit sRGB.
 * @throws ImageError where the image is damaged.
 */
async function rgbPixels(image: Sharp): Promise<Pixels & { data: Buffer }> {
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

/**
 * Upright size from the file's first bytes, or undefined where the format's header is not
 * understood.
 */
function headerSize(bytes: Buffer): (CropSize & { turned: boolean }) | undefined {
  try {
    const { width, height, orientation } = imageSize(bytes);
    if (!(width > 0 && height > 0)) return undefined;
    const turned = orientation !== undefined && orientation !== 1;
    return orientation !== undefined && orientation >= 5
      ? { width: height, height: width, turned }
      : { width, height, turned };
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

/** Why an image cannot be used that vanished. */
export const GONE = 'the file was there when the folder was listed and is gone now';

function fileReason(error: unknown): string {
  switch (codeOf(error)) {
    case 'ENOENT':
      return GONE;
    case 'EACCES':
    case 'EPERM':
      return 'no permission to read the file';
    default:
      return `the file cannot be read: ${fsReason(error)}`;
  }
}

/**
 * Of what libvips says, in characters: it may say the same thing once for each block of an image.
 */
const LONGEST_REASON = 200;

const excerpt = (text: string) =>
  text.length > LONGEST_REASON ? `${text.slice(0, LONGEST_REASON)}…` : text;

function decodeReason(error: unknown): string {
  const text = messageOf(error);
  if (/unsupported image format/i.test(text)) {
    return 'the image is damaged: no decoder recognizes its content';
  }
  return `the image is damaged or cut short (${excerpt(text)})`;
}
