/** Reads the boxes of ISO base media files (ISO/IEC 14496-12), JPEG 2000 and JPEG XL. */

interface Box {
  type: string;
  /** The content, `[start, end)` in the file. */
  start: number;
  end: number;
}

/** Boxes that are read, at most. */
const MAX_BOXES = 1000;
const HEADER_BYTES = 8;
const LARGE_HEADER_BYTES = 16;

/** The boxes in `[start, end)`; the last may be cut short. */
export function* boxesIn(bytes: Buffer, start = 0, end = bytes.length): Generator<Box> {
  let at = start;
  for (let i = 0; i < MAX_BOXES && at + HEADER_BYTES <= end; i++) {
    const type = bytes.toString('latin1', at + 4, at + 8);
    const size = bytes.readUInt32BE(at);
    const isLarge = size === 1 && at + LARGE_HEADER_BYTES <= end;
    const header = isLarge ? LARGE_HEADER_BYTES : HEADER_BYTES;
    // 0: up to the end
    const length = isLarge ? Number(bytes.readBigUInt64BE(at + 8)) : size === 0 ? end - at : size;
    if (length < header) return;
    yield { type, start: at + header, end: Math.min(end, at + length) };
    at += length;
  }
}

/** The first box of a type, with the boxes around it: `['moov', 'trak']`. */
export function boxAt(bytes: Buffer, path: readonly string[]): Box | undefined {
  let box: Box | undefined = { type: '', start: 0, end: bytes.length };
  for (const type of path) {
    if (box === undefined) return undefined;
    box = [...boxesIn(bytes, box.start, box.end)].find((each) => each.type === type);
  }
  return box;
}
