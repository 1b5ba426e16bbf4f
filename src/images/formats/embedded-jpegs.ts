/** Finds the JPEGs that a file of another format contains, wherever they are. */
import { isFrameSegment, jpegHeader, segments } from '../jpeg-markers';

const START = Buffer.from([0xff, 0xd8, 0xff]);
/** DQT. */
const QUANTIZATION_TABLE = 0xdb;
/** Segments before the first scan, at most, in bytes. */
const MAX_HEADER_BYTES = 500_000;
/** Segments that are read in a file, at most. */
const MAX_SEGMENTS = 500_000;

export interface EmbeddedJpeg {
  /** Where it begins in the file. */
  start: number;
  width: number;
  height: number;
}

/**
 * The JPEGs with 8 bits and Huffman coding that are gray or have three components, which ordinary
 * decoders read.
 */
export function embeddedJpegs(bytes: Buffer): EmbeddedJpeg[] {
  const found: EmbeddedJpeg[] = [];
  let read = 0;
  for (let at = bytes.indexOf(START); at >= 0; at = bytes.indexOf(START, at + 2)) {
    const header = bytes.subarray(at, at + MAX_HEADER_BYTES);
    let frames = 0;
    let tables = 0;
    for (const segment of segments(header)) {
      read += 1;
      if (isFrameSegment(segment)) frames += 1;
      if (segment.marker === QUANTIZATION_TABLE) tables += 1;
      if (read > MAX_SEGMENTS) return found;
    }
    if (frames !== 1 || tables === 0) continue; // parts of TIFFs share their tables
    const size = jpegHeader(header);
    if (size !== undefined) found.push({ start: at, width: size.width, height: size.height });
  }
  return found;
}
