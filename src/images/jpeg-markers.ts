/** The markers of a JPEG (ITU-T T.81, annex B). */

const START_OF_IMAGE = 0xffd8;
const APP2 = 0xe2;
const START_OF_SCAN = 0xda;
/** SOF2. Frames up to it use Huffman coding; the others are lossless or use arithmetic coding. */
const PROGRESSIVE = 0xc2;

const isFrame = (marker: number) =>
  marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;

/** A marker with the segment that follows it, `[start, end)` in the file. */
interface Segment {
  marker: number;
  start: number;
  end: number;
}

/** The segments before the first scan; none where the file is not a JPEG. */
function* segments(bytes: Buffer): Generator<Segment> {
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
  /** 1 for gray, 3 for color. */
  components: 1 | 3;
  /** The segments with the ICC profile, as they are in the file; empty where there is none. */
  profile: Buffer;
}

/**
 * Reads the markers of an 8-bit gray or color JPEG.
 * @returns undefined for anything else: other formats, CMYK, lossless and arithmetic coding.
 */
export function jpegHeader(bytes: Buffer): JpegHeader | undefined {
  let components: number | undefined;
  const profile: Buffer[] = [];
  for (const { marker, start, end } of segments(bytes)) {
    if (isFrame(marker)) {
      if (marker > PROGRESSIVE || bytes[start + 4] !== 8) return undefined;
      components = bytes[start + 9];
    }
    if (marker === APP2 && bytes.toString('latin1', start + 4, start + 15) === 'ICC_PROFILE') {
      profile.push(bytes.subarray(start, end));
    }
  }
  if (components !== 1 && components !== 3) return undefined;
  return { components, profile: Buffer.concat(profile) };
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
