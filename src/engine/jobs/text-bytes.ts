/** Text that is made as bytes: for tables of millions of numbers. */

const ZERO = 48;
const ONE = 49;
const POINT = 46;
const COMMA = 44;

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

  /**
   * Adds numbers, each after a comma and with four decimals, like `toFixed(4)`.
   * @param values taken from `start` to before `end`.
   */
  addNumbers(values: Float32Array, start: number, end: number): void {
    this.reserve((1 + DECIMALS) * (end - start));
    let { bytes, length } = this;
    for (let i = start; i < end; i++) {
      // 10,000 times a 32-bit float is exact in 64 bits: rounding it is rounding the number.
      const rounded = Math.round(values[i]! * 10_000);
      if (!(values[i]! >= 0 && rounded <= 10_000)) {
        this.length = length;
        this.add(`,${values[i]!.toFixed(4)}`);
        this.reserve((1 + DECIMALS) * (end - i));
        ({ bytes, length } = this);
        continue;
      }
      const digits = 4 * rounded;
      bytes[length] = COMMA;
      bytes[length + 1] = rounded === 10_000 ? ONE : ZERO;
      bytes[length + 2] = POINT;
      bytes[length + 3] = DIGITS[digits]!;
      bytes[length + 4] = DIGITS[digits + 1]!;
      bytes[length + 5] = DIGITS[digits + 2]!;
      bytes[length + 6] = DIGITS[digits + 3]!;
      length += 1 + DECIMALS;
    }
    this.length = length;
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
