/**
 * What was found in images, kept between runs: by content, so that a renamed or copied file is known, and by what it was found with, so that
 * another network or another version of the pipeline recomputes only what it must.
 *
 * An LMDB environment (Howard Chu's Lightning Memory-Mapped Database): several processes may use it at once, and a kill at any moment leaves
 * the state of the last transaction. It is a cache: where it cannot be used, a run does without it and says so.
 */
import { type FileHandle, mkdir, open, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Database, open as openLmdb, type RootDatabase } from 'lmdb';
import { codeOf, messageOf } from '../errors';
import { hashOf } from '../faces/describe';
import type { LocatedFace } from '../faces/detect';
import { type FileIdentity, isSettled, sameIdentity } from './identity';

/** Raised whenever the layout changes; stores of another layout are removed. */
const LAYOUT = 1;

const DATA = 'faces.mdb';
/** There while the store is being opened: how often that was begun. */
const OPENING = 'opening';
const ATTEMPTS = 2;

/** Bytes of a record beside its strip: its entries in the tables, roughly. */
const RECORD_BYTES = 700;
/** LMDB keeps large values in whole pages. */
const PAGE = 4096;
/** When the store is full, what was not used for the longest time is forgotten until it is this full. */
const AFTER_EVICTION = 0.9;
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

/** An image to be kept. `crops` name strips of the same batch, or of the store where `keptStrips`. */
export interface StoreRecord {
  path: string | Uint8Array;
  identity: FileIdentity;
  hash: string;
  found: Found;
  described: Described | undefined;
}

/** What is kept of a network file. */
export interface ModelInfo {
  crop: { width: number; height: number };
  attributes: string[];
}

type FileRow = [size: number, modified: number, changed: number, inode: number, hash: string];
type FoundRow = [size: number, reason: string | null, faces: (number[] | null)[] | null, day: number];
type DescribedRow = [probabilities: Uint8Array, strips: number[], places: number[]];
type StripUse = [day: number, bytes: number, described: string[], found: string[]];

const today = () => Math.floor(Date.now() / DAY);

export class FaceStore {
  /** Why nothing is kept any more; undefined while all is well. */
  problem: string | undefined;

  private readonly files: Database<FileRow, string>;
  private readonly found: Database<FoundRow, string>;
  private readonly sizes: Database<boolean, [number, string]>;
  private readonly described: Database<DescribedRow, string>;
  private readonly strips: Database<Buffer, number>;
  private readonly uses: Database<StripUse, number>;
  private readonly meta: Database<unknown, string>;

  private constructor(
    readonly folder: string,
    private readonly root: RootDatabase,
  ) {
    this.files = root.openDB<FileRow, string>('files', {});
    this.found = root.openDB<FoundRow, string>('found', {});
    this.sizes = root.openDB<boolean, [number, string]>('sizes', {});
    this.described = root.openDB<DescribedRow, string>('described', {});
    this.strips = root.openDB<Buffer, number>('strips', { encoding: 'binary' });
    this.uses = root.openDB<StripUse, number>('uses', {});
    this.meta = root.openDB<unknown, string>('meta', {});
  }

  /**
   * Opens the store in a folder, made where there is none; one that is damaged or of another layout is made anew.
   * @throws where the folder cannot be written.
   */
  static async open(folder: string): Promise<FaceStore> {
    await mkdir(folder, { recursive: true });
    // LMDB trusts its file: one that is damaged may end the process. What ended it twice is not opened a third time.
    const attempts = (await attemptsIn(folder)) + 1;
    if (attempts > ATTEMPTS || (await isDamaged(join(folder, DATA)))) return FaceStore.anew(folder);
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
    await mkdir(folder, { recursive: true });
    return FaceStore.openNow(folder);
  }

