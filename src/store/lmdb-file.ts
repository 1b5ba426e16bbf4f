/**
 * Looks at a file of LMDB's without mapping it into memory. LMDB trusts its files: one that is cut
 * short ends the process with SIGBUS as soon as a page beyond its end is looked at, and one that
 * holds garbage with SIGSEGV or an assertion.
 *
 * The layout is that of mdb.c in the lmdb package, version 2 of the format, on 64-bit machines of
 * little endian: two meta pages, of which the one of the later transaction counts, a B+ tree of the
 * free pages, and one of the data, whose leaves may hold the roots of named tables.
 */
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { codeOf, messageOf } from '../util/errors';

const MAGIC = 0xbeefc0de;
const VERSION = 2;
/** LMDB takes pages of 256 to 65,536 bytes. */
const MIN_PAGE_SIZE = 256;
const MAX_PAGE_SIZE = 0x1_0000;
const PAGE_HEADER = 24;
const META_BYTES = 136;
/** Levels of a tree, at most (`CURSOR_STACK`). */
const MAX_DEPTH = 32;
/**
 * Header of a node on a page, and what follows its key where the value lies on pages of its own
 * (`MDB_ovpage`).
 */
const NODE_HEADER = 8;
const OVERFLOW_REFERENCE = 24;
/** Bytes of the root of a tree (`MDB_db`). */
const TREE_BYTES = 48;

const BRANCH_PAGE = 1;
const LEAF_PAGE = 2;
const OVERFLOW_PAGE = 4;
const META_PAGE = 8;
const OVERFLOW_NODE = 1;
const TABLE_NODE = 2;

/** Windows has neither of the two. */
const { O_NOFOLLOW: NO_FOLLOW = 0, O_NONBLOCK: NO_WAIT = 0 } = constants as Partial<
  typeof constants
>;

/** How often a file is looked at anew that another process writes meanwhile. */
const ATTEMPTS = 5;

/** A tree, as its root is noted. */
interface Tree {
  /** Null for one that is empty. */
  root: number | null;
  depth: number;
  branches: number;
  leaves: number;
  overflows: number;
  entries: number;
}

interface Meta {
  pageSize: number;
  lastPage: number;
  transaction: number;
  free: Tree;
  main: Tree;
}

/** A node of a leaf. */
interface LeafNode {
  key: Buffer;
  /** Undefined where it lies on pages of its own. */
  value: Buffer | undefined;
  overflow: { page: number; pages: number; bytes: number } | undefined;
  isTable: boolean;
}

/** What is wrong with a file, for people. */
class Damage extends Error {}

export class LmdbFile {
  private constructor(
    private readonly fd: number,
    private readonly size: number,
  ) {}

  /**
   * @returns undefined where there is no file, or an empty one, which LMDB takes for a new one.
   * @throws Error where it cannot be read, is a symbolic link, or no regular file.
   */
  static open(path: string): LmdbFile | undefined {
    let fd: number;
    try {
      // Opening a FIFO would wait for whoever writes it.
      fd = openSync(path, constants.O_RDONLY | NO_FOLLOW | NO_WAIT);
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return undefined;
      throw error;
    }
    let file: LmdbFile | undefined;
    try {
      const stats = fstatSync(fd);
      if (!stats.isFile()) throw new Error(`'${path}' is not a regular file`);
      if (stats.size > 0) file = new LmdbFile(fd, stats.size);
    } finally {
      if (file === undefined) closeSync(fd);
    }
    return file;
  }

  close(): void {
    closeSync(this.fd);
  }

  /**
   * Looks at the first pages and the length of the file: what LMDB relies on when it maps it. Takes
   * microseconds.
   * @returns what is wrong, for people; undefined where nothing is.
   */
  headerDamage(): string | undefined {
    return this.settled((meta) => {
      if (this.size >= (meta.lastPage + 1) * meta.pageSize) return;
      // Pages at the end that were given back in the transaction that took them were never written.
      const missing = new PageSet(meta);
      this.walk(meta.free, meta, new PageSet(meta), (node) => {
        for (const page of this.freePages(node, meta)) missing.add(page);
      });
      for (let page = Math.floor(this.size / meta.pageSize); page <= meta.lastPage; page++) {
        if (missing.has(page)) continue;
        throw new Damage(
          `it is cut short: expected ${meta.lastPage + 1} pages of ${meta.pageSize} bytes, got ${this.size} bytes`,
        );
      }
    });
  }

