/**
 * Birch (Zhang et al. 1996) with scikit-learn's choices: rows are inserted one after the other, so
 * their order counts, into a tree of clustering features; the subclusters at its leaves are then
 * grouped by Ward's method, each counting once.
 */
import { UserError } from '../util/errors';
import { yieldToEventLoop } from '../util/yield-to-event-loop';
import { agglomerative } from './agglomerative';
import type { DistinctVectors } from './distinct';
import type { FitContext, Fitted } from './grouping';
import { squaredDistance } from './metric';

export interface BirchOptions {
  /** Largest radius of a subcluster. */
  threshold: number;
  /** Subclusters of a node, at most. */
  branchingFactor: number;
}

/** Subclusters the global step groups, at most: it keeps their distances in memory. */
const MAX_SUBCLUSTERS = 12_000;

/**
 * Inserts every row (equal ones again and again, as the original would be), so the tree is
 * scikit-learn's; then any number of clusters is a cut of the subclusters' tree.
 * @throws UserError where the threshold leaves more subclusters than can be grouped.
 */
export async function birch(
  vectors: DistinctVectors,
  options: BirchOptions,
  context: FitContext = {},
): Promise<Fitted> {
  const { columns, data } = vectors;
  let root = new Node(true, options);
  for (const index of vectors.inverse) {
    await yieldToEventLoop(context.signal);
    if (!root.insert(Subcluster.ofVector(data.subarray(index * columns, (index + 1) * columns))))
      continue;
    const parts = root.split();
    root = new Node(false, options);
    root.append(parts[0]);
    root.append(parts[1]);
  }
  const centroids = root.leafCentroids();
  if (centroids.length > MAX_SUBCLUSTERS) {
    throw new UserError(
      `a Birch threshold of ${options.threshold} leaves ${centroids.length} subclusters: expected at most ${MAX_SUBCLUSTERS}, so a larger threshold`,
    );
  }
  // As in scikit-learn the first of the nearest subclusters is a vector's, and equal subclusters
  // stay apart.
  const flat = new Float64Array(centroids.length * columns);
  centroids.forEach((centroid, i) => {
    flat.set(centroid, i * columns);
  });
  const nearest = new Int32Array(vectors.rows);
  for (let row = 0; row < vectors.rows; row++) {
    await yieldToEventLoop(context.signal);
    let smallest = Infinity;
    for (let i = 0; i < centroids.length; i++) {
      const distance = squaredDistance(data, row, flat, i, columns);
      if (distance < smallest) [smallest, nearest[row]] = [distance, i];
    }
  }
  const subclusters = { rows: centroids.length, columns, data: flat };
  const each: DistinctVectors = {
    ...subclusters,
    counts: new Float64Array(centroids.length).fill(1),
    inverse: Int32Array.from(centroids, (_, i) => i),
  };
  const grouped = await agglomerative(each, { linkage: 'ward', metric: 'euclidean' }, context);
  return async (clusters) => {
    const { labels, tree } = await grouped(clusters);
    const own = nearest.map((index) => labels[index]!);
    const used = [...new Set(own)];
    const notices =
      centroids.length < clusters
        ? [
            `Birch formed only ${centroids.length} subclusters at threshold ${options.threshold}; a smaller threshold gives more`,
          ]
        : [];
    const complete = used.length === new Set(labels).size;
    const renamed = (node: number) => (node < used.length ? used.indexOf(node) : node);
    return {
      vectors,
      labels: own.map((label) => used.indexOf(label)),
      clusters: used.length,
      notices,
      ...(complete && tree !== undefined
        ? { tree: tree.map((merge) => ({ ...merge, a: renamed(merge.a), b: renamed(merge.b) })) }
        : {}),
    };
  };
}

/** A clustering feature: number, linear and squared sum of its rows. */
class Subcluster {
  child: Node | undefined;
  private constructor(
    public count: number,
    readonly linearSum: Float64Array,
    public squaredSum: number,
    readonly centroid: Float64Array,
    public squaredNorm: number,
  ) {}

  static ofVector(vector: Float64Array): Subcluster {
    let norm = 0;
    for (const value of vector) norm += value * value;
    return new Subcluster(1, Float64Array.from(vector), norm, Float64Array.from(vector), norm);
  }

