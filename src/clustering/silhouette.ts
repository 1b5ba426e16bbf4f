/** Silhouette (Rousseeuw 1987), exact over all faces. */
import { pause } from '../pause';
import type { DistinctVectors } from './distinct';

export interface Silhouette {
  /** Mean over all faces, in [-1, 1]; null where it is not defined (fewer than 2 clusters, or every face a cluster of its own). */
  mean: number | null;
  /** Mean over the faces of each cluster; null where `mean` is. */
  clusters: (number | null)[];
}

/**
 * Euclidean silhouette, computed on distinct vectors with multiplicities: equal to that over all rows.
 * For a face, a is the mean distance to the other faces of its cluster, b the smallest mean distance to the faces of another, and its
 * silhouette (b − a) / max(a, b); 0 in a cluster of one face.
 *
 * @param labels cluster of each distinct vector, from 0; equal vectors are in the same cluster.
 * Time O(distinct² · columns), memory O(distinct · clusters).
 */
export async function silhouette(
  vectors: DistinctVectors,
  labels: Int32Array,
  clusters: number,
  signal?: AbortSignal,
): Promise<Silhouette> {
  const { rows, columns, data, counts } = vectors;
  const sizes = new Float64Array(clusters);
  let faces = 0;
  for (let row = 0; row < rows; row++) {
    const label = labels[row]!;
    sizes[label] = sizes[label]! + counts[row]!;
    faces += counts[row]!;
  }
  const used = sizes.filter((size) => size > 0).length;
  if (used < 2 || used >= faces) return { mean: null, clusters: Array.from(sizes, () => null) };

  // sums[row, cluster]: sum of distances from a vector to all faces of a cluster.
  const sums = new Float64Array(rows * clusters);
  for (let i = 0; i < rows; i++) {
    if (i % 16 === 0) await pause(signal);
    addDistances(i);
  }

  const totals = new Float64Array(clusters);
  for (let row = 0; row < rows; row++) {
    const own = labels[row]!;
    const size = sizes[own]!;
    if (size === 1) continue; // 0 by definition
    const a = sums[row * clusters + own]! / (size - 1);
    let b = Infinity;
    for (let other = 0; other < clusters; other++) {
      if (other !== own && sizes[other]! > 0) b = Math.min(b, sums[row * clusters + other]! / sizes[other]!);
    }
    const largest = Math.max(a, b);
    const value = largest === 0 ? 0 : (b - a) / largest;
    totals[own] = totals[own]! + value * counts[row]!;
  }
  const total = totals.reduce((sum, value) => sum + value, 0);
  return {
    mean: total / faces,
    clusters: Array.from(totals, (value, cluster) => (sizes[cluster] === 0 ? null : value / sizes[cluster]!)),
  };

  /** Adds the distances of vector i to all later ones, both ways. */
  function addDistances(i: number) {
    const own = labels[i]!;
    const weight = counts[i]!;
    const base = i * columns;
    for (let j = i + 1; j < rows; j++) {
      let squared = 0;
      for (let c = 0, p = base, q = j * columns; c < columns; c++, p++, q++) {
        const difference = data[p]! - data[q]!;
        squared += difference * difference;
      }
      const distance = Math.sqrt(squared);
      const at = i * clusters + labels[j]!;
      sums[at] = sums[at]! + distance * counts[j]!;
      const back = j * clusters + own;
      sums[back] = sums[back]! + distance * weight;
    }
  }
}
