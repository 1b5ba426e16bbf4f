/**
 * The cache: results of earlier runs. They are stored by content, so that a renamed or copied file
 * is recognized, and by the versions that they were computed with, so that another network or
 * another version of the pipeline recomputes only what depends on it.
 *
 * Where the store cannot be used, a run does without it and reports that.
 */
import type * as z from 'zod';
import type { FileIdentity } from './identity';
import { NumberBlocks } from './number-blocks';
import { openSession } from './open-session';
import { contentKey, contentKeyRange, fileKey, hashInKey, noteKey } from './store-keys';
import type {
  Content,
  EmbeddingBatch,
  KnownFile,
  RecordKeys,
  StoredAttributes,
  StoredDetections,
  StoreRecord,
} from './store-records';
import {
  type AttributesShape,
  contentHashOf,
  contentOfRow,
  parseAttributesRow,
  parseDetectionsRow,
  parseEmbeddingsRow,
  parseFileRow,
  parseNumber,
  toDescription,
  toDetections,
} from './store-rows';
import type { StoreSession } from './store-session';
import { withoutChecksum } from './strip-checksum';
import {
  batchBytes,
  isUsedBefore,
  today,
  writeBatch,
  writeEmbeddings,
  writeUses,
} from './write-records';
/** Contents that an image is compared with before it is analyzed, at most. */
const MAX_CANDIDATES = 256;

export class FaceStore {
  private readonly numbers = new NumberBlocks();

  private constructor(private readonly session: StoreSession) {}

  /**
   * Opens the store in a folder. A missing one is created; one that is damaged or of another layout
   * is recreated. It counts as used until it is closed, or until every `beginUse` is ended.
   * @throws Error where the folder cannot be written, or does not belong to the store.
   */
  static async open(folder: string): Promise<FaceStore> {
    return new FaceStore(await openSession(folder));
  }

  get folder(): string {
    return this.session.folder;
  }

  /** Why nothing is stored any more, for people; undefined while all is well. */
  get problem(): string | undefined {
    return this.session.problem;
  }

  /** Why the store was recreated when it was opened, for people; undefined where it was not. */
  get recreationReason(): string | undefined {
    return this.session.recreationReason;
  }

  /** Counts a job that uses the store. @throws Error where the folder cannot be written. */
  beginUse(): void {
    this.session.beginUse();
  }

  /** Ends what `beginUse` began; the store stays open. */
  endUse(): void {
    this.session.endUse();
  }

  /** Closes the store as soon as no job uses it. */
  retire(): void {
    this.session.retire();
  }

  /** Releases the memory that maps the store's files. Takes a millisecond. */
  unmap(): void {
    this.session.unmap();
  }

  close(): void {
    this.session.close();
  }

  // --------------------------------------------------------------------------------------- reading

  /** Number of images with detections, and of strips of crops. */
  counts(): { images: number; strips: number } {
    const counts = this.session.read(({ detections, stripUses }) => ({
      images: detections.getKeysCount(),
      strips: stripUses.getKeysCount(),
    }));
    return counts ?? { images: 0, strips: 0 };
  }

  /** The content of a file, without reading it; undefined where the file is new or has changed. */
  contentOfFile(path: string | Uint8Array, identity: FileIdentity): Content | undefined {
    const row = parseFileRow(this.session.get(this.session.tables.files, fileKey(path)));
    return row === undefined ? undefined : contentOfRow(row, identity);
  }

  /** @param size of the content, in bytes. */
  contentByHash(size: number, hash: string): Content | undefined {
    const value = this.session.get(this.session.tables.contents, contentKey(size, hash));
    const id = parseNumber(value);
    return id === undefined ? undefined : { id, hash };
  }

  /**
   * Hashes of the stored contents of a size, in bytes. There are at most 256, which leaves some out
   * only where uncompressed formats give many files the same size.
   */
  hashesOfSize(size: number): string[] {
    const range = { ...contentKeyRange(size), limit: MAX_CANDIDATES };
    const keys = this.session.read(({ contents }) => [...contents.getKeys(range)]) ?? [];
    return keys.map(hashInKey).filter((hash) => hash !== undefined);
  }

