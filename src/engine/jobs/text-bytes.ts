/** Text that is made as bytes: for tables of millions of numbers. */
import { PRESENT } from '../../clustering/features';

/** Bytes of a comma and a number from 0 to 1 with four decimals. */
const CELL = 7;
/** Bytes of a comma, and of a longer number that is written here. */
const LONGEST_CELL = 12;
/** Largest magnitude of such a number. */
const LARGEST = 9999;

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

/** The decimals are the last four bytes: those of 0.1234 are those of 5.1234. */
const DECIMALS = TAILS;
/** In ASCII. */
const [COMMA, MINUS, POINT, ZERO] = [44, 45, 46, 48] as const;
/** A comma and 0, or 1. */
const [NOT, ONE] = [COMMA | (ZERO << 8), COMMA | ((ZERO + 1) << 8)];

/** Most bytes of a UTF-16 code unit in UTF-8. */
const MOST_BYTES = 3;
/** Characters of a text that is copied one by one. */
const SHORT = 64;
/** Room for the line with which a chunk ends, in bytes. */
const SLACK = 1 << 13;

/** UTF-8 text, taken in chunks that share their memory. */
export class TextBytes {
  length = 0;
  private bytes: Buffer = Buffer.alloc(0);
  /** The same memory. */
  private view = viewOf(this.bytes);

  /** @param size bytes of a chunk, if it is taken as soon as it has that many. */
  constructor(size: number) {
    this.use(Buffer.allocUnsafeSlow(size + SLACK));
  }

  add(text: string): void {
    this.reserve(MOST_BYTES * text.length);
    if (!this.addAscii(text)) this.length += this.bytes.write(text, this.length);
  }

  /** Adds a short text, for which a call of native code would take longer. @returns whether. */
  private addAscii(text: string): boolean {
    if (text.length > SHORT) return false;
    const { bytes, length } = this;
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      if (code > 127) return false;
      bytes[length + i] = code;
    }
    this.length += text.length;
    return true;
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
        this.addLongNumber(value);
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

  /** Adds a number beyond [0, 1]. */
  private addLongNumber(value: number): void {
    const magnitude = Math.abs(value);
    if (!(magnitude <= LARGEST)) {
      this.add(`,${value.toFixed(4)}`);
      return;
    }
    this.reserve(LONGEST_CELL);
    this.addByte(COMMA);
    if (value < 0) this.addByte(MINUS);
    const rounded = Math.floor(magnitude * 10_000 + 0.5);
    const whole = Math.floor(rounded / 10_000);
    this.addDigits(whole);
    this.addByte(POINT);
    this.view.setUint32(this.length, DECIMALS[rounded - 10_000 * whole]!, true);
    this.length += 4;
  }

  private addDigits(whole: number): void {
    if (whole >= 10) this.addDigits(Math.floor(whole / 10));
    this.addByte(ZERO + (whole % 10));
  }

  /** Like `addNumbers`, with an empty cell for NaN, and for all where there are no values. */
  addNumbersOrNothing(values: Float32Array | undefined, start: number, end: number): void {
    for (let i = start; i < end; i++) {
      const value = values?.[i] ?? NaN;
      if (Number.isNaN(value)) this.addByte(COMMA);
      else if (value >= 0 && value <= 1) this.addNumbers(values!, i, i + 1);
      else this.addLongNumber(value);
    }
  }

  /** Adds a whole number after a comma. */
  addCount(value: number): void {
    this.reserve(LONGEST_CELL);
    this.addByte(COMMA);
    if (value < 0) this.addByte(MINUS);
    this.addDigits(Math.abs(value));
  }

  /** Adds 1 for each value from 0.5 on, 0 for the others, each after a comma. */
  addFlags(values: Float32Array, start: number, end: number): void {
    this.reserve(2 * (end - start));
    const { view } = this;
    let { length } = this;
    for (let i = start; i < end; i++, length += 2)
      view.setUint16(length, values[i]! >= PRESENT ? ONE : NOT, true);
    this.length = length;
  }

  /** @param byte of an ASCII character. */
  addByte(byte: number): void {
    this.reserve(1);
    this.bytes[this.length++] = byte;
  }

  /** The bytes since the last time: valid until more are added, which use the same memory. */
  take(): Buffer {
    const taken = this.bytes.subarray(0, this.length);
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
