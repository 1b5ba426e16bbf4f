/** Rows of numbers whose count is not known before the last one. */

/** Rows whose values are stored together. */
const BLOCK = 4096;

export class ValueRows {
  rows = 0;
  /** `[BLOCK, width]` each. */
  private readonly blocks: Float32Array[] = [];
  /** Where the values of the next row are to be written: in `block`, from `at` on. */
  block = new Float32Array(0);
  at = 0;

  constructor(private readonly width: number) {
    this.makeRoom();
  }

  /** Adds the row whose values were written. */
  add(): void {
    this.rows += 1;
    this.at += this.width;
    if (this.at === this.block.length) this.makeRoom();
  }

  private makeRoom(): void {
    this.block = new Float32Array(BLOCK * this.width);
    this.blocks.push(this.block);
    this.at = 0;
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
