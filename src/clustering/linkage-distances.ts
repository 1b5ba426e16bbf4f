/** Distances between clusters that are merged step by step. */
import type { Linkage, Metric } from '../domain/method-options';
import type { DistinctVectors } from './distinct';
import { distanceOf } from './metric';

/**
 * Condensed distances `[n (n − 1) / 2]` of n clusters, at first of one vector each. A merged
 * cluster keeps the index of its second part. Updates follow Lance & Williams (1967).
 */
export class LinkageDistances {
  private readonly n: number;
  private readonly distances: Float64Array;
  /** Faces of each cluster. */
  private readonly sizes: Float64Array;
  private readonly active: Uint8Array;
  private first = 0;

  constructor(
    vectors: DistinctVectors,
    private readonly linkage: Linkage,
    metric: Metric,
  ) {
    this.n = vectors.rows;
    this.distances = linkage === 'ward' ? wardDistances(vectors) : pairDistances(vectors, metric);
    this.sizes = Float64Array.from(vectors.counts);
    this.active = new Uint8Array(this.n).fill(1);
  }

  /** The cluster of lowest index that was not merged into another. */
  firstActive(): number {
    while (this.active[this.first] === 0) this.first += 1;
    return this.first;
  }

  /** The cluster nearest to `x`; of equally near ones `preferred` (−1 for none), then the first. */
  nearest(x: number, preferred: number): number {
    const { n, distances, active } = this;
    let nearest = preferred;
    let smallest = preferred >= 0 ? distances[this.indexOf(x, preferred)]! : Infinity;
    for (let i = 0; i < x; i++) {
      if (active[i] === 1 && distances[i * n - (i * (i + 1)) / 2 + x - i - 1]! < smallest) {
        smallest = distances[i * n - (i * (i + 1)) / 2 + x - i - 1]!;
        nearest = i;
      }
    }
    const base = x * n - (x * (x + 1)) / 2 - x - 1;
    for (let i = x + 1; i < n; i++) {
      if (active[i] === 1 && distances[base + i]! < smallest) {
        smallest = distances[base + i]!;
        nearest = i;
      }
    }
    return nearest;
  }

  /**
   * Merges cluster `x` into cluster `y`.
   * @returns their distance.
   */
  merge(x: number, y: number): number {
    const { n, distances, sizes, active, linkage } = this;
    const height = distances[this.indexOf(x, y)]!;
    const [sizeX, sizeY] = [sizes[x]!, sizes[y]!];
    active[x] = 0;
    for (let i = 0; i < n; i++) {
      if (active[i] === 0 || i === y) continue;
      const iy = this.indexOf(i, y);
      const dx = distances[this.indexOf(i, x)]!;
      const dy = distances[iy]!;
      distances[iy] = distanceToUnion(linkage, dx, dy, height, sizeX, sizeY, sizes[i]!);
    }
    sizes[y] = sizeX + sizeY;
    return height;
  }

  private indexOf(i: number, j: number): number {
    const { n } = this;
    return i < j ? i * n - (i * (i + 1)) / 2 + j - i - 1 : j * n - (j * (j + 1)) / 2 + i - j - 1;
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

function pairDistances({ rows, columns, data }: DistinctVectors, metric: Metric): Float64Array {
  const distance = distanceOf(metric);
  const result = new Float64Array((rows * (rows - 1)) / 2);
  let at = 0;
  for (let i = 0; i < rows; i++)
    for (let j = i + 1; j < rows; j++) result[at++] = distance(data, i, data, j, columns);
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
