/**
 * What was found in images, kept between runs: by content, so that a renamed or copied file is known, and by what it was found with, so that
 * another network or another version of the pipeline recomputes only what it must.
 *
 * An LMDB environment (Howard Chu's Lightning Memory-Mapped Database): several processes may use it at once, and a kill at any moment leaves
 * the state of the last transaction. It is a cache: where it cannot be used, a run does without it and says so.
 */
import { randomInt } from 'node:crypto';
import { mkdirSync, statSync } from 'node:fs';
import { type FileHandle, open, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Database, open as openLmdb, type RootDatabase } from 'lmdb';
import { codeOf, messageOf } from '../errors';
import { hashOf } from '../faces/describe';
import type { LocatedFace } from '../faces/detect';
import type { Framing } from '../faces/framing';
import { type FileIdentity, isSettled, sameIdentity } from './identity';

/** Raised whenever the layout changes; stores of another layout are removed. */
const LAYOUT = 4;

const DATA = 'faces.mdb';
/** Crops have a file of their own: what is read of the small tables would else be strewn over a hundred times as many pages. */
const STRIPS = 'crops.mdb';
/** So have contents, whose hashes lie in no order: each look at one of them would bring some of the other tables' pages into memory. */
const CONTENTS = 'contents.mdb';
const FILES = [DATA, STRIPS, CONTENTS];
/** There while the store is being opened: how often that was begun. */
const OPENING = 'opening';
const ATTEMPTS = 2;

/** Bytes of a record beside its strip: its entries in the tables, roughly. */
const RECORD_BYTES = 700;
/** LMDB keeps large values in whole pages. */
const PAGE = 4096;
/** When the store is full, what was not used for the longest time is forgotten until it is this full. */
const AFTER_EVICTION = 0.9;
/** Numbers for strips that a process reserves at a time, and how many such blocks may be in use. */
const NUMBERS = 4096;
const RECENT = 64;
/** Contents that an image is compared with before it is described, at most. */
const CANDIDATES = 256;
const DAY = 24 * 60 * 60 * 1000;

/** What was found in an image. */
export type Found =
  | { reason: string }
  /** Null stands for the image as a whole. */
  | { faces: (LocatedFace | null)[] };

/** Where the crop of a face is kept: a strip and its place in it. */
export interface KeptCrop {
  strip: number;
  at: number;
}

/** What a network said of the faces of an image. */
export interface Described {
  /** `[faces, attributes]`, in [0, 1]. */
  probabilities: Float32Array;
  crops: KeptCrop[];
}

/** An image to be kept. `crops` name strips of the same batch. */
export interface StoreRecord {
  path: string | Uint8Array;
  identity: FileIdentity;
  hash: string;
  found: Found;
  described: Described | undefined;
  /** Key it is kept under instead of the others' `finder`; see `StoreKeys.limited`. */
  finder?: string | undefined;
}

/** A file whose content was known under another name. */
export interface KnownFile {
  path: string | Uint8Array;
  identity: FileIdentity;
  content: Content;
}

/** What is kept of a network file. */
export interface ModelInfo {
  crop: Framing;
  attributes: string[];
  /** Where the file says. */
  thresholds: number[] | undefined;
}

/** A content that is known: its number, in the order of coming, and its hash. */
export interface Content {
  id: number;
  hash: string;
}

// Contents are numbered, so that what belongs to the images of a run lies side by side: a commit writes few pages then. Files are found by their
// paths for the same reason.
type FileRow = [size: number, modified: number, changed: number, inode: number, id: number, hash: string];
type FoundRow = [size: number, hash: string, reason: string | null, faces: (number[] | null)[] | null];
type DescribedRow = [probabilities: Uint8Array, strips: number[], places: number[]];
type StripUse = [day: number, bytes: number, ids: number[], finder: string, model: string];

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
  /** An environment of its own. A strip is there before anything tells of it, and no longer told of when it goes. */
  strips: RootDatabase<Buffer, number>;
  /** Likewise: numbers of contents. Where a process is killed in between, one of which nothing is told is given to the content later. */
  contents: RootDatabase<number, Buffer>;
  /** One for each strip. */
  uses: Database<StripUse, number>;
  meta: Database<unknown, string>;
}

