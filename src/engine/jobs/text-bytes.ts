/** Text that is made as bytes: for tables of millions of numbers. */

const ZERO = 48;
const ONE = 49;
const POINT = 46;
const MINUS = 45;

/** Most bytes of a UTF-16 code unit in UTF-8. */
const MOST_BYTES = 3;
/** Room for the line with which a chunk ends, in bytes. */
const SLACK = 1 << 13;

/** Bytes of a number from 0 to 1 with four decimals. */
const DECIMALS = 6;

/** The decimals of 0, 0.0001, … 1, four bytes each. */
const DIGITS = Buffer.from(
  Array.from({ length: 10_001 }, (_, i) => (i / 10_000).toFixed(4).slice(2)).join(''),
);

/** UTF-8 text, taken in chunks. */
export class TextBytes {
  length = 0;
  private bytes: Buffer;

  /** @param size bytes of a chunk, if it is taken as soon as it has that many. */
  constructor(private readonly size: number) {
    this.bytes = Buffer.allocUnsafeSlow(size + SLACK);
  }

  add(text: string): void {
    this.reserve(MOST_BYTES * text.length);
    this.length += this.bytes.write(text, this.length);
  }

  /** @param byte an ASCII character. */
  addByte(byte: number): void {
    this.reserve(1);
    this.bytes[this.length++] = byte;
  }

  /**
   * Adds a number that a 32-bit float holds like `toFixed(4)`: 10,000 times such a number is exact
   * in 64 bits, so that rounding it is rounding the number.
   */
  addNumber(value: number): void {
    if (value < 0) this.addByte(MINUS);
    const absolute = Math.abs(value);
    const rounded = Math.round(absolute * 10_000);
    if (!(rounded <= 10_000)) {
      this.add(absolute.toFixed(4));
      return;
    }
    this.reserve(DECIMALS);
    const { bytes, length } = this;
    bytes[length] = rounded === 10_000 ? ONE : ZERO;
    bytes[length + 1] = POINT;
    const from = 4 * rounded;
    bytes[length + 2] = DIGITS[from]!;
    bytes[length + 3] = DIGITS[from + 1]!;
    bytes[length + 4] = DIGITS[from + 2]!;
    bytes[length + 5] = DIGITS[from + 3]!;
    this.length = length + DECIMALS;
  }

  /** The bytes since the last time. */
  take(): Buffer {
    const taken = this.bytes.subarray(0, this.length);
    this.bytes = Buffer.allocUnsafeSlow(this.size + SLACK);
    this.length = 0;
    return taken;
  }

  /** Makes room for `more` bytes. */
  private reserve(more: number): void {
    if (this.length + more <= this.bytes.length) return;
    const larger = Buffer.allocUnsafeSlow(2 * (this.length + more));
    this.bytes.copy(larger, 0, 0, this.length);
    this.bytes = larger;
  }
}
