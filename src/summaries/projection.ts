/** Places of vectors in a plane, for scatter plots: their first two principal components. */
import type { DistinctVectors } from '../clustering/distinct';
import { leadingEigenvectors } from './leading-eigenvectors';
import { withPositivePeak } from './principal-components';

export interface Projection {
  /** Coordinates of each vector, `[vectors, 2]`. */
  points: Float64Array;
  /** Share of the variance that each axis explains, in [0, 1]. */
  explained: [number, number];
  /** Number of vectors that the axes were computed from. */
  vectors: number;
}

/** Products for the matrix whose eigenvectors are computed, at most: about a second. */
const MAX_PRODUCTS = 1e9;

/** Share of the variance below which a direction is the rounding of the others. */
const LEAST_SHARE = 1e-9;

/**
 * Principal component analysis over all faces, without scaling, as scikit-learn's `PCA(2)` of the
 * vectors with their repetitions. Of more vectors than `maxProducts` allows, the axes come from
 * every second, third, … one. The entry of largest magnitude of each axis is positive.
 * @param vectors in canonical order, so that nothing depends on the order of files.
 */
export function projectionOf(vectors: DistinctVectors, maxProducts = MAX_PRODUCTS): Projection {
  const { rows, columns } = vectors;
  const every = Math.ceil(rows / sampleSize(rows, columns, maxProducts));
  const sample = Int32Array.from({ length: Math.ceil(rows / every) }, (_, i) => i * every);
  const mean = meanOf(vectors, sample);
  const { axes, explained } = axesOf(vectors, sample, mean);
  const points = new Float64Array(2 * rows);
  for (let row = 0; row < rows; row++)
    for (const [i, axis] of axes.entries()) points[2 * row + i] = along(vectors, row, mean, axis);
  return { points, explained, vectors: sample.length };
}

/** Most vectors whose covariance, or else whose Gram matrix, takes so many products. */
function sampleSize(rows: number, columns: number, maxProducts: number): number {
  const most = Math.max(maxProducts / columns ** 2, Math.sqrt(maxProducts / columns));
  return Math.max(1, Math.min(rows, Math.floor(most)));
}

function meanOf({ columns, data, counts }: DistinctVectors, sample: Int32Array): Float64Array {
  const mean = new Float64Array(columns);
  let faces = 0;
  for (const row of sample) {
    faces += counts[row]!;
    for (let c = 0; c < columns; c++) mean[c]! += counts[row]! * data[row * columns + c]!;
  }
  return mean.map((sum) => sum / faces);
}

/** @returns two axes, zeros where the vectors do not differ in as many directions. */
function axesOf(
  vectors: DistinctVectors,
  sample: Int32Array,
  mean: Float64Array,
): { axes: Float64Array[]; explained: [number, number] } {
  const { columns } = vectors;
  // The smaller one of the two matrices has the same eigenvalues.
  const isGram = sample.length < columns;
  const size = isGram ? sample.length : columns;
  const matrix = isGram ? gram(vectors, sample, mean) : covariance(vectors, sample, mean);
  let trace = 0;
  for (let i = 0; i < size; i++) trace += matrix[i * size + i]!;
  const pairs = trace > 0 ? leadingEigenvectors(matrix, size, Math.min(2, size)) : [];
  const kept = pairs.filter(({ value }) => value > trace * LEAST_SHARE);
  const axes = kept.map(({ value, vector }) =>
    withPositivePeak(isGram ? combined(vectors, sample, mean, vector, value) : vector),
  );
  while (axes.length < 2) axes.push(new Float64Array(columns));
  return {
    axes,
    explained: [(kept[0]?.value ?? 0) / trace || 0, (kept[1]?.value ?? 0) / trace || 0],
  };
}

/** Sums of products of the centered columns over the faces, `[columns, columns]`. */
function covariance(
  { columns, data, counts }: DistinctVectors,
  sample: Int32Array,
  mean: Float64Array,
): Float64Array {
  const sums = new Float64Array(columns * columns);
  const centered = new Float64Array(columns);
  for (const row of sample) {
    for (let c = 0; c < columns; c++) centered[c] = data[row * columns + c]! - mean[c]!;
    for (let a = 0; a < columns; a++) {
      const weighted = counts[row]! * centered[a]!;
      for (let b = a; b < columns; b++) sums[a * columns + b]! += weighted * centered[b]!;
    }
  }
  return mirrored(sums, columns);
}

/** Products of the centered vectors, each times the root of its count, `[sample, sample]`. */
function gram(vectors: DistinctVectors, sample: Int32Array, mean: Float64Array): Float64Array {
  const { columns, data, counts } = vectors;
  const size = sample.length;
  const centered = new Float64Array(size * columns);
  sample.forEach((row, i) => {
    for (let c = 0; c < columns; c++)
      centered[i * columns + c] = Math.sqrt(counts[row]!) * (data[row * columns + c]! - mean[c]!);
  });
  const products = new Float64Array(size * size);
  for (let a = 0; a < size; a++) {
    for (let b = a; b < size; b++) {
      let sum = 0;
      for (let c = 0; c < columns; c++)
        sum += centered[a * columns + c]! * centered[b * columns + c]!;
      products[a * size + b] = sum;
    }
  }
  return mirrored(products, size);
}

/** Copies the upper triangle of a square matrix to the lower one, in place. */
function mirrored(matrix: Float64Array, size: number): Float64Array {
  for (let a = 1; a < size; a++)
    for (let b = 0; b < a; b++) matrix[a * size + b] = matrix[b * size + a]!;
  return matrix;
}

/** The axis `[columns]` that belongs to an eigenvector of the Gram matrix. */
function combined(
  { columns, data, counts }: DistinctVectors,
  sample: Int32Array,
  mean: Float64Array,
  vector: Float64Array,
  value: number,
): Float64Array {
  const axis = new Float64Array(columns);
  sample.forEach((row, i) => {
    const weight = (vector[i]! * Math.sqrt(counts[row]!)) / Math.sqrt(value);
    for (let c = 0; c < columns; c++) axis[c]! += weight * (data[row * columns + c]! - mean[c]!);
  });
  return axis;
}

function along(
  { columns, data }: DistinctVectors,
  row: number,
  mean: Float64Array,
  axis: Float64Array,
): number {
  let sum = 0;
  for (let c = 0; c < columns; c++) sum += (data[row * columns + c]! - mean[c]!) * axis[c]!;
  return sum;
}
