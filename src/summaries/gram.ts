/** Products of matrices of bytes. The loops are in WebAssembly (gram.wat), 8 products at a time. */
import { Layout, WasmModule } from '../util/wasm';
import wasm from './gram.wat';

interface Loops {
  gram: (...of: [...rows: RowsAt, target: number]) => void;
  combine: (...of: [...rows: RowsAt, weights: number, target: number]) => void;
}

type RowsAt = [rows: number, samples: number, bytes: number];

const loops = new WasmModule<Loops>(wasm);

/** Bytes that an instruction multiplies. */
const LANES = 8;

/**
 * Dot products of every two samples after the mean of all samples is subtracted, exactly but for
 * the rounding of the last step.
 * @param rows `[samples, columns]`; at most 2¹⁷ columns.
 * @returns `[samples, samples]`, symmetric.
 */
export function centeredGram(rows: Uint8Array, columns: number): Float64Array {
  const samples = rows.length / columns;
  const layout = new Layout();
  const rowsAt = placeRows(layout, samples, columns);
  const targetAt = layout.room(samples * samples * 8);
  const gram = loops.with(layout, (wasmLoops, memory) => {
    copyRowsIn(rows, columns, rowsAt, memory);
    wasmLoops.gram(...rowsAt, targetAt);
    return Float64Array.from(new Float64Array(memory, targetAt, samples * samples));
  });
  for (let i = 0; i < samples; i++) {
    for (let j = 0; j < i; j++) gram[j * samples + i] = gram[i * samples + j]!;
  }
  return center(gram, samples);
}

/**
 * Sums of rows, each times its weight.
 * @param rows `[samples, columns]`.
 * @param weights `[samples]`, which sum to 0.
 * @returns `[columns]` for each of the weights.
 */
export function weightedSums(
  rows: Uint8Array,
  columns: number,
  weights: readonly Float64Array[],
): Float32Array[] {
  const samples = rows.length / columns;
  const layout = new Layout();
  const rowsAt = placeRows(layout, samples, columns);
  const weightsAt = layout.room(samples * 4);
  const targetAt = layout.room(rowsAt[2] * 4);
  return loops.with(layout, ({ combine }, memory) => {
    copyRowsIn(rows, columns, rowsAt, memory);
    return weights.map((each) => {
      new Float32Array(memory, weightsAt).set(each);
      combine(...rowsAt, weightsAt, targetAt);
      return Float32Array.from(new Float32Array(memory, targetAt, columns));
    });
  });
}

function placeRows(layout: Layout, samples: number, columns: number): RowsAt {
  const bytes = Math.ceil(columns / LANES) * LANES;
  return [layout.room(samples * bytes), samples, bytes];
}

function copyRowsIn(
  rows: Uint8Array,
  columns: number,
  [at, samples, bytes]: RowsAt,
  memory: ArrayBuffer,
): void {
  const padded = new Uint8Array(memory, at, samples * bytes).fill(0);
  for (let s = 0; s < samples; s++)
    padded.set(rows.subarray(s * columns, (s + 1) * columns), s * bytes);
}

/** Subtracts the means of rows and columns, and adds the mean of all: double centering. */
function center(gram: Float64Array, samples: number): Float64Array {
  const means = Float64Array.from({ length: samples }, (_, i) => {
    let sum = 0;
    for (let j = 0; j < samples; j++) sum += gram[i * samples + j]!;
    return sum / samples;
  });
  const mean = means.reduce((sum, value) => sum + value, 0) / samples;
  for (let i = 0; i < samples; i++) {
    for (let j = 0; j < samples; j++) {
      const at = i * samples + j;
      gram[at] = gram[at]! - means[i]! - means[j]! + mean;
    }
  }
  return gram;
}
