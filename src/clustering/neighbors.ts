/** Distances from one vector to all, and the neighbors within a distance. */
import type { Metric } from '../domain/method-options';
import type { DistinctVectors } from './distinct';
import { packBits } from './packed';
import { type Distances, rowDistances } from './row-distances';

/** Indices of neighbors that are cached, 4 bytes each; further neighborhoods are recomputed. */
const MAX_CACHED = 30e6;

/** Ascending indices of all rows within a distance of a row, itself included. */
export interface Neighborhoods extends Disposable {
  of(row: number): Int32Array;
}

/** @param eps largest distance of a neighbor. */
export function neighborhoods(
  vectors: DistinctVectors,
  eps: number,
  metric: Metric,
): Neighborhoods {
  const all = distancesOf(vectors, metric);
  const buffer = new Int32Array(vectors.rows);
  const cache: (Int32Array | undefined)[] = [];
  let cached = 0;
  const of = (row: number): Int32Array => {
    const known = cache[row];
    if (known !== undefined) return known;
    const distances = all.from(row);
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
  return {
    of,
    [Symbol.dispose]: () => {
      all[Symbol.dispose]();
    },
  };
}

export function distancesOf(vectors: DistinctVectors, metric: Metric): Distances {
  if (metric !== 'cosine') {
    const packed = packBits(vectors);
    if (packed !== undefined)
      return { from: packed.distancesFrom(metric), [Symbol.dispose]: () => undefined };
  }
  return rowDistances(vectors, metric);
}
