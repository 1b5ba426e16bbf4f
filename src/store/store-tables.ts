/**
 * The LMDB environments of a store: opening and closing them under the store's lock. LMDB (Howard
 * Chu's Lightning Memory-Mapped Database) lets several processes use an environment at once, and a
 * process that is killed leaves the state of the last transaction.
 */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { type Database, open as openLmdb, type RootDatabase } from 'lmdb';
import { t } from '../text/translate';
import { codeOf } from '../util/errors';
import { PRIVATE_FILE } from '../util/private-files';
import { CONTENTS_FILE, RECORDS_FILE, STRIPS_FILE } from './store-files';
import { restoreFolder } from './store-folder';
import { withStoreLock } from './store-lock';
import type {
  AttributesRow,
  DetectionsRow,
  EmbeddingsRow,
  FileRow,
  StripUseRow,
} from './store-rows';

/** Raised whenever the layout changes; stores of another layout are recreated. */
const LAYOUT = 5;

/** Attempts to open a store that other processes clear meanwhile. */
export const MAX_OPEN_ATTEMPTS = 5;

/** Tables of small rows share the environment `root`. */
export interface StoreTables {
  root: RootDatabase;
  /** Whether there were rows that refer to strips and contents, before those were opened. */
  wasUsed: boolean;
  /** Contents of files, by path. */
  files: Database<FileRow, string>;
  detections: Database<DetectionsRow, [contentId: number, finder: string]>;
  attributes: Database<AttributesRow, [contentId: number, finder: string, model: string]>;
  /** Only of images whose embeddings were wanted, by the network that was used last. */
  embeddings: Database<EmbeddingsRow, [contentId: number, finder: string]>;
  /** One row for each strip. */
  stripUses: Database<StripUseRow, number>;
  /** Notes, counters and the layout. */
  meta: Database<unknown, string>;
  /**
   * An environment of its own. Strips are inserted before rows that refer to them, and deleted
   * after.
   */
  strips: RootDatabase<Buffer, number>;
  /**
   * Numbers of contents, in an environment of its own. They are inserted before rows that refer to
   * them. Where a process is killed in between, a number without rows is used when the content is
   * stored later.
   */
  contents: RootDatabase<number, Buffer>;
}

/**
 * Address space of an environment beyond the size of its file, in bytes: far more than is written
 * before the environment is reopened.
 */
const HEADROOM = 256 * 1024 * 1024;

/**
 * Options of an environment. The map is large from the start, so that LMDB need not enlarge it in
 * the middle of a transaction. Only pages that are written take space.
 *
 * A commit flushes its pages itself. Left to the package (`overlappingSync`), the flush waits at
 * closing until the transaction in the lock file is the one in the data file, and where several
 * processes had created the store at the same moment, a process waited for that without end.
 * Without `noMetaSync` a commit would flush twice; a crash of the system may cost the last one.
 */
function environmentOptions(path: string) {
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  const mapSize = Math.ceil((size + HEADROOM) / HEADROOM) * HEADROOM;
  const flushing = { overlappingSync: false, noMetaSync: true };
  return { path, mapSize, permissionsMode: PRIVATE_FILE, cache: false, ...flushing };
}

/**
 * Opens the tables under the store's lock, and creates what is missing.
 * @throws a file system error with code `ENOENT` where other processes keep clearing the store.
 */
export function openTables(folder: string): StoreTables {
  for (let attempt = 1; ; attempt++) {
    try {
      restoreFolder(folder); // another process may have cleared the store
      return withStoreLock(folder, () => {
        // The tag may have been removed while this process waited for the lock.
        restoreFolder(folder);
        return openLocked(folder);
      });
    } catch (error) {
      if (codeOf(error) !== 'ENOENT' || attempt === MAX_OPEN_ATTEMPTS) throw error;
    }
  }
}

function openLocked(folder: string): StoreTables {
  const opened: RootDatabase[] = [];
  const open = <Value, Key extends string | number | Buffer>(
    name: string,
    options: object,
  ): RootDatabase<Value, Key> => {
    const root = openLmdb<Value, Key>({ ...environmentOptions(join(folder, name)), ...options });
    opened.push(root);
    return root;
  };
  try {
    const root: RootDatabase = open(RECORDS_FILE, { maxDbs: 16 });
    const stripUses: StoreTables['stripUses'] = root.openDB('uses', {});
    // Read first: another process that writes now inserts what rows refer to before the rows.
    const wasUsed = !isEmpty(stripUses);
    return {
      root,
      wasUsed,
      files: root.openDB('files', {}),
      detections: root.openDB('found', {}),
      attributes: root.openDB('described', {}),
      embeddings: root.openDB('embedded', {}),
      strips: open<Buffer, number>(STRIPS_FILE, { encoding: 'binary' }),
      contents: open<number, Buffer>(CONTENTS_FILE, { keyEncoding: 'binary' }),
      stripUses,
      meta: root.openDB('meta', {}),
    };
  } catch (error) {
    for (const each of opened) void each.close();
    throw error;
  }
}

function isEmpty(table: Database<unknown, number> | RootDatabase<number, Buffer>): boolean {
  return table.getKeysCount({ limit: 1 }) === 0;
}

/**
 * Closes the tables under the store's lock. LMDB destroys the mutexes of an environment that no
 * other process has open; without the lock, a process that opens it at the same moment would go on
 * to use them. Nothing is written asynchronously, so `close` takes effect at once.
 */
export function closeTables(folder: string, { root, strips, contents }: StoreTables): void {
  const close = () => {
    for (const each of [root, strips, contents]) void each.close();
  };
  try {
    withStoreLock(folder, close);
  } catch {
    // The folder is gone or no longer writable, so no other process can open these files.
    close();
  }
}

/** Thrown for a store that another version wrote, or that lost one of its files. */
export class LayoutError extends Error {}

/**
 * Prepares tables that were just opened.
 * @throws LayoutError.
 */
export function checkTables(tables: StoreTables): void {
  const { root, wasUsed, strips, contents, meta } = tables;
  // Readers that were killed would prevent freed pages from being reused.
  root.readerCheck();
  strips.readerCheck();
  contents.readerCheck();
  const layout = meta.get('layout');
  if (layout === undefined) meta.putSync('layout', LAYOUT);
  else if (layout !== LAYOUT)
    throw new LayoutError(t('it has another layout: expected {0}', LAYOUT));
  if (wasUsed && (isEmpty(strips) || isEmpty(contents)))
    throw new LayoutError(t('it has another layout: one of its files is gone'));
}
