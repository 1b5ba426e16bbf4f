/** Reads the aligned crops of a run; see crop-writer.ts. */
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import pMap from 'p-map';
import type { CropSize } from '../domain/faces';
import { releaseBuffer } from '../images/buffer-pool';
import { decodeStrip, encodeRgb, FACE_QUALITY, MAX_STRIP_FACES } from '../images/crop-strips';
import type { Pixels } from '../images/pixels';
import { t } from '../text/translate';
import { messageOf, UserError } from '../util/errors';
import { yieldToEventLoop } from '../util/yield-to-event-loop';
import { checkCropPack, type CropIndex, readCropIndex } from './crop-index';
import { CROP_INDEX, CROP_PACK } from './file-names';
import { DamagedRun } from './run-schemas';
/** Strips that are decoded at the same time. */
const CONCURRENCY = 8;
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
      throw new DamagedRun(
        folder,
        CROP_INDEX,
        t('holds {0} faces: expected {1}', index.faces, faces!),
      );
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

  /** The strip that holds a face. */
  stripOf(row: number): number {
    return this.index.strips?.[row] ?? Math.floor(row / MAX_STRIP_FACES);
  }

  private placeOf(row: number): number {
    return this.index.places?.[row] ?? row % MAX_STRIP_FACES;
  }

  /**
   * The JPEG of a strip.
   * @throws DamagedRun; UserError where the run was replaced meanwhile.
   */
  async strip(strip: number): Promise<Uint8Array> {
    return (await this.readStrips(strip, strip + 1))[0]!;
  }

  /**
   * The JPEGs of the strips from `first` to before `end`, of which there is at least one.
   * @throws DamagedRun; UserError where the run was replaced meanwhile.
   */
  async readStrips(first: number, end: number): Promise<Uint8Array[]> {
    const { ends } = this.index;
    const startOf = (strip: number) => (strip === 0 ? 0 : ends[strip - 1]!);
    const start = startOf(first);
    const bytes = await this.readPack(start, startOf(end));
    return Array.from({ length: end - first }, (_, i) =>
      bytes.subarray(startOf(first + i) - start, ends[first + i]! - start),
    );
  }

  /** A strip that cannot be decoded. */
  damaged(strip: number, reason: string, cause?: unknown): DamagedRun {
    const damage = t('cannot be decoded at strip {0}: {1}', strip, reason);
    return new DamagedRun(this.folder, CROP_PACK, damage, cause);
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
        const { data } = await this.decode(strip);
        const faceBytes = this.size.width * this.size.height * 3;
        for (const position of positions) {
          const start = this.placeOf(rows[position]!) * faceBytes;
          if (start + faceBytes > data.length)
            throw this.damaged(strip, t('it has no face {0}', this.placeOf(rows[position]!) + 1));
          // A copy, so that the memory of the strip can be freed.
          result[position] = Buffer.from(data.subarray(start, start + faceBytes));
        }
        releaseBuffer(data);
        await yieldToEventLoop();
      },
      { concurrency: CONCURRENCY },
    );
    return result;
  }

  /** JPEGs of single faces, in the order of `rows`. */
  async jpegs(rows: readonly number[]): Promise<Uint8Array[]> {
    const faces = await this.faces(rows);
    return Promise.all(
      faces.map((face) => encodeRgb(face, this.index.width, this.index.height, FACE_QUALITY)),
    );
  }

  private async decode(strip: number): Promise<Pixels> {
    const jpeg = await this.strip(strip);
    try {
      return await decodeStrip(jpeg, this.size);
    } catch (error) {
      throw this.damaged(strip, messageOf(error), error);
    }
  }

  /** Bytes of the pack from `start` to before `end`. */
  private async readPack(start: number, end: number): Promise<Buffer> {
    const bytes = Buffer.allocUnsafe(end - start);
    const file = await open(join(this.folder, CROP_PACK));
    try {
      const { mtimeNs } = await file.stat({ bigint: true });
      if (mtimeNs !== this.written)
        throw new UserError(t("the run in '{0}' was replaced meanwhile: try again", this.folder));
      const { bytesRead } = await file.read(bytes, 0, bytes.length, start);
      if (bytesRead !== bytes.length)
        throw new DamagedRun(
          this.folder,
          CROP_PACK,
          t('is cut short at byte {0}', start + bytesRead),
        );
    } finally {
      await file.close();
    }
    return bytes;
  }
}