  private static openNow(folder: string): FaceStore {
    // No shared structures: every process reads what any other wrote without asking it.
    const root = openLmdb({ path: join(folder, DATA), maxDbs: 16, cache: false });
    try {
      root.readerCheck(); // readers that were killed would keep freed pages from being used again
      const store = new FaceStore(folder, root);
      const layout = store.meta.get('layout');
      if (layout === undefined) store.meta.putSync('layout', LAYOUT);
      else if (layout !== LAYOUT) throw new Error(`the store has another layout: expected ${String(LAYOUT)}`);
      return store;
    } catch (error) {
      void root.close();
      throw error;
    }
  }

  /** Bytes the store takes on disk. */
  async size(): Promise<number> {
    return (await stat(join(this.folder, DATA))).size;
  }

  /** Images whose faces are kept, and strips of crops. */
  counts(): { images: number; strips: number } {
    return { images: this.found.getKeysCount(), strips: this.strips.getKeysCount() };
  }

  async close(): Promise<void> {
    await this.root.close();
  }

  // ------------------------------------------------------------------------------------------------------------- reading

  /** Hash of a file's content, without reading it; undefined where it is new or has changed. */
  hashOfFile(path: string | Uint8Array, identity: FileIdentity): string | undefined {
    const row = this.files.get(fileKey(path));
    if (row === undefined) return undefined;
    const [size, modified, changed, inode, hash] = row;
    return sameIdentity(identity, { size, modified, changed, inode }) ? hash : undefined;
  }

  /** Hashes of the contents known that have so many bytes. */
  candidates(size: number): string[] {
    return [...this.sizes.getKeys({ start: [size, ''], end: [size, '~'] })].map(([, hash]) => hash);
  }

  /** @param finder key of how faces are found. */
  foundIn(hash: string, finder: string): Found | undefined {
    const row = this.found.get(hash + finder);
    if (row === undefined) return undefined;
    const [, reason, faces] = row;
    return reason === null ? { faces: (faces ?? []).map((face) => (face === null ? null : toFace(face))) } : { reason };
  }

  /** @param model key of the network. */
  describedBy(hash: string, finder: string, model: string): Described | undefined {
    const row = this.described.get(hash + finder + model);
    if (row === undefined) return undefined;
    const [bytes, strips, places] = row;
    return {
      probabilities: new Float32Array(Uint8Array.from(bytes).buffer),
      crops: strips.map((strip, i) => ({ strip, at: places[i]! })),
    };
  }

  /** A JPEG of several faces, one below the other. */
  strip(id: number): Buffer | undefined {
    return this.strips.get(id);
  }

  hasStrip(id: number): boolean {
    return this.strips.doesExist(id);
  }

  /** What was noted under a name: what a network is like, what was measured. */
  note(name: string): unknown {
    return this.meta.get(`note ${name}`);
  }

  // ------------------------------------------------------------------------------------------------------------- writing

  /** Notes something; undefined forgets it. */
  setNote(name: string, value: unknown): void {
    this.write(() => {
      if (value === undefined) this.meta.removeSync(`note ${name}`);
      else this.meta.putSync(`note ${name}`, value);
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
      const day = today();
      let bytes = this.bytes;
      const ids = strips.map((jpeg, i) => {
        const [last = 0] = [...this.strips.getKeys({ reverse: true, limit: 1 })];
        this.strips.putSync(last + 1, jpeg);
        const names = { described: [] as string[], found: [] as string[] };
        for (const { hash, described } of records) {
          if (described?.crops.some(({ strip }) => strip === i) !== true) continue;
          names.described.push(hash + keys.finder + keys.model);
          names.found.push(hash + keys.finder);
        }
        const taken = stripBytes(jpeg);
        this.uses.putSync(last + 1, [day, taken, names.described, names.found]);
        bytes += taken;
        return last + 1;
      });
      for (const { path, identity, hash, found, described } of records) {
        this.putFile(path, identity, hash);
        const foundKey = hash + keys.finder;
        if (!this.found.doesExist(foundKey)) bytes += RECORD_BYTES;
        const faces = 'faces' in found ? found.faces.map((face) => (face === null ? null : fromFace(face))) : null;
        this.found.putSync(foundKey, [identity.size, 'reason' in found ? found.reason : null, faces, day]);
        this.sizes.putSync([identity.size, hash], true);
        if (described === undefined) continue;
        const { buffer, byteOffset, byteLength } = described.probabilities;
        const probabilities = Buffer.from(buffer.slice(byteOffset, byteOffset + byteLength));
        const places = described.crops.map(({ at }) => at);
        this.described.putSync(foundKey + keys.model, [probabilities, described.crops.map(({ strip }) => ids[strip]!), places]);
      }
      this.meta.putSync('bytes', bytes);
      if (bytes > limit) this.evict(limit * AFTER_EVICTION);
    });
  }

