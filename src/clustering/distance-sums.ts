/** Sums of the distances from a vector to the faces of each cluster. */
import type { Metric } from '../domain/method-options';
import type { DistinctVectors } from './distinct';
import { distanceOf } from './metric';
import { packBits } from './packed';
import { PackedSums } from './packed-sums';
import { GROUP_BITS } from './merged-tables';

interface DistanceSums {
  /** Sets `sums` `[clusters]` to the sum of a row's distances to the faces of each cluster. */
  from(row: number, sums: Float64Array): void;
  /** Must be called after use. */
  close(): void;
}

/** @param labels cluster of each vector, from 0, without noise. */
export function distanceSums(
  vectors: DistinctVectors,
  labels: Int32Array,
  clusters: number,
  metric: Metric,
): DistanceSums {
  const packed = metric === 'euclidean' ? packBits(vectors, GROUP_BITS) : undefined;
  return packed === undefined
    ? { from: denseSums(vectors, byCluster(labels, clusters), metric), close: () => undefined }
    : new PackedSums(packed, vectors.counts, labels, clusters);
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
): DistanceSums['from'] {
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