  /** @param finder see `RecordKeys`. */
  detectionsOf({ id, hash }: Content, finder: string): StoredDetections | undefined {
    const row = parseDetectionsRow(this.session.get(this.session.tables.detections, [id, finder]));
    // After the store was cleared in the middle of a run, the number may belong to another content.
    if (row === undefined || contentHashOf(row) !== hash) return undefined;
    return toDetections(row);
  }

  /** @param finder and `model`: see `RecordKeys`. */
  attributesOf(
    { id }: Content,
    finder: string,
    model: string,
    expected: AttributesShape,
  ): StoredAttributes | undefined {
    const value = this.session.get(this.session.tables.attributes, [id, finder, model]);
    const row = parseAttributesRow(value, expected);
    return row === undefined ? undefined : toDescription(row);
  }

  /**
   * The embeddings of all faces of an image, as they were written; undefined where another network
   * gave them.
   * @param finder see `RecordKeys`.
   * @param network see `EmbeddingBatch`.
   */
  embeddingsOf({ id, hash }: Content, finder: string, network: string): Uint8Array | undefined {
    const value = this.session.get(this.session.tables.embeddings, [id, finder]);
    const [ownNetwork, ownHash, bytes] = parseEmbeddingsRow(value) ?? [];
    return ownNetwork === network && ownHash === hash ? bytes : undefined;
  }

  /** The JPEG of a strip. One that is damaged is deleted. */
  strip(id: number): Buffer | undefined {
    const bytes = this.session.get(this.session.tables.strips, id);
    if (bytes === undefined) return undefined;
    const jpeg = withoutChecksum(bytes);
    if (jpeg !== undefined) return jpeg;
    this.session.write(({ stripUses }) => {
      stripUses.removeSync(id);
    });
    return undefined;
  }

  hasStrip(id: number): boolean {
    return this.session.read(({ stripUses }) => stripUses.doesExist(id)) ?? false;
  }

  /** The value of a note, such as the properties of a network or a measurement. */
  note(name: string): unknown {
    return this.session.get(this.session.tables.meta, noteKey(name));
  }

  /** The value of a note; undefined where it does not match the schema. */
  typedNote<T>(name: string, schema: z.ZodType<T>): T | undefined {
    return schema.safeParse(this.note(name)).data;
  }

  // --------------------------------------------------------------------------------------- writing

  /** @param value undefined deletes the note. */
  setNote(name: string, value: unknown): void {
    this.session.write(({ meta }) => {
      if (value === undefined) meta.removeSync(noteKey(name));
      else meta.putSync(noteKey(name), value);
    });
  }

  /**
   * Stores images together with the strips of their crops, all or nothing. Never throws; sets
   * `problem` where the store can no longer be written.
   * @param strips JPEGs; `crops` of the records refer to them by position.
   * @param limit bytes the store may take; above it, the least recently used strips are evicted.
   */
  write(
    records: readonly StoreRecord[],
    strips: readonly Buffer[],
    keys: RecordKeys,
    limit: number,
  ): void {
    const batch = { records, strips, keys, limit };
    this.session.write((tables) => {
      writeBatch(tables, batch, this.numbers);
    }, batchBytes(batch));
  }

  /** Stores embeddings of images that the store holds. Never throws; see `write`. */
  writeEmbeddings(batch: EmbeddingBatch): void {
    this.session.write(
      (tables) => {
        writeEmbeddings(tables, batch);
      },
      batch.images.reduce((sum, { bytes }) => sum + bytes.length, 0),
    );
  }

  /**
   * Stores further names of known contents, so that these files need not be read again, and that
   * strips are still in use.
   */
  markUsed(files: readonly KnownFile[], strips: Iterable<number>): void {
    const day = today();
    const outdated = [...strips].filter((strip) =>
      this.session.read((tables) => isUsedBefore(tables, strip, day)),
    );
    if (files.length === 0 && outdated.length === 0) return;
    this.session.write((tables) => {
      writeUses(tables, files, outdated, day);
    });
  }
}
