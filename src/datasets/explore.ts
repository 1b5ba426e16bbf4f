/** Exploration of a table of labels: frequencies and correlations of its attributes. */
import { Random } from 'ml-random';
import type { ExploreOptions } from '../domain/dataset';
import { attributeFinder, knownAttributesText } from '../domain/find-attribute';
import { t } from '../text/translate';
import { UserError } from '../util/errors';
import type { LabelTable } from './label-table';

/** What of a table is explored. */
export type ExploredTable = Pick<LabelTable, 'attributes' | 'images' | 'values'>;

export interface Exploration {
  /** Names of the attributes, in the table's order. */
  attributes: string[];
  /** Rows of the table that were not dropped, in its order. */
  rows: Int32Array;
  /**
   * Number of rows with none of the attributes, dropped ones included. Rows in which one is not
   * defined do not count.
   */
  zeroRows: number;
  /** Share of the rows that have an attribute, in [0, 1], of those in which it is defined. */
  frequencies: number[];
  /** Number of rows in which an attribute is defined. */
  labeled: number[];
  /**
   * `[attributes, attributes]`: share of the rows that have both, in [0, 1], of those in which both
   * are defined.
   */
  together: Float64Array;
  /**
   * `[attributes, attributes]`: Pearson's correlation (the phi coefficient), in [-1, 1]; 0 where an
   * attribute is constant.
   */
  correlation: Float64Array;
}

/** Minimum value of a label at which its attribute is present. */
const THRESHOLD = 0.5;

/** @throws UserError where an attribute is unknown, or no attribute or row is left. */
export function explore(
  table: ExploredTable,
  { attributes, drop, dropZero, seed }: ExploreOptions,
): Exploration {
  const positions = new Map(table.attributes.map((name, column) => [name, column] as const));
  const find = attributeFinder(table.attributes);
  const spelled = (name: string) => {
    const found = find(name);
    if (found !== undefined) return found;
    throw new UserError(
      t('the labels have no attribute {0}', knownAttributesText(name, table.attributes)),
    );
  };
  const dropped = new Set(drop.map(spelled));
  const chosen = (attributes.length > 0 ? attributes.map(spelled) : table.attributes).filter(
    (name) => !dropped.has(name),
  );
  if (chosen.length === 0) throw new UserError(t('no attribute is left: all of them are dropped'));
  const columns = chosen.map((name) => positions.get(name)!);
  const width = table.attributes.length;
  const random = new Random(seed);
  const rows: number[] = [];
  let zeroRows = 0;
  for (let row = 0; row < table.images.length; row++) {
    // A row in which one is not defined may have it.
    if (columns.every((column) => table.values[row * width + column]! < THRESHOLD)) {
      zeroRows += 1;
      if (dropZero > 0 && random.random() < dropZero) continue;
    }
    rows.push(row);
  }
  if (rows.length === 0) throw new UserError(t('no row is left: none has any of the attributes'));
  const counts = countTogether(table, rows, columns);
  const { labeled, both: together, correlation } = figuresOf(counts, chosen.length);
  return {
    attributes: chosen,
    rows: Int32Array.from(rows),
    zeroRows,
    frequencies: chosen.map((_, i) => together[i * chosen.length + i]!),
    labeled: chosen.map((_, i) => labeled[i * chosen.length + i]!),
    together,
    correlation,
  };
}

/** Numbers of rows for each pair of attributes, `[columns, columns]`. */
interface PairCounts {
  /** Rows in which both are defined. */
  defined: Float64Array;
  /** Of those, the rows that have the first one. */
  first: Float64Array;
  /** Of those, the rows that have both. */
  both: Float64Array;
}

function figuresOf({ defined, first, both }: PairCounts, count: number) {
  const shares = both.map((sum, at) => (sum === 0 ? 0 : sum / defined[at]!));
  const correlation = shares.map((share, at) => {
    const [a, b] = [Math.floor(at / count), at % count];
    const n = defined[at]!;
    if (n === 0) return 0;
    const [p, q] = [first[at]! / n, first[b * count + a]! / n];
    const spread = Math.sqrt(p * (1 - p) * q * (1 - q));
    return spread === 0 ? 0 : (share - p * q) / spread;
  });
  return { labeled: defined, both: shares, correlation };
}

/**
 * Counts rows for each pair of attributes. Done with bit operations, 32 rows at a time: row by row,
 * 500 attributes that are all present would take minutes.
 */
function countTogether(
  { attributes, values }: ExploredTable,
  rows: readonly number[],
  columns: readonly number[],
): PairCounts {
  const words = Math.ceil(rows.length / 32);
  const count = columns.length;
  const width = attributes.length;
  /** `[columns, words]` */
  const present = new Int32Array(count * words);
  const defined = new Int32Array(count * words);
  let isComplete = true;
  for (const [i, row] of rows.entries()) {
    const bit = 1 << (i & 31);
    for (let a = 0; a < count; a++) {
      const value = values[row * width + columns[a]!]!;
      const word = a * words + (i >>> 5);
      if (value >= THRESHOLD) present[word]! |= bit;
      if (Number.isNaN(value)) isComplete = false;
      else defined[word]! |= bit;
    }
  }
  const pairs = (one: Int32Array, other: Int32Array) => countPairs(one, other, count, words);
  const both = pairs(present, present);
  if (!isComplete)
    return { defined: pairs(defined, defined), first: pairs(present, defined), both };
  return {
    defined: new Float64Array(count * count).fill(rows.length),
    first: Float64Array.from(both, (_, at) => both[Math.floor(at / count) * (count + 1)]!),
    both,
  };
}

/** Number of bits that are set in a row of `one` and in a row of `other`, `[count, count]`. */
function countPairs(
  one: Int32Array,
  other: Int32Array,
  count: number,
  words: number,
): Float64Array {
  const sums = new Float64Array(count * count);
  const isSame = one === other;
  for (let a = 0; a < count; a++) {
    for (let b = isSame ? a : 0; b < count; b++) {
      let sum = 0;
      for (let word = 0; word < words; word++)
        sum += bitCount(one[a * words + word]! & other[b * words + word]!);
      sums[a * count + b] = sum;
      if (isSame) sums[b * count + a] = sum;
    }
  }
  return sums;
}

/** Number of bits set (Warren, 'Hacker's Delight', 2nd edition, figure 5-2). */
function bitCount(value: number): number {
  let bits = value - ((value >>> 1) & 0x5555_5555);
  bits = (bits & 0x3333_3333) + ((bits >>> 2) & 0x3333_3333);
  return Math.imul((bits + (bits >>> 4)) & 0x0f0f_0f0f, 0x0101_0101) >>> 24;
}

/** Draws rows without replacement, and returns them in the table's order. */
export function drawRows(rows: Int32Array, count: number, seed: number): number[] {
  const random = new Random(seed);
  const left = [...rows];
  const drawn: number[] = [];
  while (drawn.length < count && left.length > 0) {
    const at = Math.floor(random.random() * left.length);
    drawn.push(left[at]!);
    left[at] = left.at(-1)!;
    left.pop();
  }
  return drawn.sort((a, b) => a - b);
}
