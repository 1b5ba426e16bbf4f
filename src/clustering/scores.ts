/** Quality of a clustering, over all faces. Noise (−1) counts as a cluster. */
import type { DistinctVectors } from './distinct';
import { squaredDistance } from './metric';
import { noiseAsCluster } from './noise';

/** Clusters of which every two are compared: some seconds. */
const MAX_CLUSTERS = 10_000;

interface Centroids {
  /** Cluster of each vector. */
  labels: Int32Array;
  /** `[clusters, columns]`. */
  centers: Float64Array;
  sizes: Float64Array;
  /** Clusters that are not empty. */
  used: number[];
  faces: number;
}

function centroidsOf(
  { rows, columns, data, counts }: DistinctVectors,
  given: Int32Array,
  number: number,
): Centroids {
  const { labels, clusters } = noiseAsCluster(given, number);
  const centers = new Float64Array(clusters * columns);
  const sizes = new Float64Array(clusters);
  let faces = 0;
  for (let row = 0; row < rows; row++) {
    const label = labels[row]!;
    const count = counts[row]!;
    sizes[label]! += count;
    faces += count;
    for (let c = 0; c < columns; c++)
      centers[label * columns + c]! += count * data[row * columns + c]!;
  }
  for (let i = 0; i < centers.length; i++) centers[i]! /= sizes[Math.floor(i / columns)]!;
  const used = Array.from(sizes.keys()).filter((cluster) => sizes[cluster]! > 0);
  return { labels, centers, sizes, used, faces };
}

/** Sum over all faces of the squared distance to their cluster's mean. */
export function inertiaOf(vectors: DistinctVectors, given: Int32Array, clusters: number): number {
  const { labels, centers } = centroidsOf(vectors, given, clusters);
  let inertia = 0;
  for (let row = 0; row < vectors.rows; row++)
    inertia +=
      vectors.counts[row]! *
      squaredDistance(vectors.data, row, centers, labels[row]!, vectors.columns);
  return inertia;
}

/**
 * Euclidean distance of each vector to the mean of the faces of its cluster, `[vectors]`; NaN for
 * noise, whose mean says nothing.
 */
export function distancesToCenters(
  vectors: DistinctVectors,
  given: Int32Array,
  clusters: number,
): Float64Array {
  const { labels, centers } = centroidsOf(vectors, given, clusters);
  return Float64Array.from(labels, (label, row) =>
    given[row]! < 0
      ? NaN
      : Math.sqrt(squaredDistance(vectors.data, row, centers, label, vectors.columns)),
  );
}

/**
 * Davies & Bouldin (1979): mean over the clusters of the largest (spread + other's spread) /
 * distance to another cluster; ≥ 0, lower is better. Null for fewer than 2 clusters, as many as
 * faces, or more than 10,000, of which comparing every two would take minutes.
 */
export function daviesBouldin(
  vectors: DistinctVectors,
  given: Int32Array,
  clusters: number,
): number | null {
  const { labels, centers, sizes, used, faces } = centroidsOf(vectors, given, clusters);
  if (used.length < 2 || used.length >= faces || used.length > MAX_CLUSTERS) return null;
  const spread = new Float64Array(sizes.length);
  for (let row = 0; row < vectors.rows; row++) {
    const label = labels[row]!;
    spread[label]! +=
      (vectors.counts[row]! / sizes[label]!) *
      Math.sqrt(squaredDistance(vectors.data, row, centers, label, vectors.columns));
  }
  const worst = used.map((a) =>
    used.reduce((most, b) => {
      const distance = Math.sqrt(squaredDistance(centers, a, centers, b, vectors.columns));
      // scikit-learn leaves out pairs of clusters with the same center.
      return distance === 0 ? most : Math.max(most, (spread[a]! + spread[b]!) / distance);
    }, 0),
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
