/** Silhouette (Rousseeuw 1987), exact over all faces. */
import type { Metric } from '../domain/method-options';
import { yieldToEventLoop } from '../util/yield-to-event-loop';
import type { DistinctVectors } from './distinct';
import { distanceOf } from './metric';
import { CHUNK, chunkTables, differenceTerms, packBits, type PackedVectors } from './packed';

export interface Silhouette {
  /**
   * Mean over all faces, in [-1, 1]; null where it is not defined (fewer than 2 clusters, or every
   * face a cluster of its own).
   */
  mean: number | null;
  /**
   * Mean over the faces of each cluster, and of the noise after them where there is some; null
   * where `mean` is.
   */
  clusters: (number | null)[];
  /** Of the faces of each vector, in [-1, 1]; NaN where `mean` is null. */
  vectors: Float64Array;
}

export interface SilhouetteOptions {
  metric?: Metric;
  signal?: AbortSignal | undefined;
  /** Computes `silhouettesOf` all vectors elsewhere; without it they are computed here. */
  compute?: (labels: Int32Array, clusters: number) => Promise<Float64Array>;
}

/**
 * Silhouette on distinct vectors with multiplicities: equal to that over all rows. For a face, a is
 * the mean distance to the other faces of its cluster, b the smallest mean distance to the faces of
 * another, and its silhouette (b − a) / max(a, b); 0 in a cluster of one face. Noise (label −1)
 * counts as one more cluster, as in scikit-learn.
 *
 * @param given cluster of each vector, from 0; −1 is noise.
 * @param number number of clusters, noise not counted. Time O(distinct²), memory O(distinct).
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

/** Gives noise the label after the last cluster's. */
function noiseAsCluster(
  labels: Int32Array,
  clusters: number,
): { labels: Int32Array; clusters: number } {
  if (labels.every((label) => label >= 0)) return { labels, clusters };
  return { labels: labels.map((label) => (label < 0 ? clusters : label)), clusters: clusters + 1 };
}

function sizesOf({ counts }: DistinctVectors, labels: Int32Array, clusters: number): Float64Array {
  const sizes = new Float64Array(clusters);
  for (const [row, label] of labels.entries()) sizes[label]! += counts[row]!;
  return sizes;
}

/**
 * Silhouettes of the vectors from `start` up to `end`, `[end − start]`; every label is a cluster.
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
  const order = byCluster(labels, clusters);
  const packed = metric === 'cosine' ? undefined : packBits(vectors);
  const sumsFrom =
    packed === undefined || metric === 'cosine'
      ? denseSums(vectors, order, metric)
      : packedSums(packed, vectors.counts, order, metric);
  const result = new Float64Array(end - start);
  const sums = new Float64Array(clusters);
  for (let row = start; row < end; row++) {
    await yieldToEventLoop(signal);
    const own = labels[row]!;
    if (sizes[own]! <= 1) continue;
    sumsFrom(row, sums);
    const a = sums[own]! / (sizes[own]! - 1);
    let b = Infinity;
    for (let other = 0; other < clusters; other++) {
      if (other !== own && sizes[other]! > 0) b = Math.min(b, sums[other]! / sizes[other]!);
    }
    const largest = Math.max(a, b);
    result[row - start] = largest === 0 ? 0 : (b - a) / largest;
  }
  return result;
}

/** Vectors sorted by cluster; those of cluster c stand from `starts[c]` up to `starts[c + 1]`. */
interface Order {
  rows: Int32Array;
  starts: Int32Array;
}

function byCluster(labels: Int32Array, clusters: number): Order {
  const starts = new Int32Array(clusters + 1);
  for (const label of labels) starts[label + 1]! += 1;
  for (let cluster = 0; cluster < clusters; cluster++) starts[cluster + 1]! += starts[cluster]!;
  const rows = new Int32Array(starts[clusters]!);
  const next = starts.slice();
  for (const [row, label] of labels.entries()) rows[next[label]!++] = row;
  return { rows, starts };
}

