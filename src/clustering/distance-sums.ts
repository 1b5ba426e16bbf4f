/** Sums of the distances from a vector to the faces of each cluster. */
import type { Metric } from '../domain/method-options';
import type { DistinctVectors } from './distinct';
import { distanceOf } from './metric';
import { CHUNK, chunkTables, differenceTerms, packBits, type PackedVectors } from './packed';

/** Sets `sums` `[clusters]` to the sum of a row's distances to the faces of each cluster. */
type Sums = (row: number, sums: Float64Array) => void;

/** @param labels cluster of each vector, from 0, without noise. */
export function distanceSums(
  vectors: DistinctVectors,
  labels: Int32Array,
  clusters: number,
  metric: Metric,
): Sums {
  const order = byCluster(labels, clusters);
  const packed = metric === 'cosine' ? undefined : packBits(vectors);
  return packed === undefined || metric === 'cosine'
    ? denseSums(vectors, order, metric)
    : packedSums(packed, vectors.counts, order, metric);
}

/** Vectors sorted by cluster: those of cluster c are from `starts[c]` to before `starts[c + 1]`. */
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
 * Copies the bits in the order of the clusters, so that the inner loop reads memory sequentially.
 * The loop is bound by table lookups, so the tables fit into a core's L1 cache.
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

  // All columns have the same weight: look the distance up by the number of differing columns.
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
