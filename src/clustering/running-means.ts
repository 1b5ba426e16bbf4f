/** Means of clusters, kept up to date while vectors change their cluster. */
import type { DistinctVectors } from './distinct';

/** How far the centers moved at most. */
export interface FarthestMove {
  distance: number;
  /** The second largest distance. */
  next: number;
}

export class RunningMeans {
  /** `[clusters, columns]`. */
  private readonly sums: Float64Array;
  /** Faces of each cluster. */
  private readonly sizes: Float64Array;

  constructor(
    private readonly vectors: DistinctVectors,
    private readonly clusters: number,
  ) {
    this.sums = new Float64Array(clusters * vectors.columns);
    this.sizes = new Float64Array(clusters);
  }

  /** Adds the faces of a vector to a cluster, or takes them away where `sign` is −1. */
  add(row: number, cluster: number, sign: 1 | -1): void {
    const { columns, data, counts } = this.vectors;
    const count = sign * counts[row]!;
    this.sizes[cluster]! += count;
    for (
      let from = row * columns, to = cluster * columns, end = from + columns;
      from < end;
      from++, to++
    )
      this.sums[to]! += count * data[from]!;
  }

  /** Sums all faces anew, without the rounding errors of repeated additions and subtractions. */
  recompute(labels: Int32Array): void {
    this.sums.fill(0);
    this.sizes.fill(0);
    for (let row = 0; row < labels.length; row++) this.add(row, labels[row]!, 1);
  }

  /**
   * Gives each empty cluster the vector farthest from its center, as scikit-learn does.
   * @param upper upper bound of each vector's distance to its center; changed, as is `labels`.
   */
  fillEmpty(labels: Int32Array, upper: Float64Array): void {
    for (let cluster = 0; cluster < this.clusters; cluster++) {
      if (this.sizes[cluster]! > 0) continue;
      let farthest = 0;
      for (let row = 1; row < labels.length; row++)
        if (upper[row]! > upper[farthest]!) farthest = row;
      this.add(farthest, labels[farthest]!, -1);
      this.add(farthest, cluster, 1);
      labels[farthest] = cluster;
      upper[farthest] = 0;
    }
  }

  /**
   * Sets `centers` `[clusters, columns]` to the means, and `moves` `[clusters]` to how far each
   * center moved.
   */
  moveTo(centers: Float64Array, moves: Float64Array): FarthestMove {
    const { columns } = this.vectors;
    const farthest = { distance: 0, next: 0 };
    for (let cluster = 0; cluster < this.clusters; cluster++) {
      let squared = 0;
      for (let at = cluster * columns; at < (cluster + 1) * columns; at++) {
        const mean = this.sums[at]! / this.sizes[cluster]!;
        squared += (mean - centers[at]!) ** 2;
        centers[at] = mean;
      }
      const moved = (moves[cluster] = Math.sqrt(squared));
      if (moved > farthest.distance) {
        farthest.next = farthest.distance;
        farthest.distance = moved;
      } else if (moved > farthest.next) farthest.next = moved;
    }
    return farthest;
  }
}
