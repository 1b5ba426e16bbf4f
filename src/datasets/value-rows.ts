/** Rows of numbers whose count is not known before the last one. */

/** Rows whose values are stored together. */
const BLOCK = 4096;

/** Kinds of values: that of −1, 0 and 1 is the bit of its number plus one. */
const [MINUS_ONE, ZERO, OTHER] = [1, 2, 8];

/** A column of the result: one of the rows' columns, and what each of its values becomes. */
export interface TakenColumn {
  column: number;
  /** Undefined where values stay as they are, but for −1, which becomes 0. */
  valueOf: ((value: number) => number) | undefined;
}

/** What a column holds, besides NaN. */
export interface ColumnContent {
  /** Whether any value is not NaN. */
  isDefined: boolean;
  hasMinusOne: boolean;
  hasZero: boolean;
  /** Between 0 and 1. */
  hasFraction: boolean;
}

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

  /** Replaces the values of a column in all rows that were added. */
  replace(column: number, valueOf: (value: number) => number): void {
    const { rows, width } = this;
    for (let row = 0; row < rows; row++) {
      const block = this.blocks[Math.floor(row / BLOCK)]!;
      const at = (row % BLOCK) * width + column;
      block[at] = valueOf(block[at]!);
    }
  }

  /** What each column holds. */
  contents(): ColumnContent[] {
    const { rows, width } = this;
    /** The kinds of values of each column, as bits. */
    const kinds = new Uint8Array(width);
    for (const [i, block] of this.blocks.entries()) {
      const end = Math.min(BLOCK, rows - i * BLOCK) * width;
      for (let at = 0; at < end;) {
        for (let column = 0; column < width; column++) {
          const value = block[at++]!;
          const whole = Math.trunc(value);
          if (value === whole && Math.abs(whole) <= 1) kinds[column]! |= 1 << (whole + 1);
          else if (!Number.isNaN(value)) kinds[column]! |= OTHER;
        }
      }
    }
    return Array.from(kinds, (kind) => ({
      isDefined: kind !== 0,
      hasMinusOne: (kind & MINUS_ONE) !== 0,
      hasZero: (kind & ZERO) !== 0,
      hasFraction: (kind & OTHER) !== 0,
    }));
  }

  /**
   * All rows, `[rows, columns]`. Afterwards there are none any more: their memory is freed
   * meanwhile.
   */
  take(columns: readonly TakenColumn[]): Float32Array {
    const { rows, width } = this;
    const values = new Float32Array(rows * columns.length);
    const isWhole =
      columns.length === width &&
      columns.every(({ column, valueOf }, i) => column === i && valueOf === undefined);
    let to = 0;
    for (let row = 0; row < rows; row += BLOCK) {
      const block = this.blocks.shift()!;
      const end = Math.min(BLOCK, rows - row) * width;
      if (isWhole) {
        for (let at = 0; at < end; at++) values[to++] = presentOf(block[at]!);
        continue;
      }
      for (let from = 0; from < end; from += width) {
        for (const { column, valueOf } of columns) {
          const value = block[from + column]!;
          values[to++] = valueOf === undefined ? presentOf(value) : valueOf(value);
        }
      }
    }
    this.rows = 0;
    return values;
  }
}

/** −1 becomes 0: exact, and without a branch, which nobody could predict. */
const presentOf = (value: number): number => (value + Math.abs(value)) / 2;
