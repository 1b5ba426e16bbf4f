/**
 * Aligned crops on disk, to be shown and averaged without the photos.
 *
 * Crops are kept as strips: a JPEG of `STRIP` faces, one below the other, is written several times as fast as as many single ones (the cost of a
 * call of the encoder outweighs that of so few pixels), and read as fast when all faces are wanted.
 */
import { type FileHandle, open, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import type { CropSize } from '../faces/framing';

/** Faces a strip. */
const STRIP = 16;
const PACK = 'crops.bin';
const INDEX = 'crops.json';
const QUALITY = 80;
/** Strips encoded at a time, at most. */
const PENDING = 3;

interface CropIndex {
  width: number;
  height: number;
  faces: number;
  /** End of each strip in the pack, in bytes. */
  ends: number[];
}

export class CropWriter {
  private strip: Buffer;
  private inStrip = 0;
  private faces = 0;
  private ends: number[] = [];
  private position = 0;
  /** Encoded strips are appended in their order, whichever is done first. */
  private tail: Promise<void> = Promise.resolve();
  private pending: Promise<unknown>[] = [];

  private constructor(
    private readonly folder: string,
    private readonly size: CropSize,
    private readonly file: FileHandle,
  ) {
    this.strip = Buffer.allocUnsafe(STRIP * this.faceBytes);
  }

  static async create(folder: string, size: CropSize): Promise<CropWriter> {
    return new CropWriter(folder, size, await open(join(folder, PACK), 'w'));
  }

  private get faceBytes() {
    return this.size.width * this.size.height * 3;
  }

  /** @param crops RGB bytes `[count, height, width, 3]`; copied. Resolves when more may be given. */
  async append(crops: Uint8Array, count: number): Promise<void> {
    for (let i = 0; i < count; i++) {
      this.strip.set(crops.subarray(i * this.faceBytes, (i + 1) * this.faceBytes), this.inStrip * this.faceBytes);
      this.inStrip += 1;
      this.faces += 1;
      if (this.inStrip === STRIP) await this.flush();
    }
  }

  private async flush() {
    const { width, height } = this.size;
    const encoded = sharp(this.strip.subarray(0, this.inStrip * this.faceBytes), {
      raw: { width, height: height * this.inStrip, channels: 3 },
    })
      .jpeg({ quality: QUALITY })
      .toBuffer();
    encoded.catch(() => undefined); // reported by whoever awaits the tail
    this.strip = Buffer.allocUnsafe(STRIP * this.faceBytes);
    this.inStrip = 0;
    this.tail = this.tail.then(async () => {
      const bytes = await encoded;
      await this.file.write(bytes);
      this.position += bytes.length;
      this.ends.push(this.position);
    });
    this.tail.catch(() => undefined); // likewise
    this.pending.push(this.tail);
    if (this.pending.length > PENDING) await this.pending.shift();
  }

  /** Writes what is left and the index. */
  async finish(): Promise<void> {
    if (this.inStrip > 0) await this.flush();
    await this.tail;
    await this.file.close();
    const index: CropIndex = { ...this.size, faces: this.faces, ends: this.ends };
    await writeFile(join(this.folder, INDEX), JSON.stringify(index));
  }

  /** Lets go of the file after a failure. */
  async abandon(): Promise<void> {
    await this.tail.catch(() => undefined);
    await this.file.close().catch(() => undefined);
  }
}

export class CropReader {
  private constructor(
    private readonly file: FileHandle,
    private readonly index: CropIndex,
  ) {}

  static async open(folder: string): Promise<CropReader> {
    const index = JSON.parse(await readFile(join(folder, INDEX), 'utf8')) as CropIndex;
    return new CropReader(await open(join(folder, PACK), 'r'), index);
  }

  get size(): CropSize {
    return { width: this.index.width, height: this.index.height };
  }

  get faces(): number {
    return this.index.faces;
  }

  /** Number of strips. */
  get strips(): number {
    return this.index.ends.length;
  }

  /** Rows of the faces in a strip: from the first up to, not including, the last. */
  rowsOf(strip: number): { from: number; to: number } {
    return { from: strip * STRIP, to: Math.min((strip + 1) * STRIP, this.faces) };
  }

  /**
   * Pixels of a strip's faces, halved `halvings` times (which JPEG gives almost for nothing).
   * @returns RGB bytes `[faces, height, width, 3]` and the size of each face.
   */
  async decodeStrip(strip: number, halvings = 0): Promise<{ pixels: Buffer; size: CropSize }> {
    const { from, to } = this.rowsOf(strip);
    const size = { width: this.index.width >> halvings, height: this.index.height >> halvings };
    const image = sharp(await this.stripBytes(strip));
    if (halvings > 0) image.resize(size.width, size.height * (to - from), { fit: 'fill', kernel: 'linear' });
    return { pixels: await image.raw().toBuffer(), size };
  }

  /** JPEGs of single faces, in the order of `rows`. */
  async jpegs(rows: readonly number[]): Promise<Uint8Array[]> {
    const result = new Array<Uint8Array>(rows.length);
    const byStrip = new Map<number, number[]>();
    rows.forEach((row, position) => {
      const strip = Math.floor(row / STRIP);
      byStrip.set(strip, [...(byStrip.get(strip) ?? []), position]);
    });
    await Promise.all(
      [...byStrip].map(async ([strip, positions]) => {
        const { pixels, size } = await this.decodeStrip(strip);
        const faceBytes = size.width * size.height * 3;
        for (const position of positions) {
          const at = (rows[position]! % STRIP) * faceBytes;
          result[position] = await sharp(pixels.subarray(at, at + faceBytes), { raw: { ...size, channels: 3 } })
            .jpeg({ quality: 90 })
            .toBuffer();
        }
      }),
    );
    return result;
  }

  private async stripBytes(strip: number): Promise<Buffer> {
    const start = strip === 0 ? 0 : this.index.ends[strip - 1]!;
    const end = this.index.ends[strip];
    if (end === undefined) throw new RangeError(`expected a strip below ${String(this.strips)}, got ${String(strip)}`);
    const bytes = Buffer.allocUnsafe(end - start);
    const { bytesRead } = await this.file.read(bytes, 0, bytes.length, start);
    if (bytesRead !== bytes.length) throw new Error(`the kept crops are cut short at strip ${String(strip)}`);
    return bytes;
  }

  close(): Promise<void> {
    return this.file.close();
  }
}
