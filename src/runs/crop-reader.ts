/** Reads the aligned crops of a run; see crop-writer.ts. */
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import pMap from 'p-map';
import type { CropSize } from '../domain/faces';
import { encodeRgb, MAX_STRIP_FACES } from '../images/crop-strips';
import { sharp } from '../images/lazy-sharp';
import { messageOf, UserError } from '../util/errors';
import { checkCropPack, type CropIndex, readCropIndex } from './crop-index';
import { CROP_INDEX, CROP_PACK } from './file-names';
import { DamagedRun } from './run-schemas';
/** Strips that are decoded at the same time. */
const CONCURRENCY = 8;
/** JPEG quality of single faces. Their strips were compressed before. */
const SHOWN_QUALITY = 90;

/** A face in a strip. */
export interface CropRow {
  /** Row of the face in the run. */
  row: number;
  /** 0-based place in the strip. */
  at: number;
}

/**
 * Keeps no file open between reads: Windows does not move folders with open files, and a run is
 * replaced by moving its folder. Each read checks that the pack still belongs to the index.
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
   * @param faces number of faces of the run; undefined where it is not known.
   * @throws DamagedRun where the index or the pack is missing, cut short, or of another run.
   */
  static async open(folder: string, faces?: number): Promise<CropReader> {
    const index = await readCropIndex(folder);
    if (index.faces !== (faces ?? index.faces))
      throw new DamagedRun(folder, CROP_INDEX, `holds ${index.faces} faces: expected ${faces!}`);
    return new CropReader(folder, index, await checkCropPack(folder, index));
  }

  /** Of each crop, in pixels. */
  get size(): CropSize {
    return { width: this.index.width, height: this.index.height };
  }

  /** Number of crops. */
  get count(): number {
    return this.index.faces;
  }

  /** Number of strips. */
  get strips(): number {
    return this.index.ends.length;
  }

  /** Faces of a strip. */
  rowsOf(strip: number): readonly CropRow[] {
    return this.rows[strip] ?? [];
  }

  private stripOf(row: number): number {
    return this.index.strips?.[row] ?? Math.floor(row / MAX_STRIP_FACES);
  }

  private placeOf(row: number): number {
    return this.index.places?.[row] ?? row % MAX_STRIP_FACES;
  }

  /**
   * Decodes all faces of a strip.
   * @param halvings number of times that width and height are halved, which decoding JPEG does
   * almost for free.
   * @returns RGB bytes `[faces, height, width, 3]`, ordered by place, and the size of each face.
   * @throws DamagedRun; UserError where the run was replaced meanwhile.
   */
  async decodeStrip(strip: number, halvings = 0): Promise<{ pixels: Buffer; size: CropSize }> {
    const size = { width: this.index.width >> halvings, height: this.index.height >> halvings };
    const bytes = await this.stripBytes(strip);
    let pixels: Buffer;
    try {
      const image = sharp(bytes, {
        limitInputPixels: this.index.width * this.index.height * MAX_STRIP_FACES,
      });
      if (halvings > 0) {
        const { height } = await image.metadata();
        const faces = Math.round(height / this.index.height);
        image.resize(size.width, size.height * faces, { fit: 'fill', kernel: 'linear' });
      }
      pixels = await image.raw().toBuffer();
    } catch (error) {
      const damage = `cannot be decoded at strip ${strip}: ${messageOf(error)}`;
      throw new DamagedRun(this.folder, CROP_PACK, damage, error);
    }
    const faces = this.rowsOf(strip).reduce((max, { at }) => Math.max(max, at + 1), 0);
    if (pixels.length < faces * size.width * size.height * 3)
      throw new DamagedRun(this.folder, CROP_PACK, `is too small at strip ${strip}`);
    return { pixels, size };
  }

  /** Pixels of single faces: RGB bytes `[height, width, 3]`, in the order of `rows`. */
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
          const start = this.placeOf(rows[position]!) * faceBytes;
          // A copy, so that the memory of the strip can be freed.
          result[position] = Buffer.from(pixels.subarray(start, start + faceBytes));
        }
      },
      { concurrency: CONCURRENCY },
    );
    return result;
  }

  /** JPEGs of single faces, in the order of `rows`. */
  async jpegs(rows: readonly number[]): Promise<Uint8Array[]> {
    const faces = await this.faces(rows);
    return Promise.all(
      faces.map((face) => encodeRgb(face, this.index.width, this.index.height, SHOWN_QUALITY)),
    );
  }

  private async stripBytes(strip: number): Promise<Buffer> {
    const start = strip === 0 ? 0 : this.index.ends[strip - 1]!;
    const end = this.index.ends[strip];
    if (end === undefined)
      throw new RangeError(`expected a strip below ${String(this.strips)}, got ${String(strip)}`);
    const bytes = Buffer.allocUnsafe(end - start);
    const file = await open(join(this.folder, CROP_PACK));
    try {
      const { mtimeNs } = await file.stat({ bigint: true });
      if (mtimeNs !== this.written)
        throw new UserError(`the run in '${this.folder}' was replaced meanwhile: try again`);
      const { bytesRead } = await file.read(bytes, 0, bytes.length, start);
      if (bytesRead !== bytes.length)
        throw new DamagedRun(this.folder, CROP_PACK, `is cut short at strip ${strip}`);
    } finally {
      await file.close();
    }
    return bytes;
  }
}
