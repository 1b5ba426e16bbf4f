/** A page of a tree in LMDB's data files. */
import { t } from '../text/translate';
import { Damage, FLAGS_AT, PAGE_HEADER, uint64 } from './lmdb-format';

/** Header of a node, in bytes: length or page, flags, length of the key. */
const NODE_HEADER = 8;
/** What follows the key if the value lies on overflow pages, in bytes (`MDB_ovpage`). */
const OVERFLOW_REFERENCE = 24;

/** Flags of nodes. */
const OVERFLOW_NODE = 1;
const TABLE_NODE = 2;

/** Indices in a page's 16-bit words. */
const FLAGS_WORD = FLAGS_AT / 2;
const LOWER_WORD = 10;
const UPPER_WORD = 11;
/** Where the offsets of the nodes begin. */
const OFFSETS_WORD = PAGE_HEADER / 2;

/** A long value, which lies on pages of its own. */
export interface OverflowValue {
  /** The first page. */
  page: number;
  pages: number;
  /** Length of the value. */
  bytes: number;
}

/** A node of a leaf. */
export interface LeafNode {
  key: Buffer;
  value: Buffer | OverflowValue;
  /** Whether the value is the root of a table. */
  isTable: boolean;
}

/** A page of nodes. One object is filled with many pages, one after the other. */
export class Page {
  readonly bytes: Buffer<ArrayBuffer>;
  number = 0;
  nodes = 0;
  /** The same bytes. Nodes begin at even offsets. */
  private readonly words: Uint16Array;

  /** @param size in bytes. */
  constructor(private readonly size: number) {
    this.bytes = Buffer.from(new ArrayBuffer(size));
    this.words = new Uint16Array(this.bytes.buffer);
  }

  damaged(): Damage {
    return new Damage(t('page {0} is damaged', this.number));
  }

  /**
   * Checks the header and the offsets of the nodes.
   * @param kind that the page must have.
   * @throws Damage.
   */
  check(kind: number): void {
    const { words, bytes } = this;
    if (uint64(bytes, 0) !== this.number || words[FLAGS_WORD] !== kind) throw this.damaged();
    // Both bounds, and the offsets of the nodes, are counted from the end of the header.
    const lower = words[LOWER_WORD]!;
    const upper = words[UPPER_WORD]!;
    if ((lower & 1) !== 0 || lower > upper || upper + PAGE_HEADER > this.size) throw this.damaged();
    this.nodes = lower / 2;
    for (let i = 0; i < this.nodes; i++) {
      const offset = words[OFFSETS_WORD + i]!;
      if ((offset & 1) !== 0 || offset < upper || offset + PAGE_HEADER + NODE_HEADER > this.size)
        throw this.damaged();
    }
  }

  /** @returns the page that a node of a branch points to. @throws Damage. */
  childAt(i: number): number {
    const at = this.offsetOf(i);
    if (at + NODE_HEADER + this.words[(at + 6) / 2]! > this.size) throw this.damaged();
    return this.bytes.readUIntLE(at, 6);
  }

  /**
   * Checks a node of a leaf.
   * @returns whether its value is plain, neither the root of a table nor on pages of its own.
   * @throws Damage.
   */
  checkLeafNode(i: number): boolean {
    const { words } = this;
    const at = this.offsetOf(i) / 2;
    const flags = words[at + 2]!;
    if (flags !== 0 && flags !== OVERFLOW_NODE && flags !== TABLE_NODE) throw this.damaged();
    const length =
      flags === OVERFLOW_NODE ? OVERFLOW_REFERENCE : words[at]! + words[at + 1]! * 0x1_0000;
    if (2 * at + NODE_HEADER + words[at + 3]! + length > this.size) throw this.damaged();
    return flags === 0;
  }

  /** A node for which `checkLeafNode` found no damage; valid until the next page is read. */
  leafNodeAt(i: number): LeafNode {
    const { bytes } = this;
    const at = this.offsetOf(i);
    const length = bytes.readUInt32LE(at);
    const flags = bytes.readUInt16LE(at + 4);
    const end = at + NODE_HEADER + bytes.readUInt16LE(at + 6);
    const key = bytes.subarray(at + NODE_HEADER, end);
    if (flags !== OVERFLOW_NODE)
      return { key, value: bytes.subarray(end, end + length), isTable: flags === TABLE_NODE };
    const value = { page: uint64(bytes, end), pages: uint64(bytes, end + 16), bytes: length };
    return { key, value, isTable: false };
  }

  private offsetOf(i: number): number {
    return this.words[OFFSETS_WORD + i]! + PAGE_HEADER;
  }
}