  /** Notes under which name known contents were seen, so that these files need not be read again, and that strips are still used. */
  touch(files: readonly Pick<StoreRecord, 'path' | 'identity' | 'hash'>[], strips: Iterable<number>): void {
    const day = today();
    const old = [...strips].filter((id) => (this.uses.get(id)?.[0] ?? day) < day);
    if (files.length === 0 && old.length === 0) return;
    this.write(() => {
      for (const { path, identity, hash } of files) this.putFile(path, identity, hash);
      for (const id of old) {
        const use = this.uses.get(id);
        if (use !== undefined) this.uses.putSync(id, [day, use[1], use[2], use[3]]);
      }
    });
  }

  /** Bytes taken, by the store's own account: LMDB's file keeps the space of what is forgotten, and uses it again. */
  private get bytes(): number {
    return Number(this.meta.get('bytes') ?? 0);
  }

  private putFile(path: string | Uint8Array, identity: FileIdentity, hash: string) {
    // A file written just now may be written again within the grain of its times: its content is to be looked at once more.
    if (!isSettled(identity)) return;
    this.files.putSync(fileKey(path), [identity.size, identity.modified, identity.changed, identity.inode, hash]);
  }

  /** Forgets strips, the longest unused first, with what refers to them. Runs inside a transaction. */
  private evict(target: number) {
    let bytes = this.bytes;
    const all = [...this.uses.getRange()].map(({ key, value }) => ({ id: key, day: value[0], taken: value[1], names: value }));
    all.sort((a, b) => a.day - b.day || a.id - b.id);
    const gone = new Set<string>();
    for (const { id, taken, names } of all) {
      if (bytes <= target) break;
      this.strips.removeSync(id);
      this.uses.removeSync(id);
      for (const name of names[2]) this.described.removeSync(name);
      for (const name of names[3]) {
        const row = this.found.get(name);
        if (row === undefined) continue;
        const hash = name.slice(0, 32);
        this.found.removeSync(name);
        this.sizes.removeSync([row[0], hash]);
        gone.add(hash);
        bytes -= RECORD_BYTES;
      }
      bytes -= taken;
    }
    for (const { key, value } of this.files.getRange()) if (gone.has(value[4])) this.files.removeSync(key);
    this.meta.putSync('bytes', Math.max(0, bytes));
  }

  /** Commits at once: a failure is thrown here, and a handful of images takes less than a millisecond. */
  private write(action: () => void): void {
    if (this.problem !== undefined) return;
    try {
      this.root.transactionSync(action);
    } catch (error) {
      this.problem = writeReason(error);
    }
  }
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

const fileKey = (path: string | Uint8Array) => hashOf(typeof path === 'string' ? Buffer.from(path) : path);

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

function writeReason(error: unknown): string {
  const text = messageOf(error);
  // LMDB tells of a write that was cut short as of any other that failed.
  if (/no space|ENOSPC|file too large|EFBIG|input\/output|MDB_MAP_FULL/i.test(text))
    return 'there is no space left on the disk, or it fails';
  return text;
}