  /**
   * Looks at every page, but not into large values: whether the trees hang together. Takes about a
   * second for a million images.
   * @returns what is wrong, for people; undefined where nothing is.
   */
  damage(): string | undefined {
    return this.settled((meta) => {
      const pages = new PageSet(meta);
      this.walk(meta.free, meta, pages, (node) => {
        for (const page of this.freePages(node, meta)) pages.claim(page);
      });
      this.walk(meta.main, meta, pages, (node) => {
        if (node.isTable) this.walk(this.tableOf(node, meta), meta, pages);
      });
    });
  }

  /**
   * Number of entries of each named table.
   * @returns undefined where the file is damaged.
   */
  tables(): Map<string, number> | undefined {
    const tables = new Map<string, number>();
    const damage = this.settled((meta) => {
      tables.clear();
      this.walk(meta.main, meta, new PageSet(meta), (node) => {
        if (!node.isTable) return;
        const name = node.key.toString('latin1').replace(/\0$/, '');
        tables.set(name, this.tableOf(node, meta).entries);
      });
    });
    return damage === undefined ? tables : undefined;
  }

  /**
   * Pages may be written anew by another process while they are looked at, and be garbage then:
   * what is found counts where no transaction came between.
   */
  private settled(look: (meta: Meta) => void): string | undefined {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      let before: number | undefined;
      try {
        const meta = this.meta();
        before = meta.transaction;
        look(meta);
        return undefined;
      } catch (error) {
        if (!(error instanceof Damage)) throw error;
        if (before === undefined || this.transaction() === before) return messageOf(error);
      }
    }
    return undefined; // it is in use, which a damaged one could hardly be
  }

  // ------------------------------------------------------------------------------------ meta pages

  /**
   * Number of the last transaction; undefined where the meta pages are damaged, or being written.
   */
  private transaction(): number | undefined {
    try {
      return this.meta().transaction;
    } catch (error) {
      if (!(error instanceof Damage)) throw error;
      return undefined;
    }
  }

  /** @returns the meta page that counts. */
  private meta(): Meta {
    const first = this.metaAt(0);
    if (first === undefined) throw new Damage('its first page is none of this format');
    const second = this.metaAt(first.pageSize);
    if (second?.pageSize !== first.pageSize)
      throw new Damage('its second page is none of this format');
    const meta = second.transaction > first.transaction ? second : first;
    // Where a commit is not to wait for the disk, the last one that did is noted half a page
    // behind.
    const synced = this.read(first.pageSize / 2 + PAGE_HEADER, META_BYTES);
    if (synced.some((byte) => byte !== 0)) {
      const { pageSize, transaction } = parseMeta(synced);
      if (pageSize !== first.pageSize || transaction > meta.transaction)
        throw new Damage('its first page is damaged');
    }
    return meta;
  }

  private metaAt(offset: number): Meta | undefined {
    const bytes = this.read(offset, PAGE_HEADER + META_BYTES);
    const isMeta =
      bytes.readUInt16LE(18) === META_PAGE && bytes.readUInt32LE(PAGE_HEADER) === MAGIC;
    if (!isMeta || bytes.readUInt16LE(PAGE_HEADER + 4) !== VERSION) return undefined;
    return parseMeta(bytes.subarray(PAGE_HEADER));
  }

  // ----------------------------------------------------------------------------------------- trees

  /**
   * Looks at every page of a tree, and claims it. `visit` takes the roots of tables, and every list
   * of free pages.
   */
  private walk(tree: Tree, meta: Meta, pages: PageSet, visit?: (node: LeafNode) => void): void {
    const found = { branches: 0, leaves: 0, overflows: 0, entries: 0 };
    const levels: Page[] = [];
    const visitPage = (number: number, depth: number) => {
      pages.claim(number);
      // A page is done with before the next one of its level is read.
      const page = (levels[depth] ??= new Page(meta.pageSize));
      page.number = number;
      this.read(number * meta.pageSize, meta.pageSize, page.bytes);
      const isLeaf = depth === tree.depth;
      page.check(isLeaf ? LEAF_PAGE : BRANCH_PAGE);
      if (!isLeaf) {
        found.branches += 1;
        if (page.nodes < 2) throw page.damaged();
        for (let i = 0; i < page.nodes; i++) visitPage(page.childAt(i), depth + 1);
        return;
      }
      found.leaves += 1;
      found.entries += page.nodes;
      for (let i = 0; i < page.nodes; i++) {
        const isPlain = page.checkLeafNode(i) === 0;
        if (isPlain && tree !== meta.free) continue;
        const node = page.leafNodeAt(i);
        if (node.overflow !== undefined) {
          found.overflows += node.overflow.pages;
          this.claimOverflow(node.overflow, meta, pages);
        }
        visit?.(node);
      }
    };
    if (tree.root !== null) visitPage(tree.root, 1);
    const { branches, leaves, overflows, entries } = tree;
    if (
      found.branches !== branches ||
      found.leaves !== leaves ||
      found.overflows !== overflows ||
      found.entries !== entries
    ) {
      throw new Damage(
        `a table does not hold what its root says: expected ${entries} entries, got ${found.entries}`,
      );
    }
  }

  private tableOf({ value }: LeafNode, meta: Meta): Tree {
    if (value?.length !== TREE_BYTES) throw new Damage('a table has no root');
    return parseTree(value, meta.lastPage);
  }

  private claimOverflow(
    { page, pages, bytes }: NonNullable<LeafNode['overflow']>,
    meta: Meta,
    claimed: PageSet,
  ): void {
    if (pages !== Math.floor((PAGE_HEADER - 1 + bytes) / meta.pageSize) + 1)
      throw new Damage(`a value's length at page ${page} is wrong`);
    for (let i = 0; i < pages; i++) claimed.claim(page + i);
    const header = this.read(page * meta.pageSize, PAGE_HEADER);
    const isStart =
      uint64(header, 0) === page &&
      header.readUInt16LE(18) === OVERFLOW_PAGE &&
      header.readUInt32LE(20) === pages;
    if (!isStart) throw new Damage(`page ${page} is not the beginning of a value`);
    this.read((page + pages) * meta.pageSize - 1, 1); // it is there to its end
  }

  /**
   * Pages that an entry of the tree of free pages names: 64-bit numbers, how many there are, then
   * pages. A negative number says that so many pages follow one another from the next; 0 is no
   * page.
   */
  private *freePages({ key, value, overflow }: LeafNode, meta: Meta): Generator<number> {
    if (key.length !== 8) throw new Damage('the list of free pages is damaged');
    const bytes = value ?? this.read(overflow!.page * meta.pageSize + PAGE_HEADER, overflow!.bytes);
    const count = bytes.length >= 8 ? uint64(bytes, 0) : NaN;
    if (!(count <= bytes.length / 8 - 1)) throw new Damage('the list of free pages is damaged');
    let run = 1;
    for (let i = 1; i <= count; i++) {
      const number = bytes.readBigInt64LE(8 * i);
      if (number < 0n) {
        run = Number(-number);
        continue;
      }
      const page = Number(number);
      if (page === 0) continue;
      if (page + run > meta.lastPage + 1) throw new Damage('a free page lies beyond the last one');
      for (; run > 0; run--) yield page + run - 1;
      run = 1;
    }
  }

  private read(offset: number, length: number, buffer = Buffer.allocUnsafe(length)): Buffer {
    if (readSync(this.fd, buffer, 0, length, offset) !== length)
      throw new Damage(`it is cut short at ${this.size} bytes`);
    return buffer;
  }
}

