/** Distances from one vector to all, and the neighbors within a distance. */
import type { Metric } from '../domain/method-options';
import type { DistinctVectors } from './distinct';
import { distanceOf } from './metric';
import { packBits } from './packed';

/** Indices of neighbors that are cached, 4 bytes each; further neighborhoods are recomputed. */
const MAX_CACHED = 30e6;

/** @returns ascending indices of all rows within `eps` of a row, itself included. */
export function neighborhoods(
  vectors: DistinctVectors,
  eps: number,
  metric: Metric,
): (row: number) => Int32Array {
  const distancesFrom = distancesOf(vectors, metric);
  const buffer = new Int32Array(vectors.rows);
  const cache: (Int32Array | undefined)[] = [];
  let cached = 0;
  return (row) => {
    const known = cache[row];
    if (known !== undefined) return known;
    const distances = distancesFrom(row);
    let near = 0;
    for (let other = 0; other < vectors.rows; other++)
      if (distances[other]! <= eps) buffer[near++] = other;
    const found = buffer.slice(0, near);
    if (cached + found.length <= MAX_CACHED) {
      cache[row] = found;
      cached += found.length;
    }
    return found;
  };
}

/** @returns distances of a row to all rows, `[rows]`. The next call overwrites the array. */
export function distancesOf(
  vectors: DistinctVectors,
  metric: Metric,
): (row: number) => Float64Array {
  if (metric !== 'cosine') {
    const packed = packBits(vectors);
    if (packed !== undefined) return packed.distancesFrom(metric);
  }
  const { rows, columns, data } = vectors;
  const distance = distanceOf(metric);
  const result = new Float64Array(rows);
  return (row) => {
    for (let other = 0; other < rows; other++)
      result[other] = other === row ? 0 : distance(data, row, data, other, columns);
    return result;
  };
}
