/** Distances between vectors, as scipy.spatial.distance defines them. */
import type { Metric } from '../domain/method-options';

/** Distance of row `i` of `a` and row `j` of `b`, both of `columns` columns. */
export type Distance = (
  a: Float64Array,
  i: number,
  b: Float64Array,
  j: number,
  columns: number,
) => number;

/** Squared Euclidean distance of row `i` of `a` and row `j` of `b`, both of `columns` columns. */
export function squaredDistance(
  a: Float64Array,
  i: number,
  b: Float64Array,
  j: number,
  columns: number,
): number {
  let sum = 0;
  for (let p = i * columns, q = j * columns, end = p + columns; p < end; p++, q++) {
    const difference = a[p]! - b[q]!;
    sum += difference * difference;
  }
  return sum;
}

const euclidean: Distance = (a, i, b, j, columns) =>
  Math.sqrt(squaredDistance(a, i, b, j, columns));

const manhattan: Distance = (a, i, b, j, columns) => {
  let sum = 0;
  for (let p = i * columns, q = j * columns, end = p + columns; p < end; p++, q++)
    sum += Math.abs(a[p]! - b[q]!);
  return sum;
};

/** Share of the columns that differ, in [0, 1]. */
const hamming: Distance = (a, i, b, j, columns) => {
  let differing = 0;
  for (let p = i * columns, q = j * columns, end = p + columns; p < end; p++, q++)
    if (a[p] !== b[q]) differing += 1;
  return differing / columns;
};

const cosine: Distance = (a, i, b, j, columns) => {
  let dot = 0;
  let squareA = 0;
  let squareB = 0;
  for (let p = i * columns, q = j * columns, end = p + columns; p < end; p++, q++) {
    dot += a[p]! * b[q]!;
    squareA += a[p]! * a[p]!;
    squareB += b[q]! * b[q]!;
  }
  return cosineDistance(dot, squareA, squareB);
};

/**
 * 1 − cosine of the angle between two vectors, in [0, 2]. Between a vector of zeros and another it
 * is 1, between two vectors of zeros 0.
 * @param dot their dot product.
 * @param squareA sum of the squares of one of them.
 */
export function cosineDistance(dot: number, squareA: number, squareB: number): number {
  if (squareA === 0 || squareB === 0) return squareA === squareB ? 0 : 1;
  // Rounding may make the quotient slightly larger than 1.
  return Math.max(0, 1 - dot / Math.sqrt(squareA * squareB));
}

const DISTANCES: Record<Metric, Distance> = { euclidean, manhattan, cosine, hamming };

export const distanceOf = (metric: Metric): Distance => DISTANCES[metric];
