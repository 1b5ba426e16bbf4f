/**
 * Tables indexed by the bits of vectors, which have an entry only for values that occur: tables of
 * many columns fit into a core's cache.
 */
import type { PackedVectors } from './packed';

/** Columns of a table that is not merged from others. */
export const GROUP_BITS = 5;
/** Most entries of a table: two of 32 bytes each fit into a core's L2 cache. */
const MAX_ENTRIES = 16_384;
/** Tables are merged if the product of their entries is at most this: it is memory meanwhile. */
const MAX_PRODUCT = 1 << 22;
/** A table with more entries than this share of the vectors saves nothing. */
const MAX_SHARE = 1 / 2;

export interface Table {
  /** Number of entries. */
  entries: number;
  /** Each vector's entry, `[rows]`. */
  entryOf: Int32Array | Uint16Array;
  /** What it is merged from; undefined where it has all values of adjacent columns. */
  merged:
    { a: Table; b: Table; /** Entries of both, `[entries, 2]`. */ pairs: number[] } | undefined;
}

/**
 * Merges tables of adjacent columns until there are two, or all would be too large.
 * @param packed with chunks of `GROUP_BITS` columns.
 * @returns the tables of each group of columns, and those that are left in the end.
 */
export function mergeTables({ rows, bits }: PackedVectors): { groups: Table[]; last: Table[] } {
  const maxEntries = Math.min(MAX_ENTRIES, rows * MAX_SHARE);
  const groups = bits.map((entryOf): Table => ({
    entries: 1 << GROUP_BITS,
    entryOf,
    merged: undefined,
  }));
  let last = groups;
  for (let before = Infinity; last.length > 2 && last.length < before;) {
    before = last.length;
    last = mergeNeighbors(last, maxEntries);
  }
  return { groups, last };
}

/** Merges every table, if possible, with the next one. */
function mergeNeighbors(tables: readonly Table[], maxEntries: number): Table[] {
  const result: Table[] = [];
  for (let i = 0; i < tables.length; i++) {
    const [a, b] = [tables[i]!, tables[i + 1]];
    const merged = b === undefined ? undefined : merge(a, b, maxEntries);
    result.push(merged ?? a);
    if (merged !== undefined) i += 1;
  }
  return result;
}

/** @returns undefined where the tables are too large to be merged. */
function merge(a: Table, b: Table, maxEntries: number): Table | undefined {
  if (a.entries * b.entries > MAX_PRODUCT) return undefined;
  const entryFor = new Int32Array(a.entries * b.entries).fill(-1);
  const pairs: number[] = [];
  const entryOf = new Int32Array(a.entryOf.length);
  let entries = 0;
  for (let row = 0; row < entryOf.length; row++) {
    const key = a.entryOf[row]! * b.entries + b.entryOf[row]!;
    let entry = entryFor[key]!;
    if (entry === -1) {
      if (entries >= maxEntries) return undefined;
      entry = entryFor[key] = entries++;
      pairs.push(a.entryOf[row]!, b.entryOf[row]!);
    }
    entryOf[row] = entry;
  }
  return { entries, entryOf, merged: { a, b, pairs } };
}
