/** Birch's tree of clustering features, as in scikit-learn. */

export interface BirchOptions {
  /** Maximum radius of a subcluster. */
  threshold: number;
  /** Maximum number of subclusters of a node. */
  branchingFactor: number;
}

export class BirchTree {
  private root: Node;

  constructor(private readonly options: BirchOptions) {
    this.root = new Node(true, options);
  }

  insert(vector: Float64Array): void {
    if (!this.root.insert(Subcluster.ofVector(vector))) return;
    const [first, second] = this.root.split();
    this.root = new Node(false, this.options);
    this.root.append(first);
    this.root.append(second);
  }

  leafCentroids(): Float64Array[] {
    return this.root.leafCentroids();
  }
}

/** A clustering feature: count, linear sum and squared sum of rows. */
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
   * Adds `other` if the radius then is at most `threshold`.
   * @returns whether it did.
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

/** Holds the subclusters of vectors (a leaf), or those of its child nodes. */
class Node {
  private readonly subclusters: Subcluster[] = [];

  constructor(
    private readonly leaf: boolean,
    private readonly options: BirchOptions,
  ) {}

  append(subcluster: Subcluster): void {
    this.subclusters.push(subcluster);
  }

  /** @returns whether the node has become too large, so that its parent has to split it. */
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

  /** Distributes the subclusters to two nodes, around the two that are farthest apart. */
  split(): [Subcluster, Subcluster] {
    const all = this.subclusters;
    const columns = all[0]!.centroid.length;
    // Computed from squared norms, as in scikit-learn: rounding breaks the ties of binary data.
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
