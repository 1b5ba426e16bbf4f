/**
 * Resizes a box of an image with a kernel, by default the cubic one of Keys (1981, a = −0.5), as
 * libvips and Pillow do. Where the image shrinks the kernel is widened, so that nothing aliases.
 * For small images setting up a libvips pipeline would take longer than the work. The loops are in
 * WebAssembly (resize.wat), whose SIMD is several times as fast as JavaScript.
 */
import type { Box, CropSize } from '../domain/faces';
import { clamp } from '../util/clamp';
import { Layout, WasmModule } from '../util/wasm';
import { copyIn, copyOut } from './copy-pixels';
import type { Pixels } from './pixels';
import wasm from './resize.wat';

/**
 * The pixels of the source, and their weights, that make each pixel of the result along one axis.
 */
interface Taps {
  /** Taps per pixel of the result. */
  count: number;
  /** The pixels of the source that are used: `length` pixels from `first` on. */
  first: number;
  length: number;
  /**
   * Pixels of the source, counted from `first`: `[length of the result, count]`. Beyond the border
   * they are the border's.
   */
  source: Int32Array;
  /** `[length of the result, count]`; sums to 1 for each pixel of the result. */
  weight: Float32Array;
}

/** Weights by distance, in pixels of the source; 0 beyond the support. */
export interface Kernel {
  name: string;
  support: number;
  weight: (distance: number) => number;
}

export const CUBIC: Kernel = {
  name: 'cubic',
  support: 2,
  weight: (distance) => {
    if (distance < 1) return (1.5 * distance - 2.5) * distance * distance + 1;
    return distance < 2 ? ((-0.5 * distance + 2.5) * distance - 4) * distance + 2 : 0;
  },
};

/** A triangle: bilinear interpolation where nothing shrinks. */
export const LINEAR: Kernel = {
  name: 'linear',
  support: 1,
  weight: (distance) => Math.max(0, 1 - distance),
};

function computeTaps(
  kernel: Kernel,
  sourceLength: number,
  start: number,
  boxLength: number,
  length: number,
): Taps {
  const scale = boxLength / length;
  const widened = Math.max(1, scale);
  const count = Math.ceil(2 * kernel.support * widened);
  const weightOf = (distance: number) => kernel.weight(Math.abs(distance) / widened);
  const source = new Int32Array(length * count);
  const weight = new Float32Array(length * count);
  for (let i = 0; i < length; i++) {
    const center = start + (i + 0.5) * scale;
    // the first pixel whose center is within the support
    const firstPixel = Math.floor(center - kernel.support * widened - 0.5) + 1;
    let sum = 0;
    for (let tap = 0; tap < count; tap++) sum += weightOf(firstPixel + tap + 0.5 - center);
    for (let tap = 0; tap < count; tap++) {
      source[i * count + tap] = clamp(firstPixel + tap, 0, sourceLength - 1);
      weight[i * count + tap] = weightOf(firstPixel + tap + 0.5 - center) / sum;
    }
  }
  const first = source.reduce((a, b) => Math.min(a, b));
  const last = source.reduce((a, b) => Math.max(a, b));
  return {
    count,
    first,
    length: last - first + 1,
    source: source.map((pixel) => pixel - first),
    weight,
  };
}

/** Taps in the cache, at most. Most images of a folder have the same size, and so the same taps. */
const MAX_CACHED_TAPS = 64;
const cachedTaps = new Map<string, Taps>();

function tapsFor(
  kernel: Kernel,
  sourceLength: number,
  start: number,
  boxLength: number,
  length: number,
): Taps {
  const key = `${kernel.name} ${sourceLength} ${start} ${boxLength} ${length}`;
  let taps = cachedTaps.get(key);
  if (taps === undefined) {
    taps = computeTaps(kernel, sourceLength, start, boxLength, length);
    if (cachedTaps.size >= MAX_CACHED_TAPS) cachedTaps.clear();
    cachedTaps.set(key, taps);
  }
  return taps;
}

/** Functions of resize.wat; addresses are in bytes. */
interface Loops {
  across: (
    ...of: [
      bytes: number,
      width: number,
      rows: number,
      ...taps: TapsAt,
      length: number,
      line: number,
      target: number,
      stride: number,
    ]
  ) => void;
  down: (
    ...of: [
      rows: number,
      stride: number,
      ...taps: TapsAt,
      length: number,
      target: number,
      bytes: number,
    ]
  ) => void;
}
type TapsAt = [sources: number, weights: number, count: number];

const loops = new WasmModule<Loops>(wasm);

/** The distance of rows of floats is a multiple of this. */
const STRIDE_BYTES = 128;

/**
 * @param box in pixels of the image, not necessarily whole; where it reaches beyond the image, the
 * border is replicated.
 * @param into memory for the result; allocated if omitted.
 * @returns RGB bytes, `[size.height, size.width, 3]`.
 */
export function resizeBox(
  pixels: Pixels,
  box: Box,
  size: CropSize,
  kernel = CUBIC,
  into?: Buffer,
): Buffer {
  const acrossTaps = tapsFor(kernel, pixels.width, box.x, box.width, size.width);
  const downTaps = tapsFor(kernel, pixels.height, box.y, box.height, size.height);
  const columns = acrossTaps.length;
  const rows = downTaps.length;
  const bytes = size.width * 3;
  const stride = Math.ceil((bytes * 4 + 4) / STRIDE_BYTES) * STRIDE_BYTES;

  const layout = new Layout();
  const place = ({ source, weight, count }: Taps): TapsAt => [
    layout.room(source.byteLength),
    layout.room(weight.byteLength),
    count,
  ];
  const acrossAt = place(acrossTaps);
  const downAt = place(downTaps);
  const sourceAt = layout.room(columns * rows * 3);
  const lineAt = layout.room(columns * 32);
  const rowsAt = layout.room(rows * stride);
  const targetAt = layout.room(size.height * bytes);

  return loops.with(layout, ({ across, down }, memory) => {
    copyTapsIn(acrossTaps, acrossAt, memory);
    copyTapsIn(downTaps, downAt, memory);
    copyIn(
      pixels,
      { x: acrossTaps.first, y: downTaps.first, width: columns, height: rows },
      memory,
      sourceAt,
    );
    across(sourceAt, columns, rows, ...acrossAt, size.width, lineAt, rowsAt, stride);
    down(rowsAt, stride, ...downAt, size.height, targetAt, bytes);
    return copyOut(memory, targetAt, size.height * bytes, into);
  });
}

function copyTapsIn({ source, weight }: Taps, [sources, weights]: TapsAt, memory: ArrayBuffer) {
  new Int32Array(memory, sources).set(source);
  new Float32Array(memory, weights).set(weight);
}
