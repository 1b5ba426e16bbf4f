/**
 * A k-d tree (Bentley 1975): finds all vectors within a distance of another one, exactly. Its
 * vectors are known from the start, and found once they are added.
 */

/** Vectors that are not divided further. */
const LEAF = 16;

interface Part {
  parent: Node | null;
  /** Whether one of its vectors was added. */
  isUsed: boolean;
}

interface Node extends Part {
  /** Column by which its vectors are divided. */
  column: number;
  /** Values of `below` are at most this, those of `above` at least. */
  value: number;
  below: Node | Leaf;
  above: Node | Leaf;
}

interface Leaf extends Part {
  /** Those that were added. */
  vectors: number[];
}

export class RangeTree {
  private readonly root: Node | Leaf;
  /** The leaf of each vector. */
  private readonly leaves: Leaf[] = [];

  /** @param data `[vectors, columns]`; the first columns should vary most. */
  constructor(
    private readonly data: Float32Array,
    private readonly columns: number,
  ) {
    const vectors = Int32Array.from({ length: data.length / columns }, (_, i) => i);
    this.root = this.divide(vectors, null, 0);
  }

  add(vector: number): void {
    const leaf = this.leaves[vector]!;
    leaf.vectors.push(vector);
    for (let part: Part | null = leaf; part?.isUsed === false; part = part.parent)
      part.isUsed = true;
  }

  /**
   * Added vectors within a radius of one.
   * @param visit is given each; some may lie a little farther away, by rounding.
   */
  within(vector: number, radius: number, visit: (other: number) => void): void {
    const { data, columns } = this;
    const at = vector * columns;
    const most = radius * radius;
    /** Of each column, how far the part of the tree lies from the vector. */
    const offsets = new Float64Array(columns);
    const search = (part: Node | Leaf, square: number) => {
      if (!part.isUsed) return;
      if ('vectors' in part) {
        for (const other of part.vectors)
          if (this.isWithin(at, other * columns, most)) visit(other);
        return;
      }
      const { column, value, below, above } = part;
      const offset = data[at + column]! - value;
      search(offset <= 0 ? below : above, square);
      const before = offsets[column]!;
      const farther = square - before * before + offset * offset;
      if (farther > most) return;
      offsets[column] = offset;
      search(offset <= 0 ? above : below, farther);
      offsets[column] = before;
    };
    search(this.root, 0);
  }

  private isWithin(a: number, b: number, most: number): boolean {
    let sum = 0;
    for (let c = 0; c < this.columns; c++) {
      const difference = this.data[a + c]! - this.data[b + c]!;
      sum += difference * difference;
      if (sum > most) return false;
    }
    return true;
  }

  /** @param vectors are sorted by the columns that divide them. */
  private divide(vectors: Int32Array, parent: Node | null, depth: number): Node | Leaf {
    if (vectors.length <= LEAF) {
      const leaf: Leaf = { parent, isUsed: false, vectors: [] };
      for (const vector of vectors) this.leaves[vector] = leaf;
      return leaf;
    }
    const column = depth % this.columns;
    const valueOf = (vector: number) => this.data[vector * this.columns + column]!;
    vectors.sort((a, b) => valueOf(a) - valueOf(b));
    const middle = vectors.length >> 1;
    const node = { parent, isUsed: false, column, value: valueOf(vectors[middle]!) } as Node;
    node.below = this.divide(vectors.subarray(0, middle), node, depth + 1);
    node.above = this.divide(vectors.subarray(middle), node, depth + 1);
    return node;
  }
}
