/** A k-d tree (Bentley 1975): finds all vectors within a distance of another one, exactly. */

/** Vectors that are not divided further. */
const LEAF = 16;

interface Node {
  /** Column by which its vectors are divided. */
  column: number;
  /** Values of `below` are at most this, those of `above` at least. */
  value: number;
  below: Node | Int32Array;
  above: Node | Int32Array;
}

export class RangeTree {
  private readonly root: Node | Int32Array;

  /** @param data `[vectors, columns]`; the first columns should vary most. */
  constructor(
    private readonly data: Float32Array,
    private readonly columns: number,
  ) {
    this.root = this.divide(
      Int32Array.from({ length: data.length / columns }, (_, i) => i),
      0,
    );
  }

  /**
   * Vectors within a radius of one, itself included.
   * @param visit is given each; some may lie a little farther away, by rounding.
   */
  within(vector: number, radius: number, visit: (other: number) => void): void {
    const { data, columns } = this;
    const at = vector * columns;
    const most = radius * radius;
    /** Of each column, how far the part of the tree lies from the vector. */
    const offsets = new Float64Array(columns);
    const search = (node: Node | Int32Array, square: number) => {
      if (node instanceof Int32Array) {
        for (const other of node) if (this.isWithin(at, other * columns, most)) visit(other);
        return;
      }
      const { column, value, below, above } = node;
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

  private divide(rows: Int32Array, depth: number): Node | Int32Array {
    if (rows.length <= LEAF) return rows;
    const column = depth % this.columns;
    const valueOf = (row: number) => this.data[row * this.columns + column]!;
    rows.sort((a, b) => valueOf(a) - valueOf(b));
    const middle = rows.length >> 1;
    return {
      column,
      value: valueOf(rows[middle]!),
      below: this.divide(rows.subarray(0, middle), depth + 1),
      above: this.divide(rows.subarray(middle), depth + 1),
    };
  }
}
