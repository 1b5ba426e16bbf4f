/**
 * Writes aligned crops, which are shown and averaged without the photos: a pack of strips of faces
 * (images/crop-strips.ts), and an index of where each face lies in them.
 */
import { type FileHandle, open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CropSize } from '../domain/faces';
import { PRIVATE_FILE } from '../util/private-files';
import type { CropIndex } from './crop-index';
import { CROP_INDEX, CROP_PACK } from './file-names';
import { JsonColumn, jsonObject } from './json-column';

/** Bytes that are written at once. */
const WRITE_BYTES = 1 << 20;

export class CropWriter {
  private readonly strips = new JsonColumn();
  private readonly places = new JsonColumn();
  private readonly ends = new JsonColumn();
  /** Bytes of all strips so far. */
  private position = 0;
  /** Strips that are still to be written. */
  private buffered: Uint8Array[] = [];
  private bufferedBytes = 0;
  /** The write in progress; meanwhile the next strips are made. */
  private writing: Promise<void> = Promise.resolve();

  private constructor(
    private readonly folder: string,
    private readonly size: CropSize,
    private readonly file: FileHandle,
  ) {}

  static async create(folder: string, size: CropSize): Promise<CropWriter> {
    return new CropWriter(folder, size, await open(join(folder, CROP_PACK), 'w', PRIVATE_FILE));
  }

  /**
   * Appends a strip. Resolves when the buffer has room for the next.
   * @returns the number of the strip, for `place`.
   */
  async appendStrip(jpeg: Uint8Array): Promise<number> {
    this.position += jpeg.length;
    this.ends.push(this.position);
    this.buffered.push(jpeg);
    this.bufferedBytes += jpeg.length;
    if (this.bufferedBytes >= WRITE_BYTES) await this.flush();
    return this.ends.length - 1;
  }

  /** Starts writing what is buffered. Resolves when the previous write has ended. */
  private async flush(): Promise<void> {
    const strips = this.buffered;
    this.buffered = [];
    this.bufferedBytes = 0;
    const previous = this.writing;
    this.writing = previous.then(() => writeAll(this.file, strips));
    this.writing.catch(() => undefined); // thrown where it is awaited
    await previous;
  }

  /**
   * Sets the position of the next face.
   * @param at 0-based place in the strip.
   */
  place(strip: number, at: number): void {
    this.strips.push(strip);
    this.places.push(at);
  }

  /** Writes the remaining strips and the index. */
  async finish(): Promise<void> {
    await this.flush();
    await this.writing;
    await this.file.close();
    const { ends, strips, places } = this;
    const index: Record<keyof CropIndex, unknown> = {
      ...this.size,
      faces: strips.length,
      ends,
      strips,
      places,
    };
    await writeFile(join(this.folder, CROP_INDEX), jsonObject(index), { mode: PRIVATE_FILE });
  }

  /** Closes the file after a failure. Never throws. */
  async abandon(): Promise<void> {
    await this.writing.catch(() => undefined); // the failure was reported already
    await this.file.close().catch(() => undefined); // it may be closed already
  }
}

/** Writes all bytes. A single write may write only some, as on a disk that is nearly full. */
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