/** Pages of a file, each of which may belong to one thing. */
class PageSet {
  private readonly bits: Uint8Array;

  constructor(private readonly meta: Meta) {
    this.bits = new Uint8Array((meta.lastPage >> 3) + 1);
  }

  has(page: number): boolean {
    return (this.bits[page >> 3]! & (1 << (page & 7))) !== 0;
  }

  add(page: number): void {
    this.bits[page >> 3]! |= 1 << (page & 7);
  }

  claim(page: number): void {
    if (!(page > 1 && page <= this.meta.lastPage)) throw new Damage(`there is no page ${page}`);
    if (this.has(page)) throw new Damage(`page ${page} belongs to two things`);
    this.add(page);
  }
}

function parseMeta(bytes: Buffer): Meta {
  const pageSize = bytes.readUInt32LE(24);
  const isPageSize =
    pageSize >= MIN_PAGE_SIZE && pageSize <= MAX_PAGE_SIZE && (pageSize & (pageSize - 1)) === 0;
  if (!isPageSize) throw new Damage(`its pages have an impossible size (${pageSize} bytes)`);
  const [lastPage, transaction] = [uint64(bytes, 120), uint64(bytes, 128)];
  if (!(lastPage >= 1 && lastPage < MOST_PAGES))
    throw new Damage(`its last page is an impossible one (${lastPage})`);
  if (!Number.isSafeInteger(transaction))
    throw new Damage('its last transaction has an impossible number');
  const [free, main] = [
    parseTree(bytes.subarray(24), lastPage),
    parseTree(bytes.subarray(24 + TREE_BYTES), lastPage),
  ];
  return { pageSize, lastPage, transaction, free, main };
}