/** Address space an environment is given beyond its file: far more than is written before it is opened again. */
const HEADROOM = 256 * 1024 * 1024;

/** Room from the start, so that LMDB need not enlarge its map in the middle of a transaction. Only what is written takes space. */
function withRoom(path: string): { path: string; mapSize: number } {
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  return { path, mapSize: Math.ceil((size + HEADROOM) / HEADROOM) * HEADROOM };
}

function openTables(folder: string): Tables {
  mkdirSync(folder, { recursive: true }); // another window may have cleared the store
  const root = openLmdb({ ...withRoom(join(folder, DATA)), maxDbs: 16, cache: false });
  return {
    root,
    files: root.openDB('files', {}),
    found: root.openDB('found', {}),
    described: root.openDB('described', {}),
    strips: openLmdb<Buffer, number>({ ...withRoom(join(folder, STRIPS)), encoding: 'binary', cache: false }),
    contents: openLmdb<number, Buffer>({ ...withRoom(join(folder, CONTENTS)), keyEncoding: 'binary', cache: false }),
    uses: root.openDB('uses', {}),
    meta: root.openDB('meta', {}),
  };
}

async function close({ root, strips, contents }: Tables): Promise<void> {
  await Promise.all([root, strips, contents].map((environment) => environment.close()));
}

export class FaceStore {
  /** Why nothing is kept any more; undefined while all is well. */
  problem: string | undefined;

  /** Numbers that this process may still give. */
  private readonly numbers = { strip: { next: 0, end: 0 }, content: { next: 0, end: 0 } };

  private constructor(
    readonly folder: string,
    private tables: Tables,
  ) {}

  /**
   * Opens the store in a folder, made where there is none; one that is damaged or of another layout is made anew.
   * @throws where the folder cannot be written.
   */
  static async open(folder: string): Promise<FaceStore> {
    mkdirSync(folder, { recursive: true });
    // LMDB trusts its file: one that is damaged may end the process. What ended it twice is not opened a third time.
    const attempts = (await attemptsIn(folder)) + 1;
    const damaged = await Promise.all(FILES.map((name) => isDamaged(join(folder, name))));
    if (attempts > ATTEMPTS || damaged.includes(true)) return FaceStore.anew(folder);
    await writeFile(join(folder, OPENING), String(attempts));
    try {
      return FaceStore.openNow(folder);
    } catch (error) {
      if (!/MDB_(INVALID|CORRUPTED|VERSION_MISMATCH|PANIC|PAGE_NOTFOUND)|another layout/.test(messageOf(error))) throw error;
      return await FaceStore.anew(folder);
    } finally {
      await rm(join(folder, OPENING), { force: true });
    }
  }

  private static async anew(folder: string): Promise<FaceStore> {
    await rm(folder, { recursive: true, force: true });
    return FaceStore.openNow(folder);
  }

  private static openNow(folder: string): FaceStore {
    const tables = openTables(folder);
    try {
      // Readers that were killed would keep freed pages from being used again.
      tables.root.readerCheck();
      tables.strips.readerCheck();
      tables.contents.readerCheck();
      const layout = tables.meta.get('layout');
      if (layout === undefined) tables.meta.putSync('layout', LAYOUT);
      else if (layout !== LAYOUT) throw new Error(`the store has another layout: expected ${String(LAYOUT)}`);
      const used = tables.uses.getKeysCount({ limit: 1 }) > 0;
      const lost = [tables.strips, tables.contents].some((environment) => environment.getKeysCount({ limit: 1 }) === 0);
      if (used && lost) throw new Error('the store has another layout: one of its files is gone');
      return new FaceStore(folder, tables);
    } catch (error) {
      void close(tables);
      throw error;
    }
  }

  /**
   * Lets go of memory: LMDB maps what it reads, and around every page the kernel maps its neighbours, until all of the file counts as this
   * process's memory. Takes a millisecond.
   */
  unmap(): void {
    if (this.problem !== undefined) return;
    void close(this.tables); // at once, since nothing is written asynchronously
    this.tables = openTables(this.folder);
  }

  /** Images whose faces are kept, and strips of crops. */
  counts(): { images: number; strips: number } {
    return { images: this.tables.found.getKeysCount(), strips: this.tables.uses.getKeysCount() };
  }

  close(): Promise<void> {
    return close(this.tables);
  }

