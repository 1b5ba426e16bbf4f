/** What there is to know of a table of attributes before anything is trained on it. */
import { Random } from 'ml-random';
import { UserError } from '../errors';
import type { LabelTable } from './labels';

export interface ExploreOptions {
  /** Attributes that are looked at, in this order; empty for all. */
  attributes: readonly string[];
  /** Attributes that are left out. */
  drop: readonly string[];
  /** What becomes of rows that have none of the attributes: all kept (0), all dropped (1), or this share of them dropped, drawn with the seed. */
  dropZero: number;
  seed: number;
}

export interface Exploration {
  /** Names of the attributes, in the table's order. */
  attributes: string[];
  /** Rows of the table that are left, in its order. */
  rows: Int32Array;
  /** Rows that have none of the attributes, before any was dropped. */
  zeroRows: number;
  /** Share of the rows that have an attribute, in [0, 1]. */
  frequencies: number[];
  /** `[attributes, attributes]`: share of the rows that have both, in [0, 1]. */
  together: Float64Array;
  /** `[attributes, attributes]`: Pearson's correlation (the phi coefficient), in [-1, 1]; 0 where an attribute is constant. */
  correlation: Float64Array;
}

/** A label counts as there from this value on. */
const THRESHOLD = 0.5;

/** @throws UserError where an attribute is unknown, or nothing is left. */
export function explore(table: LabelTable, { attributes, drop, dropZero, seed }: ExploreOptions): Exploration {
  for (const name of [...attributes, ...drop]) {
    if (!table.attributes.includes(name)) {
      throw new UserError(`the labels have no attribute '${name}'; they have ${table.attributes.join(', ')}`);
    }
  }
  const chosen = (attributes.length > 0 ? attributes : table.attributes).filter((name) => !drop.includes(name));
  if (chosen.length === 0) throw new UserError('no attribute is left: all of them are dropped');
  const columns = chosen.map((name) => table.attributes.indexOf(name));
  const width = table.attributes.length;
  const random = new Random(seed);
  const rows: number[] = [];
  let zeroRows = 0;
  const count = chosen.length;
  const sums = new Float64Array(count * count);
  const own = new Int32Array(count);
  for (let row = 0; row < table.images.length; row++) {
    let has = 0;
    for (const [i, column] of columns.entries()) if (table.values[row * width + column]! >= THRESHOLD) own[has++] = i;
    if (has === 0) {
      zeroRows += 1;
      if (dropZero > 0 && random.random() < dropZero) continue;
    }
    rows.push(row);
    for (let a = 0; a < has; a++) for (let b = 0; b < has; b++) sums[own[a]! * count + own[b]!]! += 1;
  }
  if (rows.length === 0) throw new UserError('no row is left: none has any of the attributes');
  const n = rows.length;
  const together = sums.map((sum) => sum / n);
  const frequencies = chosen.map((_, i) => together[i * count + i]!);
  const correlation = together.map((both, at) => {
    const [p, q] = [frequencies[Math.floor(at / count)]!, frequencies[at % count]!];
    const spread = Math.sqrt(p * (1 - p) * q * (1 - q));
    return spread === 0 ? 0 : (both - p * q) / spread;
  });
  return { attributes: chosen, rows: Int32Array.from(rows), zeroRows, frequencies, together, correlation };
}

/** Rows drawn with the seed, each of them at most once, in the table's order. */
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
