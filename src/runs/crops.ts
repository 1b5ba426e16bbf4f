/**
 * Aligned crops on disk, to be shown and averaged without the photos: strips of faces
 * (images/crop-strips.ts) one after the other, and where each face lies in them.
 */
import { type FileHandle, open, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pMap from 'p-map';
import * as z from 'zod';
import type { CropSize } from '../domain/faces';
import { encode, STRIP } from '../images/crop-strips';
import { sharp } from '../images/lazy-sharp';
import { codeOf, messageOf, UserError } from '../util/errors';
import { PRIVATE_FILE } from '../util/private-files';
import { JsonColumn, jsonObject } from './json-column';
import { checkCropIndex } from './run-columns';
import { checked, DamagedRun, parseJson } from './run-schemas';

const PACK = 'crops.bin';
const INDEX = 'crops.json';
/** Strips decoded at a time. */
const DECODED = 8;
/** Bytes written at a time. */
const WRITE = 1 << 20;
/** Of single faces, which were encoded once already. */
const SHOWN_QUALITY = 90;

interface CropIndex {
  width: number;
  height: number;
  faces: number;
  /** End of each strip in the pack, in bytes. */
  ends: number[];
  /**
   * Strip of each face, and its place in it; undefined in older runs, whose strips hold `STRIP`
   * faces each, in order.
   */
  strips?: number[];
  places?: number[];
}

const side = z.int().min(1).max(8192);
/** The columns are checked by themselves. */
const indexSchema = z.looseObject({ width: side, height: side });

/** @throws DamagedRun. */
async function readIndex(folder: string): Promise<CropIndex> {
  const text = await readFile(join(folder, INDEX), 'utf8').catch((error: unknown) => {
    throw codeOf(error) === 'ENOENT' ? new DamagedRun(folder, INDEX, 'is gone', error) : error;
  });
  const index = checked(
    folder,
    INDEX,
    parseJson(folder, INDEX, text),
    indexSchema,
  ) as unknown as CropIndex;
  const what = checkCropIndex(index, STRIP);
  if (what !== undefined) throw new DamagedRun(folder, INDEX, what);
  return index;
}

/** A face of a strip: its row among the run's faces, and its place in the strip. */
export interface CropRow {
  row: number;
  at: number;
}

export class CropWriter {
  private readonly strips = new JsonColumn();
  private readonly places = new JsonColumn();
  private readonly ends = new JsonColumn();
  private position = 0;
  /** Strips that are not written yet, … */
  private buffered: Uint8Array[] = [];
  private bufferedBytes = 0;
  /** … and those that are being written while the next ones are made. */
  private tail: Promise<void> = Promise.resolve();

  private constructor(
    private readonly folder: string,
    private readonly size: CropSize,
    private readonly file: FileHandle,
  ) {}

  static async create(folder: string, size: CropSize): Promise<CropWriter> {
    return new CropWriter(folder, size, await open(join(folder, PACK), 'w', PRIVATE_FILE));
  }

  /**
   * Appends a strip. Resolves when more may be given.
   * @returns its number, for `place`.
   */
  async appendStrip(jpeg: Uint8Array): Promise<number> {
    this.position += jpeg.length;
    this.ends.push(this.position);
    this.buffered.push(jpeg);
    this.bufferedBytes += jpeg.length;
    if (this.bufferedBytes >= WRITE) await this.flush();
    return this.ends.length - 1;
  }

  /** Resolves when what was to be written before is written. */
  private async flush(): Promise<void> {
    const strips = this.buffered;
    this.buffered = [];
    this.bufferedBytes = 0;
    const before = this.tail;
    this.tail = before.then(() => writeAll(this.file, strips));
    this.tail.catch(() => undefined); // thrown where it is awaited
    await before;
  }

  /** Says where the next face lies. */
  place(strip: number, at: number): void {
    this.strips.push(strip);
    this.places.push(at);
  }

  /** Writes what is left and the index. */
  async finish(): Promise<void> {
    await this.flush();
    await this.tail;
    await this.file.close();
    const { ends, strips, places } = this;
    const index: Record<keyof CropIndex, unknown> = {
      ...this.size,
      faces: strips.length,
      ends,
      strips,
      places,
    };
    await writeFile(join(this.folder, INDEX), jsonObject(index), { mode: PRIVATE_FILE });
  }

  /** Lets go of the file after a failure. */
  async abandon(): Promise<void> {
    await this.tail.catch(() => undefined); // the failure is told of already
    await this.file.close().catch(() => undefined); // it may be closed already
  }
}

/** A write may take only a part, as it does where the disk is nearly full. */
async function writeAll(file: FileHandle, parts: readonly Uint8Array[]): Promise<void> {
  let { bytesWritten: done } = await file.writev(parts);
  for (const part of parts) {
    for (; done < part.length;) {
      const { bytesWritten } = await file.write(part, done);
      done += bytesWritten;
    }
    done -= part.length;
  }
}

/**
 * Sees that the pack is as long as its index says.
 * @returns when it was written, in nanoseconds since 1970.
 * @throws DamagedRun.
 */
async function checkPack(folder: string, { ends }: CropIndex): Promise<bigint> {
  const expected = ends.at(-1) ?? 0;
  const { size, mtimeNs } = await stat(join(folder, PACK), { bigint: true }).catch(
    (error: unknown) => {
      throw codeOf(error) === 'ENOENT' ? new DamagedRun(folder, PACK, 'is gone', error) : error;
    },
  );
  if (Number(size) !== expected)
    throw new DamagedRun(folder, PACK, `holds ${size} bytes: expected ${expected}`);
  return mtimeNs;
}

/** Whether crops are there as their index says. */
export async function cropsAreWhole(folder: string): Promise<boolean> {
  try {
    await checkPack(folder, await readIndex(folder));
    return true;
  } catch (error) {
    if (error instanceof DamagedRun) return false;
    throw error;
  }
}

/**
 * Holds no file open between reads: Windows moves no folder in which one is, and a run is replaced
 * by moving it. Each read sees that it is still the file the index belongs to.
 */
export class CropReader {
  /** Faces of each strip. */
  private readonly rows: CropRow[][];

  private constructor(
    private readonly folder: string,
    private readonly index: CropIndex,
    /** When the pack was written, in nanoseconds since 1970. */
    private readonly written: bigint,
  ) {
    this.rows = index.ends.map(() => []);
    for (let row = 0; row < index.faces; row++)
      this.rows[this.stripOf(row)]!.push({ row, at: this.placeOf(row) });
  }

  /**
   * @param faces that the run has; undefined where that is not known.
   * @throws DamagedRun where the index or the pack is gone, cut short, or of another run.
   */
  static async open(folder: string, faces?: number): Promise<CropReader> {
    const index = await readIndex(folder);
    if (index.faces !== (faces ?? index.faces))
      throw new DamagedRun(folder, INDEX, `holds ${index.faces} faces: expected ${faces!}`);
    return new CropReader(folder, index, await checkPack(folder, index));
  }

  get size(): CropSize {
    return { width: this.index.width, height: this.index.height };
  }

  get count(): number {
    return this.index.faces;
  }

  /** Number of strips. */
  get strips(): number {
    return this.index.ends.length;
  }

  /** Faces that lie in a strip. */
  rowsOf(strip: number): readonly CropRow[] {
    return this.rows[strip] ?? [];
  }

  private stripOf(row: number): number {
    return this.index.strips?.[row] ?? Math.floor(row / STRIP);
  }

  private placeOf(row: number): number {
    return this.index.places?.[row] ?? row % STRIP;
  }

  /**
   * Pixels of a strip's faces, halved `halvings` times (which JPEG gives almost for nothing).
   * @returns RGB bytes `[faces, height, width, 3]` by their places and the size of each face.
   */
  async decodeStrip(strip: number, halvings = 0): Promise<{ pixels: Buffer; size: CropSize }> {
    const size = { width: this.index.width >> halvings, height: this.index.height >> halvings };
    const bytes = await this.stripBytes(strip);
    let pixels: Buffer;
    try {
      const image = sharp(bytes, {
        limitInputPixels: this.index.width * this.index.height * STRIP,
      });
      if (halvings > 0) {
        const { height } = await image.metadata();
        const faces = Math.round(height / this.index.height);
        image.resize(size.width, size.height * faces, { fit: 'fill', kernel: 'linear' });
      }
      pixels = await image.raw().toBuffer();
    } catch (error) {
      throw new DamagedRun(
        this.folder,
        PACK,
        `cannot be decoded at strip ${strip}: ${messageOf(error)}`,
        error,
      );
    }
    const faces = this.rowsOf(strip).reduce((most, { at }) => Math.max(most, at + 1), 0);
    if (pixels.length < faces * size.width * size.height * 3)
      throw new DamagedRun(this.folder, PACK, `is too small at strip ${strip}`);
    return { pixels, size };
  }

  /** Pixels of single faces, RGB bytes `[height, width, 3]`, in the order of `rows`. */
  async faces(rows: readonly number[]): Promise<Buffer[]> {
    const result = new Array<Buffer>(rows.length);
    const byStrip = new Map<number, number[]>();
    rows.forEach((row, position) => {
      const strip = this.stripOf(row);
      const positions = byStrip.get(strip);
      if (positions === undefined) byStrip.set(strip, [position]);
      else positions.push(position);
    });
    await pMap(
      byStrip,
      async ([strip, positions]) => {
        const { pixels, size } = await this.decodeStrip(strip);
        const faceBytes = size.width * size.height * 3;
        for (const position of positions) {
          const at = this.placeOf(rows[position]!) * faceBytes;
          // of its own: the strip is let go of
          result[position] = Buffer.from(pixels.subarray(at, at + faceBytes));
        }
      },
      { concurrency: DECODED },
    );
    return result;
  }

  /** JPEGs of single faces, in the order of `rows`. */
  async jpegs(rows: readonly number[]): Promise<Uint8Array[]> {
    const faces = await this.faces(rows);
    return Promise.all(
      faces.map((face) => encode(face, this.index.width, this.index.height, SHOWN_QUALITY)),
    );
  }

  private async stripBytes(strip: number): Promise<Buffer> {
    const start = strip === 0 ? 0 : this.index.ends[strip - 1]!;
    const end = this.index.ends[strip];
    if (end === undefined)
      throw new RangeError(`expected a strip below ${String(this.strips)}, got ${String(strip)}`);
    const bytes = Buffer.allocUnsafe(end - start);
    const file = await open(join(this.folder, PACK));
    try {
      const { mtimeNs } = await file.stat({ bigint: true });
      if (mtimeNs !== this.written)
        throw new UserError(`the run in '${this.folder}' was made anew meanwhile: try again`);
      const { bytesRead } = await file.read(bytes, 0, bytes.length, start);
      if (bytesRead !== bytes.length)
        throw new DamagedRun(this.folder, PACK, `is cut short at strip ${strip}`);
    } finally {
      await file.close();
    }
    return bytes;
  }
}