  static empty(columns: number): Subcluster {
    return new Subcluster(0, new Float64Array(columns), 0, new Float64Array(columns), 0);
  }

  add(other: Subcluster): void {
    this.count += other.count;
    this.squaredSum += other.squaredSum;
    const share = 1 / this.count;
    let norm = 0;
    for (let i = 0; i < this.centroid.length; i++) {
      const sum = (this.linearSum[i]! += other.linearSum[i]!);
      const mean = share * sum;
      this.centroid[i] = mean;
      norm += mean * mean;
    }
    this.squaredNorm = norm;
  }

  /**
   * @returns whether `other` was taken in, which it is where the radius stays within the threshold.
   */
  merge(other: Subcluster, threshold: number): boolean {
    const count = this.count + other.count;
    const share = 1 / count;
    let norm = 0;
    for (let i = 0; i < this.centroid.length; i++) {
      const mean = share * (this.linearSum[i]! + other.linearSum[i]!);
      norm += mean * mean;
    }
    if ((this.squaredSum + other.squaredSum) / count - norm > threshold * threshold) return false;
    this.add(other);
    return true;
  }
}

class Node {
  private readonly subclusters: Subcluster[] = [];

  constructor(
    private readonly leaf: boolean,
    private readonly options: BirchOptions,
  ) {}

  append(subcluster: Subcluster): void {
    this.subclusters.push(subcluster);
  }

  /** @returns whether the node has become too large and must be split. */
  insert(subcluster: Subcluster): boolean {
    if (this.subclusters.length === 0) {
      this.append(subcluster);
      return false;
    }
    const index = this.closest(subcluster.centroid);
    const closest = this.subclusters[index]!;
    if (closest.child !== undefined) {
      if (!closest.child.insert(subcluster)) {
        closest.add(subcluster);
        return false;
      }
      const [first, second] = closest.child.split();
      this.subclusters[index] = first;
      this.append(second);
    } else {
      if (closest.merge(subcluster, this.options.threshold)) return false;
      this.append(subcluster);
    }
    return this.subclusters.length > this.options.branchingFactor;
  }

  private closest(centroid: Float64Array): number {
    let index = 0;
    let smallest = Infinity;
    for (let i = 0; i < this.subclusters.length; i++) {
      const other = this.subclusters[i]!;
      let dot = 0;
      for (let c = 0; c < centroid.length; c++) dot += other.centroid[c]! * centroid[c]!;
      const distance = other.squaredNorm - 2 * dot;
      if (distance < smallest) [smallest, index] = [distance, i];
    }
    return index;
  }

  /** Two nodes around the two subclusters that are farthest apart. */
  split(): [Subcluster, Subcluster] {
    const all = this.subclusters;
    const columns = all[0]!.centroid.length;
    // From the squared norms, as scikit-learn computes it: in binary data the rounding decides
    // between equally far ones.
    const distance = (i: number, j: number) => {
      let dot = 0;
      for (let c = 0; c < columns; c++) dot += all[i]!.centroid[c]! * all[j]!.centroid[c]!;
      return i === j ? 0 : Math.max(0, -2 * dot + all[i]!.squaredNorm + all[j]!.squaredNorm);
    };
    let [p, q, farthest] = [0, 0, 0];
    for (let i = 0; i < all.length; i++) {
      for (let j = i + 1; j < all.length; j++) {
        const apart = distance(i, j);
        if (apart > farthest) [p, q, farthest] = [i, j, apart];
      }
    }
    const parts = [0, 1].map(() => {
      const part = Subcluster.empty(columns);
      part.child = new Node(this.leaf, this.options);
      return part;
    }) as [Subcluster, Subcluster];
    for (const [i, subcluster] of all.entries()) {
      const part = parts[i === p || distance(p, i) < distance(q, i) ? 0 : 1];
      part.child!.append(subcluster);
      part.add(subcluster);
    }
    return parts;
  }

  leafCentroids(): Float64Array[] {
    if (this.leaf) return this.subclusters.map(({ centroid }) => centroid);
    return this.subclusters.flatMap(({ child }) => child!.leafCentroids());
  }
}
