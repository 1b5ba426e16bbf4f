/**
 * The format of LMDB's data files: mdb.c in the package lmdb, version 2 of the format, on 64-bit
 * little-endian machines. A file has two meta pages, of which the one with the later transaction is
 * valid, a B+ tree of free pages, and a B+ tree of data, whose leaves may hold the roots of named
 * tables.
 */
import { t } from '../text/translate';

const MAGIC = 0xbeefc0de;
const VERSION = 2;

/** Range of page sizes in LMDB, in bytes. */
const MIN_PAGE_SIZE = 256;
const MAX_PAGE_SIZE = 0x1_0000;
/** More pages than any disk holds, of which a bit each still fits into memory. */
const MAX_PAGES = 2 ** 31;
/** Levels of a tree, at most (`CURSOR_STACK`). */
const MAX_DEPTH = 32;

/** Header of each page, in bytes. */
export const PAGE_HEADER = 24;
/** What follows the header of a meta page, in bytes (`MDB_meta`). */
export const META_BYTES = 136;
/** Root of a tree, in bytes (`MDB_db`). */
export const TREE_BYTES = 48;
/** `root` of a tree without pages. */
const NO_PAGE = 0xffff_ffff_ffff_ffffn;

/** Kinds of pages (`mp_flags`). */
export const BRANCH_PAGE = 1;
export const LEAF_PAGE = 2;
export const OVERFLOW_PAGE = 4;
const META_PAGE = 8;

/** Offset of the flags in the header of a page, and of the pages that a long value takes. */
export const FLAGS_AT = 18;
export const PAGES_AT = 20;

/** What is wrong with a file; the message is for people. */
export class Damage extends Error {}

/** A tree, as its root describes it. */
export interface Tree {
  /** Null for an empty tree. */
  root: number | null;
  /** Levels, 0 for an empty tree. */
  depth: number;
  /** Numbers of pages of each kind, … */
  branches: number;
  leaves: number;
  overflows: number;
  /** … and of entries in all leaves. */
  entries: number;
}

export interface Meta {
  /** In bytes. */
  pageSize: number;
  lastPage: number;
  /** Number of the transaction that wrote it. */
  transaction: number;
  free: Tree;
  main: Tree;
}

/**
 * @param bytes the beginning of a page.
 * @returns undefined where it is not a meta page of this format.
 * @throws Damage.
 */
export function parseMetaPage(bytes: Buffer): Meta | undefined {
  const isMeta =
    bytes.readUInt16LE(FLAGS_AT) === META_PAGE &&
    bytes.readUInt32LE(PAGE_HEADER) === MAGIC &&
    bytes.readUInt16LE(PAGE_HEADER + 4) === VERSION;
  return isMeta ? parseMeta(bytes.subarray(PAGE_HEADER)) : undefined;
}

/** @throws Damage. */
export function parseMeta(bytes: Buffer): Meta {
  const pageSize = bytes.readUInt32LE(24);
  const isPageSize =
    pageSize >= MIN_PAGE_SIZE && pageSize <= MAX_PAGE_SIZE && (pageSize & (pageSize - 1)) === 0;
  if (!isPageSize) throw new Damage(t('its pages have an impossible size ({0} bytes)', pageSize));
  const lastPage = uint64(bytes, 120);
  if (!(lastPage >= 1 && lastPage < MAX_PAGES))
    throw new Damage(t('the number of its last page is impossible ({0})', lastPage));
  const transaction = uint64(bytes, 128);
  if (!Number.isSafeInteger(transaction))
    throw new Damage(t('the number of its last transaction is impossible'));
  const free = parseTree(bytes.subarray(24), lastPage);
  const main = parseTree(bytes.subarray(24 + TREE_BYTES), lastPage);
  return { pageSize, lastPage, transaction, free, main };
}

/** @throws Damage. */
export function parseTree(bytes: Buffer, lastPage: number): Tree {
  const depth = bytes.readUInt16LE(6);
  const entries = uint64(bytes, 32);
  const root = uint64(bytes, 40);
  const isEmpty = bytes.readBigUInt64LE(40) === NO_PAGE;
  const isTree = isEmpty
    ? depth === 0 && entries === 0
    : depth > 0 && depth <= MAX_DEPTH && root > 1 && root <= lastPage;
  if (!isTree) throw new Damage(t('the root of a table is damaged'));
  return {
    root: isEmpty ? null : root,
    depth,
    branches: uint64(bytes, 8),
    leaves: uint64(bytes, 16),
    overflows: uint64(bytes, 24),
    entries,
  };
}

/** Exact up to 2⁵³. Larger results are inexact, but impossible values all the same. */
export const uint64 = (bytes: Buffer, offset: number): number =>
  bytes.readUInt32LE(offset) + bytes.readUInt32LE(offset + 4) * 2 ** 32;
