/**
 * Combinations of the values of several columns that occur among vectors. Tables that hold only
 * these fit into a core's cache although their columns are many.
 */
import type { PackedVectors } from './packed';

/** Columns of a group. */
export const GROUP_BITS = 5;
const GROUP_VALUES = 1 << GROUP_BITS;
/** Entries of a table at most: two tables fit into a core's L2 cache. */
const MAX_ENTRIES = 8192;

/** A table that extends another one by a group of columns. */
interface Level {
  /** Index of the group. */
  group: number;
  /** For each entry, the entry of the table that is extended, and the value of the group. */
  before: number[];
  values: number[];
}

/** Adjacent groups of columns. */
export interface Chunk {
  /** Index of the first group, whose table has an entry for every value. */
  first: number;
  levels: Level[];
  /** Number of entries of the last table. */
  entries: number;
  /** Each vector's entry in the last table, `[rows]`. */
  entryOf: Int32Array | Uint16Array;
}

/**
 * Takes one group after the other into a chunk, until its table is too large.
 * @param packed with chunks of `GROUP_BITS` columns, which become groups here.
 */
export function chunksOf({ bits }: PackedVectors): Chunk[] {
  const chunks: Chunk[] = [];
  for (const [group, values] of bits.entries()) {
    const last = chunks.at(-1);
    const extended = last === undefined ? undefined : extend(last, group, values);
    if (extended === undefined)
      chunks.push({ first: group, levels: [], entries: GROUP_VALUES, entryOf: values });
    else chunks[chunks.length - 1] = extended;
  }
  return chunks;
}

/** @returns undefined where the table would be too large. */
function extend(chunk: Chunk, group: number, valueOf: Uint16Array): Chunk | undefined {
  const entryFor = new Int32Array(chunk.entries * GROUP_VALUES).fill(-1);
  const level: Level = { group, before: [], values: [] };
  const entryOf = new Int32Array(valueOf.length);
  for (let row = 0; row < valueOf.length; row++) {
    const key = chunk.entryOf[row]! * GROUP_VALUES + valueOf[row]!;
    if (entryFor[key] === -1) {
      if (level.before.length === MAX_ENTRIES) return undefined;
      entryFor[key] = level.before.length;
      level.before.push(chunk.entryOf[row]!);
      level.values.push(valueOf[row]!);
    }
    entryOf[row] = entryFor[key]!;
  }
  return {
    first: chunk.first,
    levels: [...chunk.levels, level],
    entries: level.before.length,
    entryOf,
  };
}
