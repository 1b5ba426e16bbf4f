/**
 * Embeddings of many numbers → few, in which faces lie nearly as they did: the coordinates along
 * the directions that hold most of the sum of squares (a truncated singular value decomposition,
 * Halko, Martinsson and Tropp 2011). The mean is not subtracted, so lengths and angles stay as well
 * as distances do.
 */
import type { EmbeddingTable } from './embedding-table';
import { leadingEigenvectorsOf } from './leading-eigenvectors';
import { withPositivePeak } from './principal-components';

export interface ReducedEmbeddings {
  columns: number;
  /** `[faces, columns]`. */
  values: Float32Array;
  /** Share of the variance that is left, in [0, 1], in the faces that the directions come from. */
  kept: number;
}

/** Numbers that are left, at most. */
const MAX_COLUMNS = 64;
/** Faces that the directions are computed from, at most: some seconds. */
const MAX_SAMPLE = 4000;
/** Steps of the iteration; more change no digit that matters. */
const PROJECTIONS = 2;
/** Share of the sum of squares below which a direction is the rounding of the others. */
const LEAST_SHARE = 1e-9;

/**
 * Nothing depends on the order of the faces: of many, the directions come from an even sample in
 * the order of their values.
 * @param maxColumns numbers that are left, at most.
 */
export function reduceEmbeddings(
  table: EmbeddingTable,
  maxColumns = MAX_COLUMNS,
): ReducedEmbeddings {
  const sample = denseSample(table);
  const axes = axesOf(sample, Math.min(maxColumns, table.columns, sample.rows));
  const columns = axes.length;
  const weights = interleaved(axes, table.columns);
  const values = new Float32Array(table.rows * columns);
  const row = new Float64Array(table.columns);
  const sums = new Float64Array(columns);
  for (let i = 0; i < table.rows; i++) {
    table.read(i, row);
    project(row, 0, weights, sums);
    values.set(sums, i * columns);
  }
  return { columns, values, kept: keptShare(sample, weights, columns) };
}

interface Sample {
  rows: number;
  columns: number;
  /** `[rows, columns]`. */
  data: Float64Array;
}

function denseSample(table: EmbeddingTable): Sample {
  const sorted = table.sorted();
  const rows = Math.min(sorted.length, MAX_SAMPLE);
  const { columns } = table;
  const data = new Float64Array(rows * columns);
  for (let i = 0; i < rows; i++) {
    const row = sorted[Math.floor((i * sorted.length) / rows)]!;
    table.read(row, data.subarray(i * columns, (i + 1) * columns));
  }
  return { rows, columns, data };
}

/** Unit vectors, those with the largest share of the sum of squares first; at least one. */
function axesOf(sample: Sample, count: number): Float64Array[] {
  const pairs = leadingEigenvectorsOf(
    (vectors) => timesMoments(sample, vectors),
    sample.columns,
    count,
    PROJECTIONS,
  );
  const largest = pairs[0]?.value ?? 0;
  return pairs
    .filter(({ value }, i) => i === 0 || value > largest * LEAST_SHARE)
    .map(({ vector }) => withPositivePeak(vector));
}

/** Products of the matrix XᵀX of the sample X and vectors, without making the matrix. */
function timesMoments(
  { rows, columns, data }: Sample,
  vectors: readonly Float64Array[],
): Float64Array[] {
  const width = vectors.length;
  const weights = interleaved(vectors, columns);
  const sums = new Float64Array(width);
  const result = new Float64Array(columns * width);
  for (let row = 0; row < rows; row++) {
    project(data, row * columns, weights, sums);
    for (let c = 0; c < columns; c++) {
      const value = data[row * columns + c]!;
      if (value === 0) continue; // most numbers behind a ReLU are
      for (let i = 0, at = c * width; i < width; i++, at++) result[at]! += value * sums[i]!;
    }
  }
  return vectors.map((_, i) =>
    Float64Array.from({ length: columns }, (__, c) => result[c * width + i]!),
  );
}

/** `[columns, vectors]` of vectors `[columns]`. */
function interleaved(vectors: readonly Float64Array[], columns: number): Float64Array {
  const width = vectors.length;
  const result = new Float64Array(columns * width);
  vectors.forEach((vector, i) => {
    for (let c = 0; c < columns; c++) result[c * width + i] = vector[c]!;
  });
  return result;
}

/** Scalar products of a row, which begins at `start`, with each of the vectors. */
function project(
  data: Float64Array,
  start: number,
  weights: Float64Array,
  sums: Float64Array,
): void {
  const width = sums.length;
  const columns = weights.length / width;
  sums.fill(0);
  for (let c = 0; c < columns; c++) {
    const value = data[start + c]!;
    if (value === 0) continue;
    for (let i = 0, at = c * width; i < width; i++, at++) sums[i]! += value * weights[at]!;
  }
}

/** 1 − what is left out, as a share of the squared distances to the mean. */
function keptShare({ rows, columns, data }: Sample, weights: Float64Array, width: number): number {
  const sums = new Float64Array(width);
  const mean = new Float64Array(columns);
  let [squares, left] = [0, 0];
  for (let row = 0; row < rows; row++) {
    project(data, row * columns, weights, sums);
    let square = 0;
    for (let c = 0; c < columns; c++) {
      const value = data[row * columns + c]!;
      square += value * value;
      mean[c]! += value / rows;
    }
    squares += square;
    left += square - sums.reduce((sum, each) => sum + each * each, 0);
  }
  const variance = squares - rows * mean.reduce((sum, each) => sum + each * each, 0);
  return variance <= 1e-12 * squares ? 1 : Math.max(0, Math.min(1, 1 - left / variance));
}
