/** The markers of a JPEG (ITU-T T.81, annex B). */
import { t } from '../text/translate';
import { isCertainlyUpright } from './exif-orientation';

const START_OF_IMAGE = 0xffd8;
/** EOI. */
const END_MARKER = Buffer.from([0xff, 0xd9]);
const APP1 = 0xe1;
const APP2 = 0xe2;
const START_OF_SCAN = 0xda;
const EXIF_NAME = 'Exif\0\0';
/** SOF2. Frames up to it use Huffman coding; the others are lossless or use arithmetic coding. */
const PROGRESSIVE = 0xc2;
/** SOF3; SOF7, SOF11 and SOF15 are its variants. */
const LOSSLESS = 0xc3;
/** SOF5: the first frame of hierarchical images. */
const DIFFERENTIAL = 0xc5;
/** SOF9: the first frame with arithmetic coding. */
const ARITHMETIC = 0xc9;

const isFrame = (marker: number) =>
  marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;

/** A marker with the segment that follows it, `[start, end)` in the file. */
export interface Segment {
  marker: number;
  start: number;
  end: number;
}

/** Whether a segment is the header of a frame. */
export const isFrameSegment = ({ marker }: Segment): boolean => isFrame(marker);

/** The segments before the first scan; none where the file is not a JPEG. */
export function* segments(bytes: Buffer): Generator<Segment> {
  if (bytes.length < 4 || bytes.readUInt16BE(0) !== START_OF_IMAGE) return;
  let at = 2;
  while (at + 9 < bytes.length && bytes[at] === 0xff) {
    const marker = bytes[at + 1]!;
    if (marker === 0xff) {
      at += 1; // fill bytes
      continue;
    }
    if (marker === START_OF_SCAN) return;
    const end = at + 2 + bytes.readUInt16BE(at + 2);
    yield { marker, start: at, end };
    at = end;
  }
}

/** Properties of a JPEG, read from its markers. */
export interface JpegHeader {
  /** In pixels, as stored. */
  width: number;
  height: number;
  /** 1 for gray, 3 for color. */
  components: 1 | 3;
  /** Whether the Exif data leave no doubt that the image is stored upright. */
  isUpright: boolean;
  /** The segments with the ICC profile, as they are in the file; empty where there is none. */
  profile: Buffer;
}

/**
 * Reads the markers of an 8-bit gray or color JPEG.
 * @returns undefined for anything else: other formats, CMYK, lossless and arithmetic coding.
 */
export function jpegHeader(bytes: Buffer): JpegHeader | undefined {
  let frame: { width: number; height: number; components: number } | undefined;
  const profile: Buffer[] = [];
  const exif: Buffer[] = [];
  for (const { marker, start, end } of segments(bytes)) {
    if (isFrame(marker)) {
      if (marker > PROGRESSIVE || bytes[start + 4] !== 8) return undefined;
      if (frame !== undefined) return undefined; // hierarchical
      frame = {
        height: bytes.readUInt16BE(start + 5),
        width: bytes.readUInt16BE(start + 7),
        components: bytes[start + 9]!,
      };
    }
    const name = bytes.toString('latin1', start + 4, start + 15);
    if (marker === APP2 && name === 'ICC_PROFILE') profile.push(bytes.subarray(start, end));
    if (marker === APP1 && name.startsWith('Exif\0')) exif.push(bytes.subarray(start + 10, end));
  }
  if (frame === undefined || frame.height === 0) return undefined;
  const { width, height, components } = frame;
  if (components !== 1 && components !== 3) return undefined;
  const isUpright = isCertainlyUpright(exif);
  return { width, height, components, isUpright, profile: Buffer.concat(profile) };
}

/**
 * What a JPEG is that ordinary decoders do not read: `a JPEG of 12 bits`; undefined for others, and
 * for other formats.
 */
export function unusualJpeg(bytes: Buffer): string | undefined {
  for (const { marker, start } of segments(bytes)) {
    if (!isFrame(marker)) continue;
    const bits = bytes[start + 4];
    if (marker % 4 === LOSSLESS % 4) return t('a lossless JPEG');
    if (bits !== 8) return t('a JPEG of {0} bits', String(bits));
    if (marker >= DIFFERENTIAL && marker < ARITHMETIC) return t('a hierarchical JPEG');
    if (marker >= ARITHMETIC) return t('a JPEG with arithmetic coding');
  }
  return undefined;
}