/** Sets the sum of a row's distances to the faces of each cluster. */
type Sums = (row: number, sums: Float64Array) => void;

function denseSums(
  { columns, data, counts }: DistinctVectors,
  { rows, starts }: Order,
  metric: Metric,
): Sums {
  const distance = distanceOf(metric);
  return (row, sums) => {
    for (let cluster = 0; cluster < sums.length; cluster++) {
      let sum = 0;
      for (let at = starts[cluster]!; at < starts[cluster + 1]!; at++) {
        const other = rows[at]!;
        if (other !== row) sum += distance(data, row, data, other, columns) * counts[other]!;
      }
      sums[cluster] = sum;
    }
  };
}

/**
 * Copies of the bits in the order of the clusters let the inner loop run straight through memory;
 * its tables are small enough for the core's first cache, which is what it is bound by.
 */
function packedSums(
  { chunks, bits, weights, columns }: PackedVectors,
  counts: Float64Array,
  { rows, starts }: Order,
  metric: Exclude<Metric, 'cosine'>,
): Sums {
  const sorted = bits.map((column) => Uint16Array.from(rows, (row) => column[row]!));
  const weight = Float64Array.from(rows, (row) => counts[row]!);
  const terms = differenceTerms({ weights, columns }, metric);
  const root = metric === 'euclidean';
  const distinct = new Set(terms.filter((term) => term > 0));
  if (distinct.size > 1 || chunks > 4)
    return weightedSums(sorted, bits, chunkTables(terms, chunks, CHUNK), weight, starts, root);

  // All columns count the same: differing ones are counted, and the distance looked up by their
  // number.
  const [term = 0] = distinct;
  const distances = Float64Array.from({ length: columns + 1 }, (_, differing) =>
    root ? Math.sqrt(term * differing) : term * differing,
  );
  const ones = Uint8Array.from({ length: 1 << CHUNK }, (_, value) => popcount(value));
  const zero = new Uint16Array(counts.length);
  const [x0 = zero, x1 = zero, x2 = zero, x3 = zero] = sorted;
  return (row, sums) => {
    const [a, b, c, d] = [
      bits[0]![row]!,
      bits[1]?.[row] ?? 0,
      bits[2]?.[row] ?? 0,
      bits[3]?.[row] ?? 0,
    ];
    for (let cluster = 0; cluster < sums.length; cluster++) {
      let sum = 0;
      const end = starts[cluster + 1]!;
      if (chunks <= 3) {
        for (let at = starts[cluster]!; at < end; at++) {
          sum +=
            distances[ones[a ^ x0[at]!]! + ones[b ^ x1[at]!]! + ones[c ^ x2[at]!]!]! * weight[at]!;
        }
      } else {
        for (let at = starts[cluster]!; at < end; at++) {
          sum +=
            distances[
              ones[a ^ x0[at]!]! + ones[b ^ x1[at]!]! + ones[c ^ x2[at]!]! + ones[d ^ x3[at]!]!
            ]! * weight[at]!;
        }
      }
      sums[cluster] = sum;
    }
  };
}

function popcount(value: number): number {
  let ones = 0;
  for (let rest = value; rest !== 0; rest &= rest - 1) ones += 1;
  return ones;
}

function weightedSums(
  sorted: Uint16Array[],
  bits: Uint16Array[],
  tables: Float64Array[],
  weight: Float64Array,
  starts: Int32Array,
  root: boolean,
): Sums {
  return (row, sums) => {
    for (let cluster = 0; cluster < sums.length; cluster++) {
      let sum = 0;
      for (let at = starts[cluster]!; at < starts[cluster + 1]!; at++) {
        let d = 0;
        for (let chunk = 0; chunk < tables.length; chunk++)
          d += tables[chunk]![bits[chunk]![row]! ^ sorted[chunk]![at]!]!;
        sum += (root ? Math.sqrt(d) : d) * weight[at]!;
      }
      sums[cluster] = sum;
    }
  };
}