function parseTree(bytes: Buffer, lastPage: number): Tree {
  const depth = bytes.readUInt16LE(6);
  const [branches, leaves, overflows, entries, root] = [8, 16, 24, 32, 40].map((offset) =>
    uint64(bytes, offset),
  ) as Five;
  const isEmpty = bytes.readBigUInt64LE(40) === NO_PAGE;
  const isTree = isEmpty
    ? depth === 0 && entries === 0
    : depth > 0 && depth <= MAX_DEPTH && root > 1 && root <= lastPage;
  if (!isTree) throw new Damage('the root of a table is damaged');
  return { root: isEmpty ? null : root, depth, branches, leaves, overflows, entries };
}

/** A page of a tree: nodes, and at its beginning where they lie. */
class Page {
  readonly bytes: Buffer<ArrayBuffer>;
  number = 0;
  nodes = 0;
  /** Its bytes two by two: nodes begin at even ones. */
  private readonly words: Uint16Array;

  constructor(private readonly size: number) {
    this.bytes = Buffer.from(new ArrayBuffer(size));
    this.words = new Uint16Array(this.bytes.buffer);
  }

  damaged(): Damage {
    return new Damage(`page ${this.number} is damaged`);
  }

  /** Looks at what is to hold of any page. */
  check(kind: number): void {
    const { words, bytes } = this;
    if (uint64(bytes, 0) !== this.number || words[9] !== kind) throw this.damaged();
    // Both are counted from the end of the header, and where nodes begin as well.
    const [lower, upper] = [words[10]!, words[11]!];
    if ((lower & 1) !== 0 || lower > upper || upper + PAGE_HEADER > this.size) throw this.damaged();
    this.nodes = lower / 2;
    for (let i = 0; i < this.nodes; i++) {
      const offset = words[FIRST_OFFSET + i]!;
      if ((offset & 1) !== 0 || offset < upper || offset + PAGE_HEADER + NODE_HEADER > this.size)
        throw this.damaged();
    }
  }

  /** Page that a node of a branch leads to. */
  childAt(i: number): number {
    const at = this.offsetOf(i);
    if (at + NODE_HEADER + this.words[(at + 6) / 2]! > this.size) throw this.damaged();
    return this.bytes.readUIntLE(at, 6);
  }

  /** @returns the flags of a leaf's node. */
  checkLeafNode(i: number): number {
    const { words } = this;
    const at = this.offsetOf(i) / 2;
    const flags = words[at + 2]!;
    if (flags !== 0 && flags !== OVERFLOW_NODE && flags !== TABLE_NODE) throw this.damaged();
    const length =
      flags === OVERFLOW_NODE ? OVERFLOW_REFERENCE : words[at]! + words[at + 1]! * 0x1_0000;
    if (2 * at + NODE_HEADER + words[at + 3]! + length > this.size) throw this.damaged();
    return flags;
  }

  /** A node that `checkLeafNode` found sound. */
  leafNodeAt(i: number): LeafNode {
    const { bytes } = this;
    const at = this.offsetOf(i);
    const length = bytes.readUInt32LE(at);
    const flags = bytes.readUInt16LE(at + 4);
    const end = at + NODE_HEADER + bytes.readUInt16LE(at + 6);
    const key = bytes.subarray(at + NODE_HEADER, end);
    if (flags !== OVERFLOW_NODE) {
      return {
        key,
        value: bytes.subarray(end, end + length),
        overflow: undefined,
        isTable: flags === TABLE_NODE,
      };
    }
    const overflow = { page: uint64(bytes, end), pages: uint64(bytes, end + 16), bytes: length };
    return { key, value: undefined, overflow, isTable: false };
  }

  private offsetOf(i: number): number {
    return this.words[FIRST_OFFSET + i]! + PAGE_HEADER;
  }
}

/** Where, in steps of two bytes, a page says where its first node lies. */
const FIRST_OFFSET = PAGE_HEADER / 2;

type Five = [number, number, number, number, number];

/** Root of a tree without a page. */
const NO_PAGE = 0xffff_ffff_ffff_ffffn;
/** More than any disk holds; a bit for each fits into memory. */
const MOST_PAGES = 2 ** 31;

/** Exact up to 2⁵³; larger ones stand for themselves as impossible. */
const uint64 = (bytes: Buffer, offset: number): number =>
  bytes.readUInt32LE(offset) + bytes.readUInt32LE(offset + 4) * 2 ** 32;
