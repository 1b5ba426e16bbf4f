/**
 * What was found in images, kept between runs: by content, so that a renamed or copied file is
 * known, and by what it was found with, so that another network or another version of the pipeline
 * recomputes only what it must.
 *
 * An LMDB environment (Howard Chu's Lightning Memory-Mapped Database): several processes may use it
 * at once, and a kill at any moment leaves the state of the last transaction. It is a cache: where
 * it cannot be used, a run does without it and says so.
 */
import { randomInt } from 'node:crypto';
import { statSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { type Database, open as openLmdb, type RootDatabase } from 'lmdb';
import * as z from 'zod';
import type { LocatedFace } from '../domain/faces';
import { hashOf } from '../util/content-hash';
import { codeOf, messageOf } from '../util/errors';
import { freeSpace } from '../util/free-space';
import { PRIVATE_FILE } from '../util/private-files';
import { type FileIdentity, isSettled, sameIdentity } from './identity';
import { LmdbFile } from './lmdb-file';
import {
  CONTENTS_FILE,
  DATA_FILES,
  makeFolderAgain,
  prepareFolder,
  RECORDS_FILE,
  removeStore,
  STRIPS_FILE,
} from './store-folder';
import { withStoreLock } from './store-lock';
import { StoreMark, suspicionOf } from './store-marks';
import {
  contentNumber,
  describedRow,
  type DescribedRow,
  fileRow,
  type FileRow,
  foundRow,
  type FoundRow,
  fromFace,
  HASH_BYTES,
  stripUse,
  type StripUse,
  toFace,
} from './store-rows';
import { withChecksum, withoutChecksum } from './strip-checksum';

/** Raised whenever the layout changes; stores of another layout are removed. */
const LAYOUT = 4;

/**
 * Another process may just be making the store: what looks damaged is looked at once more after so
 * many milliseconds.
 */
const RECHECK_MS = 100;
/** How often a store is opened that another process clears meanwhile. */
const MAX_OPEN_ATTEMPTS = 5;
/**
 * A store that ended its process so often, or reported damage, is made anew though no damage is
 * found in it. Somebody who kills runs may hit LMDB some times in a row, and would lose what was
 * kept.
 */
const MAX_STRIKES = 4;

/** Bytes of a record beside its strip: its entries in the tables, roughly. */
const RECORD_BYTES = 700;
/** LMDB keeps large values in whole pages. */
const PAGE = 4096;
/**
 * When the store is full, what was not used for the longest time is forgotten until it is this
 * full.
 */
const FILL_AFTER_EVICTION = 0.9;
/**
 * Bytes that stay free on the disk: LMDB does not survive a full one everywhere. It ends the
 * process where the disk fills up while it notes its free pages, and where there is no room for
 * what it has mapped of its locks.
 */
const MIN_FREE_BYTES = 8 << 20;
/** Numbers for strips that a process reserves at a time, and how many such blocks may be in use. */
const NUMBER_BLOCK = 4096;
const MAX_BLOCKS = 64;
/** Contents that an image is compared with before it is described, at most. */
const MAX_CANDIDATES = 256;
const DAY = 24 * 60 * 60 * 1000;

/** What was found in an image. */
export type StoredDetections =
  | { reason: string }
  /** Null stands for the image as a whole. */
  | { faces: (LocatedFace | null)[] };

/** Where the crop of a face is kept: a strip and its place in it. */
interface KeptCrop {
  strip: number;
  at: number;
}

/** What a network said of the faces of an image. */
export interface StoredDescription {
  /** `[faces, attributes]`, in [0, 1]. */
  probabilities: Float32Array;
  crops: KeptCrop[];
}

/** An image to be kept. `crops` name strips of the same batch. */
export interface StoreRecord {
  path: string | Uint8Array;
  identity: FileIdentity;
  hash: string;
  found: StoredDetections;
  described: StoredDescription | undefined;
  /** Key it is kept under instead of the others' `finder`; see `StoreKeys.limited`. */
  finder?: string | undefined;
}

/** A file whose content was known under another name. */
export interface KnownFile {
  path: string | Uint8Array;
  identity: FileIdentity;
  content: Content;
}

/** What is kept of a network file, as a note. */
export const modelInfoSchema = z.object({
  crop: z.object({
    width: z.int().positive(),
    height: z.int().positive(),
    stretch: z.boolean().exactOptional(),
  }),
  attributes: z.array(z.string()).min(1),
  /** Where the file says. */
  thresholds: z.array(z.number()).optional(),
});

export type ModelInfo = z.infer<typeof modelInfoSchema>;

/** A content that is known: its number, in the order of coming, and its hash. */
export interface Content {
  id: number;
  hash: string;
}

/** What is to be removed from the environments of their own. */
interface Forgotten {
  strips: number[];
  contents: [size: number, hash: string][];
}

const today = () => Math.floor(Date.now() / DAY);

interface Tables {
  root: RootDatabase;
  files: Database<FileRow, string>;
  found: Database<FoundRow, [id: number, finder: string]>;
  described: Database<DescribedRow, [id: number, finder: string, model: string]>;
  /**
   * An environment of its own. A strip is there before anything tells of it, and no longer told of
   * when it goes.
   */
  strips: RootDatabase<Buffer, number>;
  /**
   * Likewise: numbers of contents. Where a process is killed in between, one of which nothing is
   * told is given to the content later.
   */
  contents: RootDatabase<number, Buffer>;
  /** One for each strip. */
  uses: Database<StripUse, number>;
  meta: Database<unknown, string>;
}

/**
 * Address space an environment is given beyond its file: far more than is written before it is
 * opened again.
 */
const HEADROOM = 256 * 1024 * 1024;

/**
 * Room from the start, so that LMDB need not enlarge its map in the middle of a transaction. Only
 * what is written takes space.
 */
function environment(path: string) {
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  const mapSize = Math.ceil((size + HEADROOM) / HEADROOM) * HEADROOM;
  return { path, mapSize, permissionsMode: PRIVATE_FILE, cache: false };
}

/**
 * @throws a file system error with code `ENOENT` where another process clears the store again and
 * again.
 */
function openTables(folder: string): Tables {
  for (let attempt = 1; ; attempt++) {
    try {
      makeFolderAgain(folder); // another process may have cleared the store
      return withStoreLock(folder, () => {
        // what says that it is a store may have gone while the lock was waited for
        makeFolderAgain(folder);
        return openLocked(folder);
      });
    } catch (error) {
      if (codeOf(error) !== 'ENOENT' || attempt === MAX_OPEN_ATTEMPTS) throw error;
    }
  }
}

function openLocked(folder: string): Tables {
  const opened: RootDatabase[] = [];
  const open = <Value, Key extends string | number | Buffer>(
    name: string,
    options: object,
  ): RootDatabase<Value, Key> => {
    const root = openLmdb<Value, Key>({ ...environment(join(folder, name)), ...options });
    opened.push(root); // its type depends on those of keys and values only by what it is given
    return root;
  };
  try {
    const root: RootDatabase = open(RECORDS_FILE, { maxDbs: 16 });
    return {
      root,
      files: root.openDB('files', {}),
      found: root.openDB('found', {}),
      described: root.openDB('described', {}),
      strips: open<Buffer, number>(STRIPS_FILE, { encoding: 'binary' }),
      contents: open<number, Buffer>(CONTENTS_FILE, { keyEncoding: 'binary' }),
      uses: root.openDB('uses', {}),
      meta: root.openDB('meta', {}),
    };
  } catch (error) {
    for (const each of opened) void each.close();
    throw error;
  }
}

/**
 * Closes them at once, since nothing is written asynchronously. LMDB destroys the mutexes of an
 * environment that no other process has open; one that opens it at the same moment would go on with
 * them.
 */
function closeTables(folder: string, { root, strips, contents }: Tables): void {
  const close = () => {
    for (const each of [root, strips, contents]) void each.close();
  };
  try {
    withStoreLock(folder, close);
  } catch {
    close(); // the folder is gone or cannot be written any more, and nobody opens what was in it
  }
}

/** Stores that this process has open. LMDB would close them when it ends, but without the lock. */
const openStores = new Set<FaceStore>();
process.once('exit', () => {
  for (const store of openStores) store.close();
});

export class FaceStore {
  /** Why nothing is kept any more; undefined while all is well. */
  problem: string | undefined;

  /** Numbers that this process may still give. */
  private readonly numbers = { strip: { next: 0, end: 0 }, content: { next: 0, end: 0 } };
  /** Jobs that use it, … */
  private users = 0;
  /** … after which it is to be closed. */
  private isRetired = false;
  private isOpen = true;
  /** Whether LMDB reported damage: then it is not asked any more. */
  private isDamaged = false;

  private constructor(
    readonly folder: string,
    private tables: Tables,
    /** In the folder while the store is used: a process that dies meanwhile may have died of it. */
    private mark: StoreMark | undefined,
    /** Why what was kept before is forgotten; undefined where it is not. */
    readonly madeAnew: string | undefined,
  ) {}

  /**
   * Opens the store in a folder, made where there is none; one that is damaged or of another layout
   * is made anew. It counts as used until it is closed, or all that began to use it have ended.
   *
   * LMDB trusts its files, and a damaged one may end the process. What their beginnings tell is
   * looked at each time; all of them where a process is gone that had not done with the store, so
   * that what ended it ends no other.
   * @throws where the folder cannot be written, or is none of the store's.
   */
  static async open(folder: string): Promise<FaceStore> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await FaceStore.openFolder(folder);
      } catch (error) {
        // Another process may have cleared the store in the middle.
        if (codeOf(error) !== 'ENOENT' || attempt === MAX_OPEN_ATTEMPTS) throw error;
      }
    }
  }

  private static async openFolder(folder: string): Promise<FaceStore> {
    await prepareFolder(folder);
    if (freeSpace(folder) < MIN_FREE_BYTES) throw new Error('there is no space left on the disk');
    const suspicion = await suspicionOf(folder);
    let damage = damageIn(folder, suspicion.isSuspect);
    if (damage !== undefined) {
      await wait(RECHECK_MS);
      damage = damageIn(folder, suspicion.isSuspect);
    }
    if (suspicion.strikes >= MAX_STRIKES)
      damage ??= 'the process that used it ended, or met damage, again and again';
    if (damage !== undefined) return FaceStore.anew(folder, damage);
    const mark = StoreMark.create(folder, suspicion);
    try {
      const store = mark.inside(() => FaceStore.openNow(folder, mark, undefined));
      for (const left of suspicion.marks) await rm(left, { force: true });
      return store;
    } catch (error) {
      mark.remove();
      const reason = messageOf(error);
      if (
        !/MDB_(INVALID|CORRUPTED|VERSION_MISMATCH|PANIC|PAGE_NOTFOUND|CURSOR_FULL|BAD_)|another layout/.test(
          reason,
        )
      )
        throw error;
      return FaceStore.anew(folder, reason);
    }
  }

  /** Makes the store anew. @param reason for people. */
  private static async anew(folder: string, reason: string): Promise<FaceStore> {
    await removeStore(folder);
    await prepareFolder(folder);
    const mark = StoreMark.create(folder, { isSuspect: false, strikes: 0 });
    try {
      return FaceStore.openNow(folder, mark, reason);
    } catch (error) {
      mark.remove();
      throw error;
    }
  }

  private static openNow(folder: string, mark: StoreMark, madeAnew: string | undefined): FaceStore {
    const tables = openTables(folder);
    try {
      // Readers that were killed would keep freed pages from being used again.
      tables.root.readerCheck();
      tables.strips.readerCheck();
      tables.contents.readerCheck();
      const layout = tables.meta.get('layout');
      if (layout === undefined) tables.meta.putSync('layout', LAYOUT);
      else if (layout !== LAYOUT)
        throw new Error(`it has another layout: expected ${String(LAYOUT)}`);
      const used = tables.uses.getKeysCount({ limit: 1 }) > 0;
      const lost = [tables.strips, tables.contents].some(
        (each) => each.getKeysCount({ limit: 1 }) === 0,
      );
      if (used && lost) throw new Error('it has another layout: one of its files is gone');
      const store = new FaceStore(folder, tables, mark, madeAnew);
      openStores.add(store);
      return store;
    } catch (error) {
      closeTables(folder, tables);
      throw error;
    }
  }

  /** Says that a job uses the store, until `endUse`. @throws where the folder cannot be written. */
  beginUse(): void {
    if (makeFolderAgain(this.folder) && this.isOpen) this.reopen();
    this.mark ??= StoreMark.create(this.folder, { isSuspect: false, strikes: 0 });
    this.users += 1;
  }

  /** The store stays open; a process that dies from here on has not died of it. */
  endUse(): void {
    this.users -= 1;
    if (this.users > 0) return;
    this.mark?.remove();
    this.mark = undefined;
    if (this.isRetired) this.close();
  }

  /** Closes it, or lets the last job that uses it do so. */
  retire(): void {
    this.isRetired = true;
    if (this.users === 0) this.close();
  }

  /**
   * Lets go of memory: LMDB maps what it reads, and around every page the kernel maps its
   * neighbours, until all of the file counts as this process's memory. Takes a millisecond.
   */
  unmap(): void {
    if (this.problem === undefined && this.isOpen) this.reopen();
  }

  /** @returns whether it is open again. */
  private reopen(): boolean {
    try {
      this.inside(() => {
        closeTables(this.folder, this.tables);
        this.isOpen = false;
        this.tables = openTables(this.folder);
        this.isOpen = true;
      });
    } catch (error) {
      this.problem = `the store in '${this.folder}' cannot be opened again (${messageOf(error)})`;
    }
    return this.isOpen;
  }

  /** Images whose faces are kept, and strips of crops. */
  counts(): { images: number; strips: number } {
    const count = () => ({
      images: this.tables.found.getKeysCount(),
      strips: this.tables.uses.getKeysCount(),
    });
    return this.read(count) ?? { images: 0, strips: 0 };
  }

  close(): void {
    openStores.delete(this);
    if (this.isOpen) closeTables(this.folder, this.tables);
    this.isOpen = false;
    this.mark?.remove();
    this.mark = undefined;
  }

  // --------------------------------------------------------------------------------------- reading

  // What a damaged page holds may be anything: what is not as it was written is not known.

  /** A file's content, without reading it; undefined where it is new or has changed. */
  contentOf(path: string | Uint8Array, identity: FileIdentity): Content | undefined {
    const row = fileRow(this.get(this.tables.files, fileKey(path)));
    if (row === undefined) return undefined;
    const [size, modified, changed, inode, id, hash] = row;
    return sameIdentity(identity, { size, modified, changed, inode }) ? { id, hash } : undefined;
  }

  /** A content by its size in bytes and its hash. */
  contentWith(size: number, hash: string): Content | undefined {
    const id = contentNumber(this.get(this.tables.contents, contentKey(size, hash)));
    return id === undefined ? undefined : { id, hash };
  }

  /**
   * Hashes of contents known that have so many bytes: all, but where formats without compression
   * make all files alike long.
   */
  candidates(size: number): string[] {
    const range = {
      start: contentKey(size, ''),
      end: contentKey(size, LAST_HASH),
      limit: MAX_CANDIDATES,
    };
    const keys = this.read(() => [...this.tables.contents.getKeys(range)]) ?? [];
    return keys
      .filter(({ length }) => length === SIZE_BYTES + HASH_BYTES)
      .map((key) => key.toString('hex', SIZE_BYTES));
  }

  /** @param finder key of how faces are found. */
  foundIn({ id, hash }: Content, finder: string): StoredDetections | undefined {
    const row = foundRow(this.get(this.tables.found, [id, finder]));
    // Where the store was cleared in the middle of a run, a number noted before may be another
    // content's now.
    if (row?.[1] !== hash) return undefined;
    const [, , reason, faces] = row;
    return reason === null
      ? { faces: (faces ?? []).map((face) => (face === null ? null : toFace(face))) }
      : { reason };
  }

  /**
   * @param model key of the network.
   * @param expected faces that were found in the image, and attributes that the network gives of
   * each.
   */
  describedBy(
    { id }: Content,
    finder: string,
    model: string,
    expected: { faces: number; attributes: number },
  ): StoredDescription | undefined {
    const row = describedRow(
      this.get(this.tables.described, [id, finder, model]),
      expected.faces,
      expected.attributes,
    );
    if (row === undefined) return undefined;
    const [bytes, strips, places] = row;
    const probabilities = new Float32Array(Uint8Array.from(bytes).buffer);
    if (!areProbabilities(probabilities)) return undefined;
    return { probabilities, crops: strips.map((strip, i) => ({ strip, at: places[i]! })) };
  }

  /** A JPEG of several faces, one below the other. One that is damaged is forgotten. */
  strip(id: number): Buffer | undefined {
    const bytes = this.get(this.tables.strips, id);
    if (bytes === undefined) return undefined;
    const jpeg = withoutChecksum(bytes);
    if (jpeg !== undefined) return jpeg;
    this.write(() => {
      this.tables.uses.removeSync(id);
    });
    return undefined;
  }

  hasStrip(id: number): boolean {
    return this.read(() => this.tables.uses.doesExist(id)) ?? false;
  }

  /** What was noted under a name: what a network is like, what was measured. */
  note(name: string): unknown {
    return this.get(this.tables.meta, noteKey(name));
  }

  /** The same where it is what it should be. */
  noteOf<T>(name: string, schema: z.ZodType<T>): T | undefined {
    return schema.safeParse(this.note(name)).data;
  }

  // --------------------------------------------------------------------------------------- writing

  /** Notes something; undefined forgets it. */
  setNote(name: string, value: unknown): void {
    this.write(() => {
      if (value === undefined) this.tables.meta.removeSync(noteKey(name));
      else this.tables.meta.putSync(noteKey(name), value);
    });
  }

  /**
   * Keeps images together with the strips that hold their crops, all or nothing. Never fails: a
   * store that cannot be written any more says so in `problem`.
   * @param strips JPEGs; `crops` of the records name them by their position here.
   * @param limit bytes the store may take; above it what was not used for the longest time is
   * forgotten.
   */
  keep(
    records: readonly StoreRecord[],
    strips: readonly Buffer[],
    keys: { finder: string; model: string },
    limit: number,
  ): void {
    const bytes = strips.reduce((sum, { length }) => sum + length, records.length * RECORD_BYTES);
    this.write(() => {
      const first = this.numbersFor('strip', strips.length);
      // Strips are written before anything tells of them: where that fails, or the process is
      // killed between, nothing misses them.
      this.tables.strips.transactionSync(() => {
        for (const [i, jpeg] of strips.entries())
          this.tables.strips.putSync(first + i, withChecksum(jpeg));
      });
      const ids = this.idsOf(records);
      const gone = this.tables.root.transactionSync(() =>
        this.keepRecords(records, ids, strips, first, keys, limit),
      );
      if (gone !== undefined) this.removeForgotten(gone);
    }, bytes);
  }

  /** Numbers of the records' contents: those they have, or new ones. */
  private idsOf(records: readonly StoreRecord[]): number[] {
    let next = this.numbersFor('content', records.length);
    return this.tables.contents.transactionSync(() =>
      records.map(({ identity: { size }, hash }) => {
        const key = contentKey(size, hash);
        const known = decoded(() => contentNumber(this.tables.contents.get(key)));
        if (known !== undefined) return known;
        this.tables.contents.putSync(key, next);
        return next++;
      }),
    );
  }

  /** What `keep` writes into the tables. @returns what was forgotten. Runs inside a transaction. */
  private keepRecords(
    records: readonly StoreRecord[],
    ids: readonly number[],
    strips: readonly Buffer[],
    first: number,
    keys: { finder: string; model: string },
    limit: number,
  ): Forgotten | undefined {
    const day = today();
    let bytes = this.bytes;
    const held = strips.map(() => new Set<number>());
    for (const [i, { described }] of records.entries())
      for (const { strip } of described?.crops ?? []) held[strip]!.add(ids[i]!);
    for (const [i, jpeg] of strips.entries()) {
      this.tables.uses.putSync(first + i, [
        day,
        stripBytes(jpeg),
        [...held[i]!],
        keys.finder,
        keys.model,
      ]);
      bytes += stripBytes(jpeg);
    }
    for (const [
      i,
      { path, identity, hash, found, described, finder = keys.finder },
    ] of records.entries()) {
      const id = ids[i]!;
      this.putFile(path, identity, { id, hash });
      if (!this.tables.found.doesExist([id, finder])) bytes += RECORD_BYTES;
      const faces =
        'faces' in found
          ? found.faces.map((face) => (face === null ? null : fromFace(face)))
          : null;
      this.tables.found.putSync(
        [id, finder],
        [identity.size, hash, 'reason' in found ? found.reason : null, faces],
      );
      if (described === undefined) continue;
      const { buffer, byteOffset, byteLength } = described.probabilities;
      const probabilities = Buffer.from(buffer.slice(byteOffset, byteOffset + byteLength));
      const [numbers, places] = [
        described.crops.map((crop) => first + crop.strip),
        described.crops.map(({ at }) => at),
      ];
      this.tables.described.putSync(
        [id, keys.finder, keys.model],
        [probabilities, numbers, places],
      );
    }
    this.tables.meta.putSync('bytes', bytes);
    return bytes > limit ? this.evict(limit * FILL_AFTER_EVICTION) : undefined;
  }

  /** The first of so many numbers, one after the other, that no other process is given. */
  private numbersFor(what: 'strip' | 'content', count: number): number {
    const own = this.numbers[what];
    if (own.end - own.next < count) {
      const size = Math.max(count, NUMBER_BLOCK);
      this.tables.root.transactionSync(() => {
        // Begins anywhere, so that numbers of a store that was cleared in the middle of a run do
        // not come again.
        own.next =
          decoded(() => contentNumber(this.tables.meta.get(`next ${what}`))) ??
          randomInt(1, 2 ** 47);
        own.end = own.next + size;
        this.tables.meta.putSync(`next ${what}`, own.end);
      });
    }
    const first = own.next;
    own.next += count;
    return first;
  }

  /**
   * Removes what is forgotten, and strips that processes left which were killed before they could
   * tell of them.
   */
  private removeForgotten({ strips: gone, contents }: Forgotten) {
    this.tables.contents.transactionSync(() => {
      for (const [size, hash] of contents) this.tables.contents.removeSync(contentKey(size, hash));
    });
    // The newest may be told of by another process in a moment.
    const next = decoded(() => contentNumber(this.tables.meta.get('next strip'))) ?? 0;
    const keys = [...this.tables.strips.getKeys({ end: next - MAX_BLOCKS * NUMBER_BLOCK })];
    const lost = keys.filter((id) => !this.tables.uses.doesExist(id));
    this.tables.strips.transactionSync(() => {
      for (const id of [...gone, ...lost]) this.tables.strips.removeSync(id);
    });
  }

  /**
   * Notes under which name known contents were seen, so that these files need not be read again,
   * and that strips are still used.
   */
  touch(files: readonly KnownFile[], strips: Iterable<number>): void {
    const day = today();
    const useOf = (id: number) => decoded(() => stripUse(this.tables.uses.get(id)));
    const old = [...strips].filter((id) => (this.read(() => useOf(id))?.[0] ?? day) < day);
    if (files.length === 0 && old.length === 0) return;
    this.write(() => {
      this.tables.root.transactionSync(() => {
        for (const { path, identity, content } of files) this.putFile(path, identity, content);
        for (const id of old) {
          const use = useOf(id);
          if (use !== undefined)
            this.tables.uses.putSync(id, [day, use[1], use[2], use[3], use[4]]);
        }
      });
    });
  }

  /**
   * Bytes taken, by the store's own account: LMDB's file keeps the space of what is forgotten, and
   * uses it again.
   */
  private get bytes(): number {
    const noted = decoded(() => this.tables.meta.get('bytes') ?? 0);
    if (typeof noted === 'number' && noted >= 0 && Number.isFinite(noted)) return noted;
    const strips = this.usedStrips().reduce((sum, { taken }) => sum + taken, 0);
    return strips + this.tables.found.getKeysCount() * RECORD_BYTES;
  }

  private putFile(
    path: string | Uint8Array,
    { size, modified, changed, inode }: FileIdentity,
    { id, hash }: Content,
  ) {
    // A file written just now may be written again within the grain of its times: its content is to
    // be looked at once more.
    if (!isSettled({ size, modified, changed, inode })) return;
    this.tables.files.putSync(fileKey(path), [size, modified, changed, inode, id, hash]);
  }

  /**
   * Forgets strips, the longest unused first, with what refers to them. Runs inside a transaction.
   */
  private evict(target: number): Forgotten {
    let bytes = this.bytes;
    const all = this.usedStrips();
    all.sort((a, b) => a.day - b.day || a.strip - b.strip);
    const strips: number[] = [];
    const contents: Forgotten['contents'] = [];
    const gone = new Set<number>();
    for (const { strip, taken, ids, finder, model } of all) {
      if (bytes <= target) break;
      this.tables.uses.removeSync(strip);
      strips.push(strip);
      bytes -= taken;
      for (const id of ids) {
        this.tables.described.removeSync([id, finder, model]);
        const row = decoded(() => foundRow(this.tables.found.get([id, finder])));
        if (row === undefined) continue;
        this.tables.found.removeSync([id, finder]);
        contents.push([row[0], row[1]]);
        gone.add(id);
        bytes -= RECORD_BYTES;
      }
    }
    for (const { key, value } of entriesOf(this.tables.files)) {
      const row = fileRow(value);
      if (row === undefined || gone.has(row[4])) this.tables.files.removeSync(key);
    }
    this.tables.meta.putSync('bytes', Math.max(0, bytes));
    return { strips, contents };
  }

  /**
   * Strips and what is noted of them. One of which that is damaged counts as unused for the longest
   * time.
   */
  private usedStrips() {
    return Array.from(entriesOf(this.tables.uses), ({ key, value }) => {
      const [day, taken, ids, finder, model] = stripUse(value) ?? [0, 0, [], '', ''];
      return { strip: key, day, taken, ids, finder, model };
    });
  }

  /**
   * A value of a table, of which only so much is sure as is looked at; undefined where there is
   * none.
   */
  private get<Value, Key extends string | number | Buffer | (string | number)[]>(
    table: Database<Value, Key>,
    key: Key,
  ): Value | undefined {
    if (!this.isOpen || this.isDamaged) return undefined;
    try {
      // a function for each would take as long again
      if (this.mark?.isCareful !== true) return table.get(key);
      return this.mark.inside(() => table.get(key));
    } catch (error) {
      this.meetInReading(error);
      return undefined;
    }
  }

  private read<T>(action: () => T): T | undefined {
    if (!this.isOpen || this.isDamaged) return undefined;
    try {
      return this.inside(action);
    } catch (error) {
      this.meetInReading(error);
      return undefined;
    }
  }

  /**
   * What cannot be decoded is not known. What LMDB reports is met here first: then nothing more is
   * asked of it.
   */
  private meetInReading(error: unknown): void {
    if (!isFromLmdb(error)) return;
    this.isDamaged = true;
    this.problem ??= `it is damaged (${messageOf(error)})`;
    this.mark?.fail();
  }

  /**
   * Transactions are committed at once: a failure is thrown here, and a handful of images takes
   * less than a millisecond.
   * @param bytes that are written, about.
   */
  private write(action: () => void, bytes = 0): void {
    if (this.problem !== undefined || !this.isOpen) return;
    try {
      if (freeSpace(this.folder) < MIN_FREE_BYTES + bytes)
        throw new Error('no space left on the disk');
      try {
        this.inside(action);
      } catch (error) {
        if (isDiskFailure(error)) throw error;
        // LMDB was seen to lose its way among its free pages, once in some million images. What it
        // knows of them, it reads anew.
        if (this.reopen()) this.inside(action);
      }
    } catch (error) {
      const isFull = isDiskFailure(error);
      this.problem = isFull ? 'there is no space left on the disk, or it fails' : messageOf(error);
      if (!isFull && isFromLmdb(error)) this.mark?.fail();
    }
  }

  private inside<T>(action: () => T): T {
    return this.mark === undefined ? action() : this.mark.inside(action);
  }
}

