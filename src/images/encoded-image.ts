/**
 * Stage 2a: image file → encoded image with the size of the upright picture. The size comes from
 * the decoder that gives the pixels; only of plain JPEGs is the header read here.
 */
import type { Metadata } from 'sharp';
import type { CropSize } from '../domain/faces';
import type { Remarks } from '../domain/run';
import { t } from '../text/translate';
import { codeOf } from '../util/errors';
import { fsReason } from '../util/fs-errors';
import { type ColorSpace, colorSpaceOf, colorSpaceOfProfile } from './color-profiles';
import { decodeError, formatError } from './decode-reason';
import type { DecodedPixels, PixelFormat } from './formats/pixel-format';
import { rawPreview } from './formats/raw-preview';
import { PIXEL_FORMATS } from './formats/registry';
import { MIN_IMAGE_SIDE } from './framing';
import { ImageError } from './image-error';
import { type ImageTraits, imageTraits, type PixelFormatName } from './image-format';
import { checkImage, decodingMemory, DEFAULT_IMAGE_LIMITS, type ImageLimits } from './image-limits';
import type { ImageFile } from './image-list';
import { hasEndMarker, type JpegHeader, jpegHeader, withEndMarker } from './jpeg-markers';
import { sharp } from './lazy-sharp';
import { readWhole } from './read-file';

/** Type of an image's stored values, as libvips names it: `uchar` for 8 bits, `float`, … */
type Depth = Metadata['depth'];

/** An encoded image in memory. */
export interface EncodedImage {
  bytes: Buffer;
  /** In pixels of the upright image, as the decoder turns it. */
  width: number;
  height: number;
  /** Exif's orientation of the stored pixels; 1 where the format has another way, or none. */
  orientation: number;
  /** Index of the page that is decoded, of files with several. */
  page: number;
  /** Whether the end marker of a JPEG was missing: then any warning means that data are missing. */
  lacksEnd: boolean;
  /** Type of the stored values. */
  depth: Depth;
  /** Of the pixels that `decodeStored` returns. */
  colorSpace: ColorSpace;
  /** A JPEG that is upright and whose colors are known: libjpeg-turbo alone can decode it. */
  plainJpeg: boolean;
  /** Decodes formats that libvips does not read, once; undefined for others. */
  decode: (() => Promise<DecodedPixels>) | undefined;
  /** Memory for decoding, at most, in bytes. */
  memory: number;
  limits: ImageLimits;
  /** Decoding adds some. */
  remarks: Remarks;
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
 * Reads the header of an image; of a raw file of a camera, that of its preview.
 * @throws ImageError saying why it cannot be used.
 */
export async function encodedImage(
  file: Buffer,
  limits = DEFAULT_IMAGE_LIMITS,
): Promise<EncodedImage> {
  if (file.length === 0) throw new ImageError(t('the file is empty (0 bytes)'));
  const bytes = rawPreview(file) ?? file;
  const traits = imageTraits(bytes);
  const image = await (isPixelFormat(traits.format)
    ? ofPixelFormat(bytes, traits, PIXEL_FORMATS[traits.format], limits)
    : ofLibvips(bytes, traits, limits));
  if (bytes !== file) image.remarks.preview = 1;
  return image;
}

const isPixelFormat = (format: string): format is PixelFormatName =>
  Object.hasOwn(PIXEL_FORMATS, format);

async function ofPixelFormat(
  bytes: Buffer,
  byContent: ImageTraits,
  { name, header, decode }: PixelFormat,
  limits: ImageLimits,
): Promise<EncodedImage> {
  const orReason = async <T>(work: () => T | Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      if (error instanceof ImageError || isMissingFile(error)) throw error;
      throw formatError(error, bytes, name);
    }
  };
  const { profile, width, height, depth } = await orReason(() => header(bytes));
  const traits = { ...byContent, deep: depth !== 'uchar' };
  assertUsable(traits, { width, height }, limits);
  let pixels: Promise<DecodedPixels> | undefined;
  return {
    bytes,
    width,
    height,
    orientation: UPRIGHT,
    page: 0,
    depth,
    lacksEnd: false,
    colorSpace: profile === undefined ? 'srgb' : await colorSpaceOfProfile(profile),
    plainJpeg: false,
    decode: () => (pixels ??= orReason(() => decode(bytes))),
    memory: decodingMemory(traits, { width, height }),
    limits,
    remarks: {},
  };
}

/** Whether a decoder's own files are missing: then the image is not to blame. */
const isMissingFile = (error: unknown) =>
  ['ENOENT', 'EACCES', 'MODULE_NOT_FOUND', 'ERR_MODULE_NOT_FOUND'].includes(codeOf(error) ?? '');