  // ------------------------------------------------------------------------------------------------------------- reading

  /** A file's content, without reading it; undefined where it is new or has changed. */
  contentOf(path: string | Uint8Array, identity: FileIdentity): Content | undefined {
    const row = this.tables.files.get(fileKey(path));
    if (row === undefined) return undefined;
    const [size, modified, changed, inode, id, hash] = row;
    return sameIdentity(identity, { size, modified, changed, inode }) ? { id, hash } : undefined;
  }

  /** A content by its size in bytes and its hash. */
  contentWith(size: number, hash: string): Content | undefined {
    const id = this.tables.contents.get(contentKey(size, hash));
    return id === undefined ? undefined : { id, hash };
  }

  /** Hashes of contents known that have so many bytes: all, but where formats without compression make all files alike long. */
  candidates(size: number): string[] {
    const range = { start: contentKey(size, ''), end: contentKey(size + 1, ''), limit: CANDIDATES };
    return [...this.tables.contents.getKeys(range)].map((key) => key.toString('hex', SIZE_BYTES));
  }

  /** @param finder key of how faces are found. */
  foundIn({ id, hash }: Content, finder: string): Found | undefined {
    const row = this.tables.found.get([id, finder]);
    // Where the store was cleared in the middle of a run, a number noted before may be another content's now.
    if (row?.[1] !== hash) return undefined;
    const [, , reason, faces] = row;
    return reason === null ? { faces: (faces ?? []).map((face) => (face === null ? null : toFace(face))) } : { reason };
  }

  /** @param model key of the network. */
  describedBy({ id }: Content, finder: string, model: string): Described | undefined {
    const row = this.tables.described.get([id, finder, model]);
    if (row === undefined) return undefined;
    const [bytes, strips, places] = row;
    return {
      probabilities: new Float32Array(Uint8Array.from(bytes).buffer),
      crops: strips.map((strip, i) => ({ strip, at: places[i]! })),
    };
  }

  /** A JPEG of several faces, one below the other. */
  strip(id: number): Buffer | undefined {
    return this.tables.strips.get(id);
  }

  hasStrip(id: number): boolean {
    return this.tables.uses.doesExist(id);
  }

  /** What was noted under a name: what a network is like, what was measured. */
  note(name: string): unknown {
    return this.tables.meta.get(`note ${name}`);
  }

  // ------------------------------------------------------------------------------------------------------------- writing

  /** Notes something; undefined forgets it. */
  setNote(name: string, value: unknown): void {
    this.write(() => {
      if (value === undefined) this.tables.meta.removeSync(`note ${name}`);
      else this.tables.meta.putSync(`note ${name}`, value);
    });
  }

  /**
   * Keeps images together with the strips that hold their crops, all or nothing. Never fails: a store that cannot be written any more
   * says so in `problem`.
   * @param strips JPEGs; `crops` of the records name them by their position here.
   * @param limit bytes the store may take; above it what was not used for the longest time is forgotten.
   */
  keep(records: readonly StoreRecord[], strips: readonly Buffer[], keys: { finder: string; model: string }, limit: number): void {
    this.write(() => {
      const first = this.numbersFor('strip', strips.length);
      // Strips are written before anything tells of them: where that fails, or the process is killed between, nothing misses them.
      this.tables.strips.transactionSync(() => {
        for (const [i, jpeg] of strips.entries()) this.tables.strips.putSync(first + i, jpeg);
      });
      const ids = this.idsOf(records);
      const gone = this.tables.root.transactionSync(() => this.keepRecords(records, ids, strips, first, keys, limit));
      if (gone !== undefined) this.removeForgotten(gone);
    });
  }

