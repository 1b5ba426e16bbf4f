/** Text that is made as bytes: for tables of millions of numbers. */

/** Bytes of a comma and a number from 0 to 1 with four decimals. */
const CELL = 7;

/** The cells of 0, 0.0001, … 1. */
const CELLS = Buffer.from(
  Array.from({ length: 10_001 }, (_, i) => `,${(i / 10_000).toFixed(4)}`).join(''),
);
/** Four bytes of each cell, from `offset` on. */
const fourBytes = (offset: number) =>
  Uint32Array.from({ length: 10_001 }, (_, i) => CELLS.readUInt32LE(CELL * i + offset));
/** The first and the last four bytes, which overlap: a cell is written as two numbers. */
const HEADS = fourBytes(0);
const TAILS = fourBytes(CELL - 4);

/** Most bytes of a UTF-16 code unit in UTF-8. */
const MOST_BYTES = 3;
/** Room for the line with which a chunk ends, in bytes. */
const SLACK = 1 << 13;

/** UTF-8 text, taken in chunks. */
export class TextBytes {
  length = 0;
  private bytes: Buffer = Buffer.alloc(0);
  /** The same memory. */
  private view = viewOf(this.bytes);

  /** @param size bytes of a chunk, if it is taken as soon as it has that many. */
  constructor(private readonly size: number) {
    this.use(Buffer.allocUnsafeSlow(size + SLACK));
  }

  add(text: string): void {
    this.reserve(MOST_BYTES * text.length);
    this.length += this.bytes.write(text, this.length);
  }

  /**
   * Adds numbers, each after a comma and with four decimals, like `toFixed(4)`.
   * @param values taken from `start` to before `end`.
   */
  addNumbers(values: Float32Array, start: number, end: number): void {
    this.reserve(CELL * (end - start));
    let { view, length } = this;
    for (let i = start; i < end; i++) {
      const value = values[i]!;
      if (!(value >= 0 && value <= 1)) {
        this.length = length;
        this.add(`,${value.toFixed(4)}`);
        this.reserve(CELL * (end - i));
        ({ view, length } = this);
        continue;
      }
      // 10,000 times a 32-bit float is exact in 64 bits: rounding it is rounding the number.
      const rounded = Math.floor(value * 10_000 + 0.5);
      view.setUint32(length, HEADS[rounded]!, true);
      view.setUint32(length + CELL - 4, TAILS[rounded]!, true);
      length += CELL;
    }
    this.length = length;
  }

  /** The bytes since the last time. */
  take(): Buffer {
    const taken = this.bytes.subarray(0, this.length);
    this.use(Buffer.allocUnsafeSlow(this.size + SLACK));
    this.length = 0;
    return taken;
  }

  /** Makes room for `more` bytes. */
  private reserve(more: number): void {
    if (this.length + more <= this.bytes.length) return;
    const larger = Buffer.allocUnsafeSlow(2 * (this.length + more));
    this.bytes.copy(larger, 0, 0, this.length);
    this.use(larger);
  }

  private use(bytes: Buffer): void {
    this.bytes = bytes;
    this.view = viewOf(bytes);
  }
}

const viewOf = ({ buffer, byteOffset, length }: Buffer) => new DataView(buffer, byteOffset, length);
