/** Exploration of a table of labels: frequencies and correlations of its attributes. */
import { Random } from 'ml-random';
import type { ExploreOptions } from '../domain/dataset';
import { excerpt, excerptOfList } from '../text/excerpt';
import { UserError } from '../util/errors';
import type { LabelTable } from './label-table';

export interface Exploration {
  /** Names of the attributes, in the table's order. */
  attributes: string[];
  /** Rows of the table that were not dropped, in its order. */
  rows: Int32Array;
  /** Number of rows with none of the attributes, dropped ones included. */
  zeroRows: number;
  /** Share of the rows that have an attribute, in [0, 1]. */
  frequencies: number[];
  /** `[attributes, attributes]`: share of the rows that have both, in [0, 1]. */
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
  table: LabelTable,
  { attributes, drop, dropZero, seed }: ExploreOptions,
): Exploration {
  const positions = new Map(
    table.attributes.map((name, column) => [name, column] as const).reverse(),
  ); // the first column of a name counts
  for (const name of [...attributes, ...drop]) {
    if (!positions.has(name)) {
      throw new UserError(
        `the labels have no attribute '${excerpt(name)}'; they have ${excerptOfList(table.attributes)}`,
      );
    }
  }
  const dropped = new Set(drop);
  const chosen = (attributes.length > 0 ? attributes : table.attributes).filter(
    (name) => !dropped.has(name),
  );
  if (chosen.length === 0) throw new UserError('no attribute is left: all of them are dropped');
  const columns = chosen.map((name) => positions.get(name)!);
  const width = table.attributes.length;
  const random = new Random(seed);
  const rows: number[] = [];
  let zeroRows = 0;
  for (let row = 0; row < table.images.length; row++) {
    if (!columns.some((column) => table.values[row * width + column]! >= THRESHOLD)) {
      zeroRows += 1;
      if (dropZero > 0 && random.random() < dropZero) continue;
    }
    rows.push(row);
  }
  if (rows.length === 0) throw new UserError('no row is left: none has any of the attributes');
  const n = rows.length;
  const count = chosen.length;
  const together = countTogether(table, rows, columns).map((sum) => sum / n);
  const frequencies = chosen.map((_, i) => together[i * count + i]!);
  const correlation = together.map((both, at) => {
    const [p, q] = [frequencies[Math.floor(at / count)]!, frequencies[at % count]!];
    const spread = Math.sqrt(p * (1 - p) * q * (1 - q));
    return spread === 0 ? 0 : (both - p * q) / spread;
  });
  return {
    attributes: chosen,
    rows: Int32Array.from(rows),
    zeroRows,
    frequencies,
    together,
    correlation,
  };
}

/**
 * Number of rows that have both of two attributes, `[columns, columns]`. Counted with bit
 * operations, 32 rows at a time: row by row, 500 attributes that are all present would take
 * minutes.
 */
function countTogether(
  { attributes, values }: LabelTable,
  rows: readonly number[],
  columns: readonly number[],
): Float64Array {
  const words = Math.ceil(rows.length / 32);
  const count = columns.length;
  const width = attributes.length;
  /** `[columns, words]` */
  const bits = new Int32Array(count * words);
  for (const [i, row] of rows.entries()) {
    for (let a = 0; a < count; a++)
      if (values[row * width + columns[a]!]! >= THRESHOLD)
        bits[a * words + (i >>> 5)]! |= 1 << (i & 31);
  }
  const sums = new Float64Array(count * count);
  for (let a = 0; a < count; a++) {
    for (let b = a; b < count; b++) {
      let both = 0;
      for (let word = 0; word < words; word++)
        both += bitCount(bits[a * words + word]! & bits[b * words + word]!);
      sums[a * count + b] = sums[b * count + a] = both;
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
