/** How full the store is, and the eviction of its least recently used strips. */
import { decoded, entriesOf } from './lmdb-errors';
import { endOfFinishedStrips } from './number-blocks';
import { contentKey } from './store-keys';
import {
  contentHashOf,
  contentIdOf,
  contentSizeOf,
  type EmbeddingsRow,
  parseDetectionsRow,
  parseEmbeddingsRow,
  parseFileRow,
  parseStripUseRow,
  type StripUse,
  toStripUse,
} from './store-rows';
import type { StoreTables } from './store-tables';

/** Approximate bytes of an image in the tables, besides its strip. */
export const RECORD_BYTES = 700;

/** Approximate bytes of the embeddings of an image in the tables. */
export const embeddingBytes = (row: EmbeddingsRow | undefined): number =>
  row === undefined ? 0 : row[2].length + 100;

/** LMDB stores large values in whole pages, of so many bytes. */
const PAGE_BYTES = 4096;
/** Header of a page. */
const HEADER_BYTES = 16;

/** Bytes that a strip takes on disk. */
export const bytesOnDisk = ({ length }: Buffer): number =>
  Math.ceil((length + HEADER_BYTES) / PAGE_BYTES) * PAGE_BYTES;

/**
 * Bytes in use, as counted by the store itself: LMDB's file does not shrink when rows are deleted,
 * but reuses their space.
 */
export function bytesInUse(tables: StoreTables): number {
  const noted = decoded(() => tables.meta.get('bytes') ?? 0);
  if (typeof noted === 'number' && noted >= 0 && Number.isFinite(noted)) return noted;
  const strips = stripUsesIn(tables).reduce((sum, { bytes }) => sum + bytes, 0);
  let embeddings = 0;
  for (const { value } of entriesOf(tables.embeddings))
    embeddings += embeddingBytes(parseEmbeddingsRow(value));
  return strips + embeddings + tables.detections.getKeysCount() * RECORD_BYTES;
}

/** What eviction leaves to be deleted from the environments of strips and contents. */
export interface Evicted {
  strips: number[];
  contents: { size: number; hash: string }[];
}

/**
 * Deletes the least recently used strips with all rows that refer to them. Runs inside a
 * transaction.
 * @param target bytes that may stay in use.
 */
export function evict(tables: StoreTables, target: number): Evicted {
  let bytes = bytesInUse(tables);
  const uses = stripUsesIn(tables);
  uses.sort((a, b) => a.day - b.day || a.strip - b.strip);
  const evicted: Evicted = { strips: [], contents: [] };
  const contentIds = new Set<number>();
  for (const use of uses) {
    if (bytes <= target) break;
    tables.stripUses.removeSync(use.strip);
    evicted.strips.push(use.strip);
    bytes -= use.bytes;
    for (const id of use.contentIds) {
      tables.attributes.removeSync([id, use.finder, use.model]);
      bytes -= removeEmbeddings(tables, [id, use.finder]);
      const row = decoded(() => parseDetectionsRow(tables.detections.get([id, use.finder])));
      if (row === undefined) continue;
      tables.detections.removeSync([id, use.finder]);
      evicted.contents.push({ size: contentSizeOf(row), hash: contentHashOf(row) });
      contentIds.add(id);
      bytes -= RECORD_BYTES;
    }
  }
  removeFilesOf(tables, contentIds);
  tables.meta.putSync('bytes', Math.max(0, bytes));
  return evicted;
}

/** @returns bytes that become free. */
function removeEmbeddings({ embeddings }: StoreTables, key: [number, string]): number {
  const row = decoded(() => parseEmbeddingsRow(embeddings.get(key)));
  embeddings.removeSync(key);
  return embeddingBytes(row);
}

/** Also removes files whose rows are damaged. */
function removeFilesOf({ files }: StoreTables, contentIds: ReadonlySet<number>): void {
  for (const { key, value } of entriesOf(files)) {
    const row = parseFileRow(value);
    if (row === undefined || contentIds.has(contentIdOf(row))) files.removeSync(key);
  }
}

/** Deletes evicted strips and contents, and strips of processes that were killed. */
export function deleteEvicted(tables: StoreTables, { strips, contents }: Evicted): void {
  tables.contents.transactionSync(() => {
    for (const { size, hash } of contents) tables.contents.removeSync(contentKey(size, hash));
  });
  // A process that was killed leaves strips without a use. Another process may be about to write
  // the uses of the newest strips.
  const candidates = [...tables.strips.getKeys({ end: endOfFinishedStrips(tables) })];
  const orphans = candidates.filter((strip) => !tables.stripUses.doesExist(strip));
  tables.strips.transactionSync(() => {
    for (const strip of [...strips, ...orphans]) tables.strips.removeSync(strip);
  });
}

const stripUsesIn = ({ stripUses }: StoreTables): StripUse[] =>
  Array.from(entriesOf(stripUses), ({ key, value }) => toStripUse(key, parseStripUseRow(value)));