/**
 * @param all whether every page is looked at, or only what tells that LMDB can map the files.
 * @returns what is wrong with a store's files, for people; undefined where nothing is.
 */
function damageIn(folder: string, all: boolean): string | undefined {
  for (const name of DATA_FILES) {
    const file = LmdbFile.open(join(folder, name));
    try {
      const damage = all ? file?.damage() : file?.headerDamage();
      if (damage !== undefined) return `'${name}' is damaged: ${damage}`;
    } finally {
      file?.close();
    }
  }
  return undefined;
}

/** All of a table; undefined stands for values that cannot be decoded. */
function* entriesOf<Value, Key extends string | number>(
  table: Database<Value, Key>,
): Generator<{ key: Key; value: unknown }> {
  let seen = 0;
  try {
    for (const entry of table.getRange()) {
      seen += 1;
      yield entry;
    }
  } catch (error) {
    if (isFromLmdb(error)) throw error;
    // The rest one by one.
    for (const key of [...table.getKeys()].slice(seen))
      yield { key, value: decoded(() => table.get(key)) };
  }
}

function areProbabilities(values: Float32Array): boolean {
  let sound = 0;
  // an iterator would take several times as long
  while (values[sound]! >= 0 && values[sound]! <= 1) sound += 1;
  return sound === values.length;
}

