/** Quality of a clustering, over all faces but noise. */
import type { DistinctVectors } from './distinct';
import { squaredDistance } from './metric';

interface Centroids {
  /** `[clusters, columns]`. */
  centers: Float64Array;
  sizes: Float64Array;
  /** Clusters that are not empty. */
  used: number[];
  faces: number;
}

/** Means of the clusters, without noise (−1). */
function centroidsOf(
  { rows, columns, data, counts }: DistinctVectors,
  labels: Int32Array,
  clusters: number,
): Centroids {
  const centers = new Float64Array(clusters * columns);
  const sizes = new Float64Array(clusters);
  let faces = 0;
  for (let row = 0; row < rows; row++) {
    const label = labels[row]!;
    if (label < 0) continue;
    const count = counts[row]!;
    sizes[label]! += count;
    faces += count;
    for (let c = 0; c < columns; c++)
      centers[label * columns + c]! += count * data[row * columns + c]!;
  }
  for (let i = 0; i < centers.length; i++) centers[i]! /= sizes[Math.floor(i / columns)]!;
  const used = Array.from(sizes.keys()).filter((cluster) => sizes[cluster]! > 0);
  return { centers, sizes, used, faces };
}

/** Sum over all faces but noise of the squared distance to their cluster's mean. */
export function inertiaOf(vectors: DistinctVectors, labels: Int32Array, clusters: number): number {
  const { centers } = centroidsOf(vectors, labels, clusters);
  let inertia = 0;
  for (let row = 0; row < vectors.rows; row++) {
    if (labels[row]! >= 0)
      inertia +=
        vectors.counts[row]! *
        squaredDistance(vectors.data, row, centers, labels[row]!, vectors.columns);
  }
  return inertia;
}

/**
 * Davies & Bouldin (1979): mean over the clusters of the largest (spread + other's spread) /
 * distance to another cluster; ≥ 0, lower is better. Null for fewer than 2 clusters, or as many as
 * faces.
 */
export function daviesBouldin(
  vectors: DistinctVectors,
  labels: Int32Array,
  clusters: number,
): number | null {
  const { centers, sizes, used, faces } = centroidsOf(vectors, labels, clusters);
  if (used.length < 2 || used.length >= faces) return null;
  const spread = new Float64Array(clusters);
  for (let row = 0; row < vectors.rows; row++) {
    const label = labels[row]!;
    if (label < 0) continue;
    spread[label]! +=
      (vectors.counts[row]! / sizes[label]!) *
      Math.sqrt(squaredDistance(vectors.data, row, centers, label, vectors.columns));
  }
  const worst = used.map((a) =>
    Math.max(
      ...used.map((b) => {
        if (a === b) return 0;
        const distance = Math.sqrt(squaredDistance(centers, a, centers, b, vectors.columns));
        // scikit-learn leaves out pairs of clusters with the same center.
        return distance === 0 ? 0 : (spread[a]! + spread[b]!) / distance;
      }),
    ),
  );
  return worst.reduce((sum, value) => sum + value, 0) / used.length;
}

/**
 * Caliński & Harabasz (1974): ratio of the dispersion between the clusters to that within them;
 * higher is better. Null for fewer than 2 clusters, or as many as faces.
 */
export function calinskiHarabasz(
  vectors: DistinctVectors,
  labels: Int32Array,
  clusters: number,
): number | null {
  const { centers, sizes, used, faces } = centroidsOf(vectors, labels, clusters);
  if (used.length < 2 || used.length >= faces) return null;
  const { columns } = vectors;
  const mean = new Float64Array(columns);
  for (const cluster of used)
    for (let c = 0; c < columns; c++)
      mean[c]! += (sizes[cluster]! / faces) * centers[cluster * columns + c]!;
  const between = used.reduce(
    (sum, cluster) => sum + sizes[cluster]! * squaredDistance(centers, cluster, mean, 0, columns),
    0,
  );
  const within = inertiaOf(vectors, labels, clusters);
  return within === 0 ? 1 : (between * (faces - used.length)) / (within * (used.length - 1));
}