async function ofLibvips(
  bytes: Buffer,
  byContent: ImageTraits,
  limits: ImageLimits,
): Promise<EncodedImage> {
  const jpeg = byContent.format === 'jpeg' ? jpegHeader(bytes) : undefined;
  const size = jpeg?.isUpright === true ? plainSize(jpeg) : await decoderSize(bytes, byContent);
  const traits = { ...byContent, deep: size.depth !== 'uchar' };
  assertUsable(traits, size, limits);
  const colorSpace = await colorSpaceIn(jpeg);
  const { width, height, orientation, page, depth } = size;
  const lacksEnd = traits.format === 'jpeg' && !hasEndMarker(bytes);
  const plainJpeg =
    jpeg !== undefined && orientation === UPRIGHT && !lacksEnd && colorSpace !== 'unknown';
  return {
    bytes: lacksEnd ? withEndMarker(bytes) : bytes,
    width,
    height,
    orientation,
    page,
    depth,
    lacksEnd,
    colorSpace,
    plainJpeg,
    decode: undefined,
    memory: decodingMemory(traits, size),
    limits,
    remarks: size.furtherPages > 0 ? { pages: size.furtherPages } : {},
  };
}

/** @throws ImageError where it is too small, or beyond the limits. */
function assertUsable(traits: ImageTraits, size: CropSize, limits: ImageLimits): void {
  if (size.width < MIN_IMAGE_SIDE || size.height < MIN_IMAGE_SIDE) {
    throw new ImageError(
      t(
        'too small: expected at least {0}×{1} pixels, got {2}×{3}',
        MIN_IMAGE_SIDE,
        MIN_IMAGE_SIDE,
        size.width,
        size.height,
      ),
    );
  }
  checkImage(traits, size, limits);
}

/** What the decoder will give. */
interface UprightSize extends CropSize {
  page: number;
  /** Pages of the same kind beside the one that is decoded; previews do not count. */
  furtherPages: number;
  depth: Depth;
  orientation: number;
}

/** Exif's orientation of pixels that are stored as they are shown. */
const UPRIGHT = 1;

const plainSize = ({ width, height }: JpegHeader): UprightSize => ({
  width,
  height,
  page: 0,
  furtherPages: 0,
  depth: 'uchar',
  orientation: UPRIGHT,
});

/** Pages that are looked at, at most. */
const MAX_PAGES = 100;

/** Share of the largest page's pixels from which a page of a TIFF is no preview. */
const FULL_PAGE_SHARE = 0.5;

/**
 * Size according to libvips, which knows where each format stores its orientation. Of a TIFF with
 * several pages, some may be previews: the first of the largest counts. Of other formats the first
 * page, or frame, counts.
 */
async function decoderSize(bytes: Buffer, { format }: ImageTraits): Promise<UprightSize> {
  try {
    const { pages, ...first } = await pageSize(bytes, 0);
    if (format !== 'tiff') return { ...first, furtherPages: pages - 1 };
    const all = [first];
    for (let page = 1; page < Math.min(pages, MAX_PAGES); page++)
      all.push(await pageSize(bytes, page));
    const pixels = all.map(({ width, height }) => width * height);
    const most = Math.max(...pixels);
    const full = pixels.filter((each) => each >= FULL_PAGE_SHARE * most).length;
    const unseen = Math.max(0, pages - MAX_PAGES);
    return { ...all[pixels.indexOf(most)]!, furtherPages: full - 1 + unseen };
  } catch (error) {
    throw decodeError(error, { bytes, lacksEnd: false });
  }
}

async function pageSize(bytes: Buffer, page: number) {
  const {
    autoOrient,
    orientation = UPRIGHT,
    pages = 1,
    depth,
  } = await sharp(bytes, { limitInputPixels: false, page }).metadata();
  return { ...autoOrient, page, depth, orientation, pages };
}

async function colorSpaceIn(header: JpegHeader | undefined): Promise<ColorSpace> {
  if (header === undefined) return 'unknown';
  if (header.profile.length === 0) return 'srgb';
  return header.components === 3 ? await colorSpaceOf(header.profile) : 'unknown';
}

/** Reason of the failure of an image that vanished during the run. */
export const VANISHED_REASON = 'the file was there when the folder was listed and is gone now';

function fileReason(error: unknown): string {
  switch (codeOf(error)) {
    case 'ENOENT':
      return t(VANISHED_REASON);
    case 'EACCES':
    case 'EPERM':
      return t('no permission to read the file');
    default:
      return t('the file cannot be read: {0}', fsReason(error));
  }
}
