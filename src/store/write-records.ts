/**
 * Writing to the tables. Strips and contents are environments of their own, and are committed
 * before the rows that refer to them: where that fails, or the process is killed in between,
 * nothing refers to what is missing.
 *
 * Transactions follow one another and never nest: LMDB fails after some hundred nested transactions
 * of several environments.
 */
import {
  bytesInUse,
  bytesOnDisk,
  deleteEvicted,
  embeddingBytes,
  evict,
  type Evicted,
  RECORD_BYTES,
} from './evict';
import { type FileIdentity, isSettled } from './identity';
import { decoded } from './lmdb-errors';
import type { NumberBlocks } from './number-blocks';
import { contentKey, fileKey } from './store-keys';
import type {
  EmbeddingBatch,
  KnownFile,
  RecordBatch,
  RecordKeys,
  StoreRecord,
} from './store-records';
import {
  dayOf,
  type EmbeddingsRow,
  parseEmbeddingsRow,
  parseNumber,
  parseStripUseRow,
  type StripUseRow,
  toAttributesRow,
  toDetectionsRow,
  toFileRow,
  usedOn,
} from './store-rows';
import type { StoreTables } from './store-tables';
import { withChecksum } from './strip-checksum';

/** Share of the limit that a full store is evicted down to. */
const FILL_AFTER_EVICTION = 0.9;
const DAY_MS = 24 * 60 * 60 * 1000;

/** Days since 1970. */
export const today = (): number => Math.floor(Date.now() / DAY_MS);

/** Approximate bytes that a batch takes. */
export const batchBytes = ({ records, strips }: RecordBatch): number =>
  strips.reduce((sum, { length }) => sum + length, records.length * RECORD_BYTES);

/** Writes images and the strips of their crops, and evicts others where the store is full. */
export function writeBatch(tables: StoreTables, batch: RecordBatch, numbers: NumberBlocks): void {
  const firstStrip = numbers.take(tables, 'strip', batch.strips.length);
  tables.strips.transactionSync(() => {
    for (const [i, jpeg] of batch.strips.entries())
      tables.strips.putSync(firstStrip + i, withChecksum(jpeg));
  });
  const contentIds = writeContents(tables, batch.records, numbers);
  const evicted = tables.root.transactionSync(() =>
    writeRows(tables, batch, contentIds, firstStrip),
  );
  if (evicted !== undefined) deleteEvicted(tables, evicted);
}

/** @returns the number of each record's content: the one it has, or a new one. */
function writeContents(
  tables: StoreTables,
  records: readonly StoreRecord[],
  numbers: NumberBlocks,
): number[] {
  const { contents } = tables;
  let next = numbers.take(tables, 'content', records.length);
  return contents.transactionSync(() =>
    records.map(({ identity: { size }, hash }) => {
      const key = contentKey(size, hash);
      const known = decoded(() => parseNumber(contents.get(key)));
      if (known !== undefined) return known;
      contents.putSync(key, next);
      return next++;
    }),
  );
}

/**
 * Writes all rows that refer to the strips and contents. Runs inside a transaction.
 * @returns what was evicted; undefined where the store is not full.
 */
function writeRows(
  tables: StoreTables,
  batch: RecordBatch,
  contentIds: readonly number[],
  firstStrip: number,
): Evicted | undefined {
  const { records, keys, limit } = batch;
  let bytes = bytesInUse(tables);
  bytes += writeStripUses(tables, batch, contentIds, firstStrip);
  for (const [i, record] of records.entries())
    bytes += writeRecord(tables, record, keys, contentIds[i]!, firstStrip);
  tables.meta.putSync('bytes', bytes);
  return bytes > limit ? evict(tables, limit * FILL_AFTER_EVICTION) : undefined;
}

/** @returns bytes that the strips take. */
function writeStripUses(
  { stripUses }: StoreTables,
  { records, strips, keys }: RecordBatch,
  contentIds: readonly number[],
  firstStrip: number,
): number {
  const contentsOfStrips = strips.map(() => new Set<number>());
  for (const [i, { described }] of records.entries())
    for (const { strip } of described?.crops ?? []) contentsOfStrips[strip]!.add(contentIds[i]!);
  const day = today();
  let total = 0;
  for (const [i, jpeg] of strips.entries()) {
    const bytes = bytesOnDisk(jpeg);
    const ids = [...contentsOfStrips[i]!];
    stripUses.putSync(firstStrip + i, [day, bytes, ids, keys.finder, keys.model]);
    total += bytes;
  }
  return total;
}

/** @returns bytes that the store grows by. */
function writeRecord(
  tables: StoreTables,
  { path, identity, hash, found, described, finder }: StoreRecord,
  keys: RecordKeys,
  contentId: number,
  firstStrip: number,
): number {
  writeFileRow(tables, path, identity, contentId, hash);
  const key: [number, string] = [contentId, finder ?? keys.finder];
  const isNew = !tables.detections.doesExist(key);
  tables.detections.putSync(key, toDetectionsRow(identity.size, hash, found));
  if (described !== undefined) {
    tables.attributes.putSync(
      [contentId, keys.finder, keys.model],
      toAttributesRow(described, firstStrip),
    );
  }
  return isNew ? RECORD_BYTES : 0;
}

function writeFileRow(
  { files }: StoreTables,
  path: string | Uint8Array,
  identity: FileIdentity,
  contentId: number,
  hash: string,
): void {
  // A file that was just written may be written again within the resolution of its times: its
  // content is to be read once more.
  if (!isSettled(identity)) return;
  files.putSync(fileKey(path), toFileRow(identity, contentId, hash));
}

/** Writes embeddings of images that are in the store, and evicts others where it is full. */
export function writeEmbeddings(tables: StoreTables, batch: EmbeddingBatch): void {
  const { embeddings, detections, meta, root } = tables;
  const { images, finder, network, limit } = batch;
  const evicted = root.transactionSync(() => {
    let bytes = bytesInUse(tables);
    for (const { content, bytes: own } of images) {
      const key: [number, string] = [content.id, finder];
      if (!detections.doesExist(key)) continue; // it was evicted meanwhile
      const row: EmbeddingsRow = [network, content.hash, own];
      const before = decoded(() => parseEmbeddingsRow(embeddings.get(key)));
      embeddings.putSync(key, row);
      bytes += embeddingBytes(row) - embeddingBytes(before);
    }
    meta.putSync('bytes', bytes);
    return bytes > limit ? evict(tables, limit * FILL_AFTER_EVICTION) : undefined;
  });
  if (evicted !== undefined) deleteEvicted(tables, evicted);
}

/** The use of a strip; undefined where there is none or it is damaged. */
const stripUseRow = ({ stripUses }: StoreTables, strip: number): StripUseRow | undefined =>
  decoded(() => parseStripUseRow(stripUses.get(strip)));

/** Whether a strip was last used before a day. */
export function isUsedBefore(tables: StoreTables, strip: number, day: number): boolean {
  const row = stripUseRow(tables, strip);
  return row !== undefined && dayOf(row) < day;
}

/** Notes names of known contents, and that strips were used on a day. */
export function writeUses(
  tables: StoreTables,
  files: readonly KnownFile[],
  strips: readonly number[],
  day: number,
): void {
  tables.root.transactionSync(() => {
    for (const { path, identity, content } of files)
      writeFileRow(tables, path, identity, content.id, content.hash);
    for (const strip of strips) {
      const row = stripUseRow(tables, strip);
      if (row !== undefined) tables.stripUses.putSync(strip, usedOn(row, day));
    }
  });
}
