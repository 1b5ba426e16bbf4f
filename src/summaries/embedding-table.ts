/**
 * Embeddings in bytes: each number of a face is one of 256 steps between the smallest and the
 * largest of its embedding. A quarter of float32, and what is lost is far less than what
 * reduce-embeddings.ts leaves out.
 */

/** Bytes of the offset and the step of a face, as float32. */
const HEADER = 8;

/** @returns numbers of an embedding of so many bytes. */
export const columnsOfBytes = (bytes: number): number => bytes - HEADER;

/** Largest magnitude of a number: sums of squares stay finite. */
const LARGEST = 1e15;

export class EmbeddingTable {
  private readonly bytes: Buffer;
  private readonly rowBytes: number;

  /** @param columns numbers a face. */
  constructor(
    readonly rows: number,
    readonly columns: number,
  ) {
    this.rowBytes = HEADER + columns;
    this.bytes = Buffer.alloc(rows * this.rowBytes);
  }

  /** @param values finite, `[columns]`. */
  set(row: number, values: Float32Array): void {
    let [least, most] = [Infinity, -Infinity];
    for (const value of values) {
      if (value < least) least = value;
      if (value > most) most = value;
    }
    const offset = Math.fround(Math.max(least, -LARGEST));
    const step = Math.fround((Math.min(most, LARGEST) - offset) / 255);
    const start = row * this.rowBytes;
    this.bytes.writeFloatLE(offset, start);
    this.bytes.writeFloatLE(step, start + 4);
    for (let i = 0; i < values.length; i++) {
      const code = step > 0 ? Math.round((values[i]! - offset) / step) : 0;
      this.bytes[start + HEADER + i] = Math.max(0, Math.min(255, code));
    }
  }

  /** The bytes of a face, which `setBytes` takes. */
  bytesOf(row: number): Buffer {
    return this.bytes.subarray(row * this.rowBytes, (row + 1) * this.rowBytes);
  }

  /** @returns whether the bytes are those of a face. */
  setBytes(row: number, bytes: Uint8Array): boolean {
    if (bytes.length !== this.rowBytes) return false;
    this.bytesOf(row).set(bytes);
    const { offset, step } = this.scaleOf(row);
    return Math.abs(offset) <= LARGEST && step >= 0 && step <= LARGEST;
  }

  /** Writes the numbers of a face into an array, `[columns]`. */
  read(row: number, target: Float64Array): void {
    const { offset, step } = this.scaleOf(row);
    const start = row * this.rowBytes + HEADER;
    for (let i = 0; i < this.columns; i++) target[i] = offset + step * this.bytes[start + i]!;
  }

  /** The rows in an order that depends on their values alone. */
  sorted(): Uint32Array {
    return Uint32Array.from({ length: this.rows }, (_, row) => row).sort((a, b) =>
      this.bytes.compare(
        this.bytes,
        b * this.rowBytes,
        (b + 1) * this.rowBytes,
        a * this.rowBytes,
        (a + 1) * this.rowBytes,
      ),
    );
  }

  private scaleOf(row: number): { offset: number; step: number } {
    const start = row * this.rowBytes;
    return { offset: this.bytes.readFloatLE(start), step: this.bytes.readFloatLE(start + 4) };
  }
}