/** Bytes at the end in which the end marker usually is: some programs pad files. */
const TAIL = 4096;

/**
 * Whether a JPEG has its end marker, wherever: a video follows that of a motion photo. Some
 * programs leave it out, and libvips then takes a complete progressive image for one that is cut
 * short.
 */
export const hasEndMarker = (bytes: Buffer): boolean =>
  bytes.subarray(Math.max(0, bytes.length - TAIL)).includes(END_MARKER) ||
  findEnd(bytes) !== undefined;

export const withEndMarker = (bytes: Buffer): Buffer => Buffer.concat([bytes, END_MARKER]);

/**
 * The TIFF structure of the first Exif segment, without its name; undefined where there is none.
 */
export function exifOf(bytes: Buffer): Buffer | undefined {
  for (const { marker, start, end } of segments(bytes)) {
    const isExif = bytes.toString('latin1', start + 4, start + 10) === EXIF_NAME;
    if (marker === APP1 && isExif) return bytes.subarray(start + 10, end);
  }
  return undefined;
}

/** A JPEG with an Exif segment before all others. @param exif the TIFF structure. */
export function withExif(bytes: Buffer, exif: Buffer): Buffer {
  const head = Buffer.from([0xff, APP1, 0, 0]);
  head.writeUInt16BE(2 + EXIF_NAME.length + exif.length, 2);
  const name = Buffer.from(EXIF_NAME, 'latin1');
  return Buffer.concat([bytes.subarray(0, 2), head, name, exif, bytes.subarray(2)]);
}

/** ICC profiles are split into segments of this length, at most, in bytes. */
const MAX_PROFILE_PART = 65_000;

/** The segments with an ICC profile (ICC.1, annex B.4). */
export function profileSegments(profile: Buffer): Buffer {
  const count = Math.ceil(profile.length / MAX_PROFILE_PART);
  const parts = Array.from({ length: count }, (_, i) => {
    const part = profile.subarray(i * MAX_PROFILE_PART, (i + 1) * MAX_PROFILE_PART);
    const head = Buffer.from(
      `\xff\xe2\0\0ICC_PROFILE\0${String.fromCharCode(i + 1, count)}`,
      'latin1',
    );
    head.writeUInt16BE(head.length - 2 + part.length, 2);
    return Buffer.concat([head, part]);
  });
  return Buffer.concat(parts);
}

/**
 * Where a JPEG ends that other data follow: after its end marker.
 * @returns the length of the bytes where it has none.
 */
export const endOfJpeg = (bytes: Buffer): number => findEnd(bytes) ?? bytes.length;

/**
 * The position after the end marker; undefined where there is none. Thumbnails in segments are
 * passed over. The bytes are looked at one by one: a search for each 0xff would take many times as
 * long where they are many.
 */
function findEnd(bytes: Buffer): number | undefined {
  for (let at = 2; at + 2 <= bytes.length;) {
    if (bytes[at] !== 0xff) {
      at += 1;
      continue;
    }
    const marker = bytes[at + 1]!;
    if (marker === END_MARKER[1]) return at + 2;
    // Coded data hold stuffed zeros and restart markers.
    const hasLength = marker >= 0xc0 && (marker < 0xd0 || marker > 0xd8) && marker !== 0xff;
    if (hasLength && at + 4 > bytes.length) return undefined;
    at += hasLength ? 2 + bytes.readUInt16BE(at + 2) : marker === 0xff ? 1 : 2;
  }
  return undefined;
}

/** Whether any frame is progressive, with Huffman or arithmetic coding. */
export function isProgressive(bytes: Buffer): boolean {
  for (const { marker } of segments(bytes)) {
    // SOF2, SOF6, SOF10, SOF14
    if (isFrame(marker) && marker % 4 === PROGRESSIVE % 4) return true;
  }
  return false;
}

const SCAN = Buffer.from([0xff, START_OF_SCAN]);

/** Number of scans. Their marker cannot occur in coded data; thumbnails may add some. */
export function countScans(bytes: Buffer): number {
  let scans = 0;
  for (let at = bytes.indexOf(SCAN); at >= 0; at = bytes.indexOf(SCAN, at + SCAN.length))
    scans += 1;
  return scans;
}
