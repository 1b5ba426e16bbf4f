/**
 * Recognizes the format of a file by its first bytes, whatever its name. Only supported formats
 * reach a decoder. libvips by itself also accepts SVG, where a few bytes can cause any amount of
 * work.
 */
import { t } from '../text/translate';
import { ImageError } from './image-error';
import { countScans, isProgressive } from './jpeg-markers';

/** Formats that are decoded in images/formats/. */
export type PixelFormatName = 'heic' | 'bmp' | 'pnm' | 'jxl' | 'jp2';

export type ImageFormat = 'jpeg' | 'png' | 'webp' | 'avif' | 'gif' | 'tiff' | PixelFormatName;

/** Properties of an encoded image that determine the cost of decoding it. */
export interface ImageTraits {
  format: ImageFormat;
  /** Progressive or interlaced: decoding needs the whole image in memory. */
  whole: boolean;
  /** Scans of a progressive JPEG; 1 for others. */
  scans: number;
  /** Whether values have more than 8 bits. */
  deep?: boolean;
}

/** Names of the formats for users. */
export const FORMAT_NAMES: Record<ImageFormat, string> = {
  jpeg: 'JPEG',
  png: 'PNG',
  webp: 'WebP',
  avif: 'AVIF',
  gif: 'GIF',
  tiff: 'TIFF',
  heic: 'HEIC',
  bmp: 'BMP',
  pnm: 'PNM',
  jxl: 'JPEG XL',
  jp2: 'JPEG 2000',
};

const ascii = (bytes: Buffer, start: number, end: number) => bytes.toString('latin1', start, end);

/**
 * Brands of ISO base media files (ISO/IEC 23008-12) that hold images, with AV1 and others; the last
 * two say nothing about the codec.
 */
const AVIF_BRANDS = ['avif', 'avis'];
const HEIC_BRANDS = ['heic', 'heix', 'hevc', 'heim', 'heis', 'hevm', 'hevs', 'mif1', 'msf1'];
/** Sizes of the headers of OS/2, and of Windows since version 3. */
const BMP_HEADER_BYTES = [12, 16, 40, 52, 56, 64, 108, 124];
/** Compatible brands that are read, at most. */
const MAX_BRANDS = 32;

/** @param bytes of the beginning of a file. @returns undefined for other formats. */
export function formatOf(bytes: Buffer): ImageFormat | undefined {
  if (bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff) return 'jpeg';
  if (ascii(bytes, 0, 8) === '\x89PNG\r\n\x1a\n') return 'png';
  if (ascii(bytes, 0, 4) === 'RIFF' && ascii(bytes, 8, 12) === 'WEBP') return 'webp';
  if (/^GIF8[79]a/.test(ascii(bytes, 0, 6))) return 'gif';
  if (['II*\0', 'MM\0*', 'II+\0', 'MM\0+'].includes(ascii(bytes, 0, 4))) return 'tiff';
  const brands = brandsOf(bytes);
  if (brands.some((brand) => AVIF_BRANDS.includes(brand))) return 'avif';
  if (brands.some((brand) => HEIC_BRANDS.includes(brand))) return hasAv1(bytes) ? 'avif' : 'heic';
  if (ascii(bytes, 0, 2) === '\xff\x0a' || ascii(bytes, 4, 12) === 'JXL \r\n\x87\n') return 'jxl';
  if (ascii(bytes, 4, 12) === 'jP  \r\n\x87\n' || ascii(bytes, 0, 4) === '\xffO\xffQ') return 'jp2';
  if (/^P(?:[1-7][\s#]|[Ff]\s)/.test(ascii(bytes, 0, 3))) return 'pnm';
  return isBmp(bytes) ? 'bmp' : undefined;
}

/** A BMP's two letters occur in texts too: the size of its second header is one of a few. */
const isBmp = (bytes: Buffer) =>
  ascii(bytes, 0, 2) === 'BM' &&
  bytes.length >= 18 &&
  BMP_HEADER_BYTES.includes(bytes.readUInt32LE(14));

/** Bytes that hold the types of the items in a HEIF file. */
const ITEM_TYPES_BYTES = 4096;

/** Whether a HEIF file holds images in AV1, as AVIF does, and none in HEVC. */
function hasAv1(bytes: Buffer): boolean {
  const head = ascii(bytes, 0, ITEM_TYPES_BYTES);
  return head.includes('infe') && head.includes('av01') && !/hvc1|hev1/.test(head);
}

/** Major and compatible brands of an ISO base media file; none for other files. */
function brandsOf(bytes: Buffer): string[] {
  if (bytes.length < 16 || ascii(bytes, 4, 8) !== 'ftyp') return [];
  const end = Math.min(bytes.length, bytes.readUInt32BE(0), 16 + 4 * MAX_BRANDS);
  const brands = [ascii(bytes, 8, 12)];
  for (let at = 16; at + 4 <= end; at += 4) brands.push(ascii(bytes, at, at + 4));
  return brands;
}

/** Other formats that occur under the names of images; they are named in error messages. */
const OTHER_FORMATS = [
  ['a web page', (bytes) => /^\s*<(!doctype html|html|head|body)/i.test(ascii(bytes, 0, 200))],
  ['an SVG drawing', (bytes) => /<svg[\s>]/i.test(ascii(bytes, 0, 1000))],
  ['an XML text', (bytes) => /^\s*<\?xml/.test(ascii(bytes, 0, 100))],
  ['a video', (bytes) => brandsOf(bytes).length > 0 || ascii(bytes, 0, 4) === '\x1aE\xdf\xa3'],
  ['a PDF document', (bytes) => ascii(bytes, 0, 5) === '%PDF-'],
  ['a Photoshop document', (bytes) => ascii(bytes, 0, 4) === '8BPS'],
  ['a ZIP archive', (bytes) => ascii(bytes, 0, 4) === 'PK\x03\x04'],
] as const satisfies readonly (readonly [name: string, is: (bytes: Buffer) => boolean])[];

/** For users. */
export const SUPPORTED_FORMATS =
  'JPEG, PNG, WebP, HEIC, AVIF, GIF, TIFF, BMP, PNM, JPEG XL, JPEG 2000, raw files of cameras';

/** @throws ImageError naming the format where it is not supported. */
export function imageTraits(bytes: Buffer): ImageTraits {
  const format = formatOf(bytes);
  if (format === undefined) {
    const other = OTHER_FORMATS.find(([, is]) => is(bytes))?.[0];
    const formats = t(SUPPORTED_FORMATS);
    throw new ImageError(
      other === undefined
        ? t('not an image that can be read: its content is none of {0}', formats)
        : t('not an image that can be read: it is {0}, none of {1}', t(other), formats),
    );
  }
  const progressive = format === 'jpeg' && isProgressive(bytes);
  return {
    format,
    whole: progressive || (format === 'png' && isInterlaced(bytes)),
    scans: progressive ? countScans(bytes) : 1,
  };
}

/** The last byte of a PNG's first chunk (ISO/IEC 15948, 11.2.2). */
const isInterlaced = (bytes: Buffer) => bytes[28] === 1;
