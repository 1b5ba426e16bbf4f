/** Rows of numbers whose count is not known before the last one. */

/** Rows whose values are stored together. */
const BLOCK = 4096;

export class ValueRows {
  rows = 0;
  /** `[BLOCK, width]` each. */
  private readonly blocks: Float32Array[] = [];

  constructor(private readonly width: number) {}

  /** Adds a row of zeros. @returns its values, to be filled: `block`, from `at` on. */
  add(): { block: Float32Array; at: number } {
    const at = (this.rows % BLOCK) * this.width;
    if (at === 0) this.blocks.push(new Float32Array(BLOCK * this.width));
    this.rows += 1;
    return { block: this.blocks.at(-1)!, at };
  }

  /**
   * All rows, `[rows, columns]`. Afterwards there are none any more: their memory is freed
   * meanwhile.
   * @param columns those that are taken.
   */
  take(columns: readonly number[]): Float32Array {
    const { rows, width } = this;
    const values = new Float32Array(rows * columns.length);
    const isWhole = columns.length === width; // each column once, in order
    let to = 0;
    for (let row = 0; row < rows; row += BLOCK) {
      const block = this.blocks.shift()!;
      const end = Math.min(BLOCK, rows - row) * width;
      if (isWhole) {
        values.set(block.subarray(0, end), to);
        to += end;
        continue;
      }
      for (let from = 0; from < end; from += width)
        for (const column of columns) values[to++] = block[from + column]!;
    }
    this.rows = 0;
    return values;
  }
}
