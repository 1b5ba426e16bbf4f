/** Sums of the distances from a vector to the faces of each cluster. */
import type { Metric } from '../domain/method-options';
import type { DistinctVectors } from './distinct';
import { packBits } from './packed';
import { PackedSums } from './packed-sums';
import { GROUP_BITS } from './merged-tables';
import { type Distances, rowDistances } from './row-distances';

interface DistanceSums extends Disposable {
  /** Sets `sums` `[clusters]` to the sum of a row's distances to the faces of each cluster. */
  from(row: number, sums: Float64Array): void;
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
    ? new DenseSums(vectors, labels, metric)
    : new PackedSums(packed, vectors.counts, labels, clusters);
}

class DenseSums implements DistanceSums {
  private readonly distances: Distances;

  constructor(
    private readonly vectors: DistinctVectors,
    private readonly labels: Int32Array,
    metric: Metric,
  ) {
    this.distances = rowDistances(vectors, metric);
  }

  from(row: number, sums: Float64Array): void {
    const { labels } = this;
    const { rows, counts } = this.vectors;
    const distances = this.distances.from(row);
    sums.fill(0);
    for (let other = 0; other < rows; other++)
      sums[labels[other]!]! += distances[other]! * counts[other]!;
  }

  [Symbol.dispose](): void {
    this.distances[Symbol.dispose]();
  }
}
