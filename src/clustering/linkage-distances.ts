/** Distances between clusters that are merged step by step. */
import type { Linkage, Metric } from '../domain/method-options';
import type { DistinctVectors } from './distinct';
import { rowDistances } from './row-distances';

/**
 * Condensed distances of n clusters, at first of one vector each. A merged cluster keeps the index
 * of its second part. Updates follow Lance & Williams (1967).
 */
export class LinkageDistances {
  /** `[n (n − 1) / 2]` */
  readonly values: Float64Array;
  /** Faces of each cluster. */
  readonly sizes: Float64Array;
  /** Where the distance of a cluster to each later cluster `y` is: at `y` plus this. */
  readonly offsets: Float64Array;
  /** Distances of the cluster that was merged last to each other one. */
  readonly ofLast: Float64Array;

  constructor(
    vectors: DistinctVectors,
    private readonly linkage: Linkage,
    metric: Metric,
  ) {
    const n = vectors.rows;
    this.offsets = Float64Array.from({ length: n }, (_, x) => x * n - (x * (x + 1)) / 2 - x - 1);
    this.ofLast = new Float64Array(n);
    this.values = linkage === 'ward' ? wardDistances(vectors) : pairDistances(vectors, metric);
    this.sizes = Float64Array.from(vectors.counts);
  }

  /**
   * Merges cluster `x` into the later cluster `y`.
   * @param left the clusters that are left, `y` among them.
   */
  merge(x: number, y: number, left: Int32Array): void {
    const { values, sizes, offsets, ofLast, linkage } = this;
    const height = values[offsets[x]! + y]!;
    const sizeX = sizes[x]!;
    const sizeY = sizes[y]!;
    for (const i of left) {
      if (i === y) continue;
      const iy = i < y ? offsets[i]! + y : offsets[y]! + i;
      const dx = values[i < x ? offsets[i]! + x : offsets[x]! + i]!;
      const dy = values[iy]!;
      const distance = distanceToUnion(linkage, dx, dy, height, sizeX, sizeY, sizes[i]!);
      values[iy] = ofLast[i] = distance;
    }
    sizes[y] = sizeX + sizeY;
  }
}

/** Distance of a cluster of `i` faces to the union of two clusters of `x` and `y` faces. */
function distanceToUnion(
  linkage: Linkage,
  dx: number,
  dy: number,
  dxy: number,
  x: number,
  y: number,
  i: number,
): number {
  switch (linkage) {
    case 'single':
      return Math.min(dx, dy);
    case 'complete':
      return Math.max(dx, dy);
    case 'average':
      return (x * dx + y * dy) / (x + y);
    case 'ward':
      return Math.sqrt(((x + i) * dx * dx + (y + i) * dy * dy - i * dxy * dxy) / (x + y + i));
  }
}

function pairDistances(vectors: DistinctVectors, metric: Metric): Float64Array {
  const { rows } = vectors;
  using all = rowDistances(vectors, metric);
  const result = new Float64Array((rows * (rows - 1)) / 2);
  for (let i = 0, at = 0; i < rows; at += rows - 1 - i, i++)
    result.set(all.from(i).subarray(i + 1), at);
  return result;
}

/** Ward's distances of clusters that consist of the equal rows of a vector. */
function wardDistances(vectors: DistinctVectors): Float64Array {
  const { rows, counts } = vectors;
  const result = pairDistances(vectors, 'euclidean');
  let at = 0;
  for (let i = 0; i < rows; i++)
    for (let j = i + 1; j < rows; j++)
      result[at++]! *= Math.sqrt((2 * counts[i]! * counts[j]!) / (counts[i]! + counts[j]!));
  return result;
}
