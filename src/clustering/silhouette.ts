/** The silhouette (Rousseeuw 1987), exact over all faces. */
import type { Metric } from '../domain/method-options';
import { yieldToEventLoop } from '../util/yield-to-event-loop';
import { distanceSums } from './distance-sums';
import type { DistinctVectors } from './distinct';
import { noiseAsCluster } from './noise';

export interface Silhouette {
  /**
   * Mean over all faces, in [-1, 1]; null where it is undefined (fewer than 2 clusters, or as many
   * as faces).
   */
  mean: number | null;
  /**
   * Mean over the faces of each cluster, followed by that of the noise if there is any; null where
   * `mean` is null.
   */
  clusters: (number | null)[];
  /** Silhouette of the faces of each vector, in [-1, 1]; NaN where `mean` is null. */
  vectors: Float64Array;
}

export interface SilhouetteOptions {
  metric?: Metric;
  signal?: AbortSignal | undefined;
  /** Computes `silhouettesOf` all vectors, for example in other threads; default: here. */
  compute?: (labels: Int32Array, clusters: number) => Promise<Float64Array>;
}

/**
 * The silhouette of a face is (b − a) / max(a, b), where a is its mean distance to the other faces
 * of its cluster, and b the smallest mean distance to the faces of another cluster; it is 0 in a
 * cluster of one face. Noise counts as one more cluster, as in scikit-learn. Time O(distinct²),
 * memory O(distinct).
 *
 * @param given cluster of each vector, from 0; −1 is noise.
 * @param number number of clusters, without noise.
 */
export async function silhouette(
  vectors: DistinctVectors,
  given: Int32Array,
  number: number,
  { metric = 'euclidean', signal, compute }: SilhouetteOptions = {},
): Promise<Silhouette> {
  const { labels, clusters } = noiseAsCluster(given, number);
  const sizes = sizesOf(vectors, labels, clusters);
  const faces = vectors.inverse.length;
  const used = sizes.filter((size) => size > 0).length;
  if (used < 2 || used >= faces) {
    return {
      mean: null,
      clusters: Array.from(sizes, () => null),
      vectors: new Float64Array(vectors.rows).fill(NaN),
    };
  }
  const values = await (compute?.(labels, clusters) ??
    silhouettesOf(vectors, labels, clusters, metric, 0, vectors.rows, signal));
  const totals = new Float64Array(clusters);
  for (let row = 0; row < vectors.rows; row++) {
    totals[labels[row]!]! += values[row]! * vectors.counts[row]!;
  }
  return {
    mean: totals.reduce((sum, value) => sum + value, 0) / faces,
    clusters: Array.from(totals, (value, cluster) =>
      sizes[cluster] === 0 ? null : value / sizes[cluster]!,
    ),
    vectors: values,
  };
}

function sizesOf({ counts }: DistinctVectors, labels: Int32Array, clusters: number): Float64Array {
  const sizes = new Float64Array(clusters);
  for (const [row, label] of labels.entries()) sizes[label]! += counts[row]!;
  return sizes;
}

/**
 * Silhouettes of the vectors from `start` to before `end`.
 * @param labels cluster of each vector, from 0, without noise.
 * @returns `[end − start]`.
 */
export async function silhouettesOf(
  vectors: DistinctVectors,
  labels: Int32Array,
  clusters: number,
  metric: Metric,
  start: number,
  end: number,
  signal?: AbortSignal,
): Promise<Float64Array> {
  const sizes = sizesOf(vectors, labels, clusters);
  using distances = distanceSums(vectors, labels, clusters, metric);
  const result = new Float64Array(end - start);
  const sums = new Float64Array(clusters);
  for (let row = start; row < end; row++) {
    await yieldToEventLoop(signal);
    const own = labels[row]!;
    if (sizes[own]! <= 1) continue;
    distances.from(row, sums);
    result[row - start] = valueOf(sums, sizes, own);
  }
  return result;
}

/** Silhouette of a vector of cluster `own`, from its sums of distances to each cluster. */
function valueOf(sums: Float64Array, sizes: Float64Array, own: number): number {
  const a = sums[own]! / (sizes[own]! - 1);
  let b = Infinity;
  for (let other = 0; other < sums.length; other++) {
    if (other !== own && sizes[other]! > 0) b = Math.min(b, sums[other]! / sizes[other]!);
  }
  const largest = Math.max(a, b);
  return largest === 0 ? 0 : (b - a) / largest;
}