  /** Numbers of the records' contents: those they have, or new ones. */
  private idsOf(records: readonly StoreRecord[]): number[] {
    let next = this.numbersFor('content', records.length);
    return this.tables.contents.transactionSync(() =>
      records.map(({ identity: { size }, hash }) => {
        const key = contentKey(size, hash);
        const known = this.tables.contents.get(key);
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
    for (const [i, { described }] of records.entries()) for (const { strip } of described?.crops ?? []) held[strip]!.add(ids[i]!);
    for (const [i, jpeg] of strips.entries()) {
      this.tables.uses.putSync(first + i, [day, stripBytes(jpeg), [...held[i]!], keys.finder, keys.model]);
      bytes += stripBytes(jpeg);
    }
    for (const [i, { path, identity, hash, found, described, finder = keys.finder }] of records.entries()) {
      const id = ids[i]!;
      this.putFile(path, identity, { id, hash });
      if (!this.tables.found.doesExist([id, finder])) bytes += RECORD_BYTES;
      const faces = 'faces' in found ? found.faces.map((face) => (face === null ? null : fromFace(face))) : null;
      this.tables.found.putSync([id, finder], [identity.size, hash, 'reason' in found ? found.reason : null, faces]);
      if (described === undefined) continue;
      const { buffer, byteOffset, byteLength } = described.probabilities;
      const probabilities = Buffer.from(buffer.slice(byteOffset, byteOffset + byteLength));
      const [numbers, places] = [described.crops.map((crop) => first + crop.strip), described.crops.map(({ at }) => at)];
      this.tables.described.putSync([id, keys.finder, keys.model], [probabilities, numbers, places]);
    }
    this.tables.meta.putSync('bytes', bytes);
    return bytes > limit ? this.evict(limit * AFTER_EVICTION) : undefined;
  }

  /** The first of so many numbers, one after the other, that no other process is given. */
  private numbersFor(what: 'strip' | 'content', count: number): number {
    const own = this.numbers[what];
    if (own.end - own.next < count) {
      const size = Math.max(count, NUMBERS);
      this.tables.root.transactionSync(() => {
        // Begins anywhere, so that numbers of a store that was cleared in the middle of a run do not come again.
        own.next = Number(this.tables.meta.get(`next ${what}`) ?? randomInt(1, 2 ** 47));
        own.end = own.next + size;
        this.tables.meta.putSync(`next ${what}`, own.end);
      });
    }
    const first = own.next;
    own.next += count;
    return first;
  }

  /** Removes what is forgotten, and strips that processes left which were killed before they could tell of them. */
  private removeForgotten({ strips: gone, contents }: Forgotten) {
    this.tables.contents.transactionSync(() => {
      for (const [size, hash] of contents) this.tables.contents.removeSync(contentKey(size, hash));
    });
    // The newest may be told of by another process in a moment.
    const settled = Number(this.tables.meta.get('next strip') ?? 0) - RECENT * NUMBERS;
    const lost = [...this.tables.strips.getKeys({ end: settled })].filter((id) => !this.tables.uses.doesExist(id));
    this.tables.strips.transactionSync(() => {
      for (const id of [...gone, ...lost]) this.tables.strips.removeSync(id);
    });
  }

  /** Notes under which name known contents were seen, so that these files need not be read again, and that strips are still used. */
  touch(files: readonly KnownFile[], strips: Iterable<number>): void {
    const day = today();
    const old = [...strips].filter((id) => (this.tables.uses.get(id)?.[0] ?? day) < day);
    if (files.length === 0 && old.length === 0) return;
    this.write(() => {
      this.tables.root.transactionSync(() => {
        for (const { path, identity, content } of files) this.putFile(path, identity, content);
        for (const id of old) {
          const use = this.tables.uses.get(id);
          if (use !== undefined) this.tables.uses.putSync(id, [day, use[1], use[2], use[3], use[4]]);
        }
      });
    });
  }

  /** Bytes taken, by the store's own account: LMDB's file keeps the space of what is forgotten, and uses it again. */
  private get bytes(): number {
    return Number(this.tables.meta.get('bytes') ?? 0);
  }

  private putFile(path: string | Uint8Array, { size, modified, changed, inode }: FileIdentity, { id, hash }: Content) {
    // A file written just now may be written again within the grain of its times: its content is to be looked at once more.
    if (!isSettled({ size, modified, changed, inode })) return;
    this.tables.files.putSync(fileKey(path), [size, modified, changed, inode, id, hash]);
  }

  /** Forgets strips, the longest unused first, with what refers to them. Runs inside a transaction. */
  private evict(target: number): Forgotten {
    let bytes = this.bytes;
    const all = [...this.tables.uses.getRange()].map(({ key, value: [day, taken, ids, finder, model] }) => ({
      strip: key,
      day,
      taken,
      ids,
      finder,
      model,
    }));
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
        const row = this.tables.found.get([id, finder]);
        if (row === undefined) continue;
        this.tables.found.removeSync([id, finder]);
        contents.push([row[0], row[1]]);
        gone.add(id);
        bytes -= RECORD_BYTES;
      }
    }
    for (const { key, value } of this.tables.files.getRange()) if (gone.has(value[4])) this.tables.files.removeSync(key);
    this.tables.meta.putSync('bytes', Math.max(0, bytes));
    return { strips, contents };
  }

  /** Transactions are committed at once: a failure is thrown here, and a handful of images takes less than a millisecond. */
  private write(action: () => void): void {
    if (this.problem !== undefined) return;
    try {
      try {
        action();
      } catch (error) {
        if (isDiskFailure(error)) throw error;
        // LMDB was seen to lose its way among its free pages, once in some million images. What it knows of them, it reads anew.
        this.unmap();
        action();
      }
    } catch (error) {
      this.problem = isDiskFailure(error) ? 'there is no space left on the disk, or it fails' : messageOf(error);
    }
  }
}

/** Bytes the store in a folder takes on disk; 0 where there is none. */
export async function storeBytes(folder: string): Promise<number> {
  const sizes = FILES.map((name) =>
    stat(join(folder, name)).then(
      ({ size }) => size,
      () => 0, // nothing is kept yet
    ),
  );
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}

async function attemptsIn(folder: string): Promise<number> {
  try {
    return Number(await readFile(join(folder, OPENING), 'utf8'));
  } catch {
    return 0; // the last one went well
  }
}

/** What LMDB's first two pages hold 24 bytes from their beginning, in its byte order. */
const MAGIC = Buffer.from('dec0efbe', 'hex');

/** Whether a file is there that is none of LMDB's. */
async function isDamaged(file: string): Promise<boolean> {
  let handle: FileHandle;
  try {
    handle = await open(file, 'r');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false; // a new store
    throw error;
  }
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(2 * PAGE), 0, 2 * PAGE, 0);
    if (bytesRead === 0) return false; // created, and nothing written yet
    const magicAt = (page: number) => buffer.subarray(page * PAGE + 24, page * PAGE + 28).equals(MAGIC);
    return bytesRead < 2 * PAGE || !magicAt(0) || !magicAt(1);
  } finally {
    await handle.close();
  }
}

