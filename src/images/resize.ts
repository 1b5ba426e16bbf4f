/**
 * A box of an image, resized with a kernel, by default the cubic one of Keys (1981, a = −0.5),
 * widened where it shrinks so that nothing aliases: what libvips and Pillow do, for images so small
 * that setting up a pipeline would take longer than the work. The loops are in WebAssembly
 * (resize.wat), whose SIMD is several times as fast as the same loops in JavaScript.
 */
import type { Box, CropSize } from '../domain/faces';
import { clamp } from '../util/clamp';
import type { Pixels } from './pixels';
import wasm from './resize.wat';
import { copyIn, copyOut, Layout, WasmModule } from './wasm';

/** Along one axis: which pixels make each pixel of the result, and with which weights. */
interface Taps {
  /** Taps of a pixel of the result. */
  count: number;
  /** Pixels of the source that are looked at: `length` of them, from `first` on. */
  first: number;
  length: number;
  /**
   * `[length of the result, count]`: pixel of the source, from `first` on. Beyond the edge it is
   * the edge's.
   */
  source: Int32Array;
  /** `[length, count]`, sums to 1 for each pixel of the result. */
  weight: Float32Array;
}

/** Weights by distance, in pixels of the source; none beyond the support. */
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

/** Triangles: bilinear interpolation where nothing shrinks. */
export const LINEAR: Kernel = {
  name: 'linear',
  support: 1,
  weight: (distance) => Math.max(0, 1 - distance),
};

function tapsOf(
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
    const centre = start + (i + 0.5) * scale;
    // the first pixel whose middle is within reach
    const nearest = Math.floor(centre - kernel.support * widened - 0.5) + 1;
    let sum = 0;
    for (let tap = 0; tap < count; tap++) sum += weightOf(nearest + tap + 0.5 - centre);
    for (let tap = 0; tap < count; tap++) {
      source[i * count + tap] = clamp(nearest + tap, 0, sourceLength - 1);
      weight[i * count + tap] = weightOf(nearest + tap + 0.5 - centre) / sum;
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

/** Images of a folder mostly have one size: its taps are computed once. */
const KEPT = 64;
const kept = new Map<string, Taps>();

function keptTaps(
  kernel: Kernel,
  sourceLength: number,
  start: number,
  boxLength: number,
  length: number,
): Taps {
  const key = `${kernel.name} ${sourceLength} ${start} ${boxLength} ${length}`;
  let taps = kept.get(key);
  if (taps === undefined) {
    taps = tapsOf(kernel, sourceLength, start, boxLength, length);
    if (kept.size >= KEPT) kept.clear();
    kept.set(key, taps);
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

/** Bytes between two rows of floats are a multiple of this. */
const STRIDE = 128;

/**
 * @param box in pixels of the image, not necessarily whole; where it reaches beyond the image, the
 * border is replicated.
 * @param into where the result is to lie; memory of its own where it is not said.
 * @returns RGB bytes, `size.width × size.height × 3`.
 */
export function resizeBox(
  pixels: Pixels,
  box: Box,
  size: CropSize,
  kernel = CUBIC,
  into?: Buffer,
): Buffer {
  const acrossTaps = keptTaps(kernel, pixels.width, box.x, box.width, size.width);
  const downTaps = keptTaps(kernel, pixels.height, box.y, box.height, size.height);
  const columns = acrossTaps.length;
  const rows = downTaps.length;
  const bytes = size.width * 3;
  const stride = Math.ceil((bytes * 4 + 4) / STRIDE) * STRIDE;

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
    copyTaps(acrossTaps, acrossAt, memory);
    copyTaps(downTaps, downAt, memory);
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

function copyTaps({ source, weight }: Taps, [sources, weights]: TapsAt, memory: ArrayBuffer) {
  new Int32Array(memory, sources).set(source);
  new Float32Array(memory, weights).set(weight);
}
