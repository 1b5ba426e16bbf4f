/** Means of clusters, kept up to date while vectors change their cluster. */
import { facesWithBits } from './cluster-bits';
import type { DistinctVectors } from './distinct';
import { squaredDistance } from './metric';
import type { PackedVectors } from './packed';

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

  /**
   * Faces of each cluster whose bit is set, `[clusters, columns]`, as of the last `recompute`;
   * undefined where the faces were added one by one.
   */
  private withBits: Float64Array | undefined;

  /** @param packed the same vectors, where their columns have two values. */
  constructor(
    private readonly vectors: DistinctVectors,
    private readonly clusters: number,
    private readonly packed?: PackedVectors,
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
    const { vectors, clusters, packed, sums, sizes } = this;
    const { columns, counts } = vectors;
    sizes.fill(0);
    const withBits =
      packed === undefined ? undefined : facesWithBits(packed, counts, labels, clusters);
    this.withBits = withBits;
    if (withBits !== undefined) {
      for (let row = 0; row < labels.length; row++) sizes[labels[row]!]! += counts[row]!;
      for (let at = 0; at < sums.length; at++)
        sums[at] = withBits[at]! * packed!.weights[at % columns]!;
      return;
    }
    sums.fill(0);
    for (let row = 0; row < labels.length; row++) this.add(row, labels[row]!, 1);
  }

  /**
   * Sum over all faces of the squared distance to their center.
   * @param labels those of the last call of `recompute`, since which no vector was added.
   * @param centers `[clusters, columns]`.
   */
  inertia(labels: Int32Array, centers: Float64Array): number {
    const { vectors, sizes, packed, withBits } = this;
    const { columns, data, counts } = vectors;
    let inertia = 0;
    if (packed !== undefined && withBits !== undefined) {
      for (let at = 0; at < centers.length; at++) {
        const [center, faces] = [centers[at]!, withBits[at]!];
        const others = sizes[Math.floor(at / columns)]! - faces;
        inertia += faces * (packed.weights[at % columns]! - center) ** 2 + others * center ** 2;
      }
      return inertia;
    }
    for (let row = 0; row < labels.length; row++)
      inertia += counts[row]! * squaredDistance(data, row, centers, labels[row]!, columns);
    return inertia;
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