/** Longer paths than LMDB takes as keys are found by their hashes, as are those that are not text. */
const fileKey = (path: string | Uint8Array) => {
  if (typeof path === 'string' && path.length < LONGEST_KEY) return path;
  return `#${hashOf(typeof path === 'string' ? Buffer.from(path) : path)}`;
};

/** Of a content's size in its key: up to 256 TB. */
const SIZE_BYTES = 6;

/** Bytes, not text: contents are looked for in no order, so that in a run all of their table comes into memory. @param hash in hexadecimal. */
function contentKey(size: number, hash: string): Buffer {
  const key = Buffer.alloc(SIZE_BYTES + hash.length / 2);
  key.writeUIntBE(size, 0, SIZE_BYTES);
  key.write(hash, SIZE_BYTES, 'hex');
  return key;
}

/** In characters, each of up to three bytes. */
const LONGEST_KEY = 600;

const stripBytes = (jpeg: Buffer) => Math.ceil((jpeg.length + 16) / PAGE) * PAGE;

/** A face as numbers: score, box, eyes, mouth. */
function fromFace({ score, box, eyes: [left, right], mouth }: LocatedFace): number[] {
  return [score, box.x, box.y, box.width, box.height, left.x, left.y, right.x, right.y, mouth.x, mouth.y];
}

function toFace(row: number[]): LocatedFace {
  const [score, x, y, width, height, leftX, leftY, rightX, rightY, mouthX, mouthY] = row as Eleven;
  return {
    score,
    box: { x, y, width, height },
    eyes: [
      { x: leftX, y: leftY },
      { x: rightX, y: rightY },
    ],
    mouth: { x: mouthX, y: mouthY },
  };
}

type Eleven = [number, number, number, number, number, number, number, number, number, number, number];

/** LMDB tells of a write that was cut short as of any other that failed. */
const isDiskFailure = (error: unknown) => /no space|ENOSPC|file too large|EFBIG|input\/output|MDB_MAP_FULL/i.test(messageOf(error));
