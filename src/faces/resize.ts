/**
 * A box of an image, resized with the cubic kernel of Keys (1981, a = −0.5), widened where it shrinks so that nothing aliases: what libvips and
 * Pillow do, in typed arrays, for images so small that setting up a pipeline would take longer than the work.
 */
import { clamp } from '../clamp';
import type { Pixels } from './crop';
import type { Box, CropSize } from './framing';

/** Along one axis: which pixels make each pixel of the result, and with which weights. */
interface Taps {
  /** Taps of a pixel of the result. */
  count: number;
  /** `[length, count]`: pixel of the source. Beyond the edge it is the edge's. */
  source: Int32Array;
  /** `[length, count]`, sums to 1 for each pixel of the result. */
  weight: Float32Array;
}

const SUPPORT = 2;

function cubic(x: number): number {
  const distance = Math.abs(x);
  if (distance < 1) return (1.5 * distance - 2.5) * distance * distance + 1;
  if (distance < SUPPORT) return ((-0.5 * distance + 2.5) * distance - 4) * distance + 2;
  return 0;
}

function tapsOf(sourceLength: number, start: number, boxLength: number, length: number): Taps {
  const scale = boxLength / length;
  const widened = Math.max(1, scale);
  const count = Math.ceil(2 * SUPPORT * widened);
  const source = new Int32Array(length * count);
  const weight = new Float32Array(length * count);
  for (let i = 0; i < length; i++) {
    const centre = start + (i + 0.5) * scale;
    const first = Math.floor(centre - SUPPORT * widened - 0.5) + 1; // the first pixel whose middle is within reach
    let sum = 0;
    for (let tap = 0; tap < count; tap++) sum += cubic((first + tap + 0.5 - centre) / widened);
    for (let tap = 0; tap < count; tap++) {
      source[i * count + tap] = clamp(first + tap, 0, sourceLength - 1);
      weight[i * count + tap] = cubic((first + tap + 0.5 - centre) / widened) / sum;
    }
  }
  return { count, source, weight };
}

/** Images of a folder mostly have one size: its taps are computed once. */
const KEPT = 64;
const kept = new Map<string, Taps>();

function keptTaps(sourceLength: number, start: number, boxLength: number, length: number): Taps {
  const key = `${sourceLength} ${start} ${boxLength} ${length}`;
  let taps = kept.get(key);
  if (taps === undefined) {
    taps = tapsOf(sourceLength, start, boxLength, length);
    if (kept.size >= KEPT) kept.clear();
    kept.set(key, taps);
  }
  return taps;
}

/**
 * @param box in pixels of the image, not necessarily whole; where it reaches beyond the image, the border is replicated.
 * @returns RGB bytes, `size.width × size.height × 3`.
 */
export function resizeBox({ data, width, height }: Pixels, box: Box, size: CropSize): Buffer {
  const across = keptTaps(width, box.x, box.width, size.width);
  const down = keptTaps(height, box.y, box.height, size.height);
  // Rows of the source that are needed.
  let first = height;
  let last = -1;
  for (const row of down.source) {
    if (row < first) first = row;
    if (row > last) last = row;
  }
  const stride = size.width * 3;
  const length = (last - first + 1) * stride;
  if (scratch.length < length) scratch = new Float32Array(length);
  const rows = scratch.subarray(0, length);
  for (let row = first; row <= last; row++) {
    const source = data.subarray(row * width * 3, (row + 1) * width * 3);
    const target = rows.subarray((row - first) * stride, (row - first + 1) * stride);
    if (across.count === ENLARGING) enlargeRow(source, across, target);
    else reduceRow(source, across, target);
  }
  const result = Buffer.allocUnsafeSlow(size.height * stride); // of its own memory, so that it can be given to another thread
  const clamped = new Uint8ClampedArray(result.buffer, result.byteOffset, result.length); // rounds and clamps by itself
  for (let y = 0; y < size.height; y++) {
    const target = clamped.subarray(y * stride, (y + 1) * stride);
    if (down.count === ENLARGING) enlargeColumns(rows, first * stride, down, y, target);
    else reduceColumns(rows, first * stride, down, y, target);
  }
  return result;
}

/** Rows that are resized across but not down yet; every call overwrites what it reads. */
let scratch = new Float32Array();

/** Taps where nothing is reduced: written out below, since this runs for every pixel of every face. */
const ENLARGING = 4;

function enlargeRow(row: Uint8Array, { source, weight }: Taps, target: Float32Array) {
  for (let at = 0, tap = 0; at < target.length; at += 3, tap += 4) {
    const a = source[tap]! * 3;
    const b = source[tap + 1]! * 3;
    const c = source[tap + 2]! * 3;
    const d = source[tap + 3]! * 3;
    const wa = weight[tap]!;
    const wb = weight[tap + 1]!;
    const wc = weight[tap + 2]!;
    const wd = weight[tap + 3]!;
    target[at] = wa * row[a]! + wb * row[b]! + wc * row[c]! + wd * row[d]!;
    target[at + 1] = wa * row[a + 1]! + wb * row[b + 1]! + wc * row[c + 1]! + wd * row[d + 1]!;
    target[at + 2] = wa * row[a + 2]! + wb * row[b + 2]! + wc * row[c + 2]! + wd * row[d + 2]!;
  }
}

function enlargeColumns(rows: Float32Array, skipped: number, { source, weight }: Taps, y: number, target: Uint8ClampedArray) {
  const stride = target.length;
  const tap = 4 * y;
  const a = source[tap]! * stride - skipped;
  const b = source[tap + 1]! * stride - skipped;
  const c = source[tap + 2]! * stride - skipped;
  const d = source[tap + 3]! * stride - skipped;
  const wa = weight[tap]!;
  const wb = weight[tap + 1]!;
  const wc = weight[tap + 2]!;
  const wd = weight[tap + 3]!;
  for (let i = 0; i < stride; i++) target[i] = wa * rows[a + i]! + wb * rows[b + i]! + wc * rows[c + i]! + wd * rows[d + i]!;
}

function reduceRow(row: Uint8Array, { count, source, weight }: Taps, target: Float32Array) {
  for (let at = 0, tap = 0; at < target.length; at += 3) {
    let red = 0;
    let green = 0;
    let blue = 0;
    for (const end = tap + count; tap < end; tap++) {
      const from = source[tap]! * 3;
      const share = weight[tap]!;
      red += share * row[from]!;
      green += share * row[from + 1]!;
      blue += share * row[from + 2]!;
    }
    target[at] = red;
    target[at + 1] = green;
    target[at + 2] = blue;
  }
}

function reduceColumns(rows: Float32Array, skipped: number, { count, source, weight }: Taps, y: number, target: Uint8ClampedArray) {
  const stride = target.length;
  for (let i = 0; i < stride; i++) {
    let sum = 0;
    for (let tap = y * count; tap < (y + 1) * count; tap++) sum += weight[tap]! * rows[source[tap]! * stride - skipped + i]!;
    target[i] = sum;
  }
}