/** @returns undefined where what was read cannot be decoded. @throws what LMDB reports. */
function decoded<T>(get: () => T): T | undefined {
  try {
    return get();
  } catch (error) {
    if (isFromLmdb(error)) throw error;
    return undefined;
  }
}

/** Its errors have numbers for codes. */
const isFromLmdb = (error: unknown) =>
  error instanceof Error && 'code' in error && typeof error.code === 'number';

/**
 * Longer paths than LMDB takes as keys are found by their hashes, as are those that are not text.
 */
const fileKey = (path: string | Uint8Array) => {
  if (typeof path === 'string' && path.length < LONGEST_KEY) return path;
  return `#${hashOf(typeof path === 'string' ? Buffer.from(path) : path)}`;
};

/** Names of notes hold paths as well. */
const noteKey = (name: string) =>
  `note ${name.length < LONGEST_KEY ? name : `#${hashOf(Buffer.from(name))}`}`;

/** Of a content's size in its key: up to 256 TB, beyond which all are alike. */
const SIZE_BYTES = 6;
/** Behind all hashes. */
const LAST_HASH = 'ff'.repeat(HASH_BYTES + 1);
const LARGEST_SIZE = 2 ** (8 * SIZE_BYTES) - 1;

/**
 * Bytes, not text: contents are looked for in no order, so that in a run all of their table comes
 * into memory.
 * @param hash in hexadecimal.
 */
function contentKey(size: number, hash: string): Buffer {
  const key = Buffer.alloc(SIZE_BYTES + hash.length / 2);
  key.writeUIntBE(Math.min(size, LARGEST_SIZE), 0, SIZE_BYTES);
  key.write(hash, SIZE_BYTES, 'hex');
  return key;
}

/** In characters, each of up to three bytes. */
const LONGEST_KEY = 600;

const stripBytes = (jpeg: Buffer) => Math.ceil((jpeg.length + 16) / PAGE) * PAGE;

/** LMDB tells of a write that was cut short as of any other that failed. */
const isDiskFailure = (error: unknown) =>
  /no space|ENOSPC|quota|EDQUOT|file too large|EFBIG|input\/output|MDB_MAP_FULL/i.test(
    messageOf(error),
  );
