/** Which vectors lie within a distance of one. */
import type { Metric } from '../domain/method-options';
import type { DistinctVectors } from './distinct';
import { distanceOf } from './metric';
import { packBits } from './packed';

/**
 * Neighbours are kept where all of them together are no more than this; else they are looked for
 * again when asked.
 */
const KEPT = 30e6;

/** @returns for a row, the indices of all rows within `eps` of it (itself included), ascending. */
export function neighbourhoods(
  vectors: DistinctVectors,
  eps: number,
  metric: Metric,
): (row: number) => Int32Array {
  const distances = distancesOf(vectors, metric);
  const buffer = new Int32Array(vectors.rows);
  const kept: (Int32Array | undefined)[] = [];
  let total = 0;
  return (row) => {
    const known = kept[row];
    if (known !== undefined) return known;
    const all = distances(row);
    let near = 0;
    for (let other = 0; other < vectors.rows; other++)
      if (all[other]! <= eps) buffer[near++] = other;
    const found = buffer.slice(0, near);
    if (total + found.length <= KEPT) {
      kept[row] = found;
      total += found.length;
    }
    return found;
  };
}

/** @returns distances of a row to all rows. The array is used again by the next call. */
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
