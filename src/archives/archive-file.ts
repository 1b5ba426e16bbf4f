/** The open file of an archive, read at positions. */
import { closeSync, read, readSync, type Stats } from 'node:fs';
import { promisify } from 'node:util';
import { count } from '../text/numbers';
import { t } from '../text/translate';
import { UserError } from '../util/errors';
import { openRegularSync } from '../util/read-regular-file';

const readAsync = promisify(read);

/** Bytes read ahead by `window`: headers that lie close together come with one read. */
const WINDOW = 1 << 16;

export class ArchiveFile implements Disposable {
  private constructor(
    private readonly descriptor: number,
    /** Of the file when it was opened. */
    readonly stats: Stats,
  ) {}

  /** Bytes that were read ahead, and where they lie in the file. */
  private ahead: { position: number; bytes: Buffer } = { position: 0, bytes: Buffer.alloc(0) };

  /** Of `window`. */
  private windowBytes: Buffer = Buffer.alloc(0);

  /** @throws UserError where it is no regular file; a system error. */
  static open(path: string): ArchiveFile {
    const { descriptor, stats } = openRegularSync(path);
    return new ArchiveFile(descriptor, stats);
  }

  get size(): number {
    return this.stats.size;
  }

  [Symbol.dispose](): void {
    closeSync(this.descriptor);
  }

  /**
   * The bytes are valid until the next call of `window`.
   * @throws UserError where the file ends before.
   */
  read(position: number, length: number): Buffer {
    this.checkRange(position, length);
    const from = position - this.ahead.position;
    if (from >= 0 && from + length <= this.ahead.bytes.length)
      return this.ahead.bytes.subarray(from, from + length);
    return this.readInto(Buffer.allocUnsafe(length), position);
  }

  /** Like `read`, for headers that are read one after the other. */
  window(position: number, length: number): Buffer {
    this.checkRange(position, length);
    const from = position - this.ahead.position;
    if (from < 0 || from + length > this.ahead.bytes.length) {
      if (length > this.windowBytes.length)
        this.windowBytes = Buffer.allocUnsafe(2 * length + WINDOW);
      const size = Math.min(this.windowBytes.length, this.size - position);
      this.ahead = { position, bytes: this.readInto(this.windowBytes.subarray(0, size), position) };
    }
    return this.read(position, length);
  }

  private readInto(bytes: Buffer, position: number): Buffer {
    for (let done = 0; done < bytes.length;) {
      const got = readSync(this.descriptor, bytes, done, bytes.length - done, position + done);
      if (got === 0) throw cutOff(position, bytes.length, position + done);
      done += got;
    }
    return bytes;
  }

  /** Reads ahead without blocking the thread, so that `read` finds the bytes there. */
  async prefetch(position: number, length: number): Promise<void> {
    const wanted = Math.min(length, this.size - position);
    if (wanted <= 0) return; // `read` reports it
    const bytes = Buffer.allocUnsafe(wanted);
    const { bytesRead } = await readAsync(this.descriptor, bytes, 0, wanted, position);
    this.ahead = { position, bytes: bytes.subarray(0, bytesRead) };
  }

  private checkRange(position: number, length: number): void {
    if (position + length > this.size) throw cutOff(position, length, this.size);
  }
}

/** The error of a file that ends at byte `end`, before `length` bytes from `position` on. */
export const cutOff = (position: number, length: number, end: number) =>
  new UserError(
    t(
      'it is cut off: expected {0} bytes from byte {1} on, but it ends at byte {2}',
      count(length),
      count(position),
      count(end),
    ),
  );
