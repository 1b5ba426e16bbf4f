/**
 * Vectors packed into bits. Where each column has two values (0 and a weight), a distance takes a
 * few table lookups instead of a loop over the columns.
 */
import type { Metric } from '../domain/method-options';
import type { DistinctVectors, Matrix } from './distinct';

/** Default bits that index a table: 2¹³ numbers of 8 bytes fit into a core's L2 cache. */
const CHUNK = 13;

export interface PackedVectors {
  rows: number;
  columns: number;
  /** Columns of a chunk, at most 16; the last one may have fewer. */
  chunkBits: number;
  /** Number of chunks. */
  chunks: number;
  /** `[chunks][rows]`; the lowest bit is the first column of a chunk. */
  bits: Uint16Array[];
  /** Value of each column where its bit is set, `[columns]`. */
  weights: Float64Array;
  /** Distances of a row to all rows, `[rows]`. The next call overwrites the array. */
  distancesFrom(metric: Exclude<Metric, 'cosine'>): (row: number) => Float64Array;
}

/**
 * @param chunkBits columns per chunk, at most 16; `distancesFrom` needs the default.
 * @returns undefined where a column has other values than 0 and one other.
 */
export function packBits(
  vectors: DistinctVectors | Matrix,
  chunkBits = CHUNK,
): PackedVectors | undefined {
  const { rows, columns, data } = vectors;
  const weights = new Float64Array(columns);
  const chunks = Math.max(1, Math.ceil(columns / chunkBits));
  const bits = Array.from({ length: chunks }, () => new Uint16Array(rows));
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const value = data[row * columns + column]!;
      if (value === 0) continue;
      if (weights[column] === 0) weights[column] = value;
      else if (weights[column] !== value) return undefined;
      const chunk = Math.floor(column / chunkBits);
      bits[chunk]![row]! |= 1 << (column - chunk * chunkBits);
    }
  }
  const packed = { rows, columns, chunkBits, chunks, bits, weights };
  return { ...packed, distancesFrom: (metric) => distancesFrom(packed, metric) };
}

/** Sums of `terms` over the set bits of every possible chunk, `[chunks][2 ** chunkBits]`. */
export function chunkTables(
  terms: Float64Array,
  chunks: number,
  chunkBits = CHUNK,
): Float64Array[] {
  return Array.from({ length: chunks }, (_, chunk) => {
    const table = new Float64Array(1 << chunkBits);
    for (let value = 1; value < table.length; value++) {
      const lowest = 31 - Math.clz32(value & -value);
      table[value] = table[value & (value - 1)]! + (terms[chunk * chunkBits + lowest] ?? 0);
    }
    return table;
  });
}

/** How much each differing column adds to a distance (for `euclidean`, to its square). */
export function differenceTerms(
  { weights, columns }: Pick<PackedVectors, 'weights' | 'columns'>,
  metric: Exclude<Metric, 'cosine'>,
): Float64Array {
  return weights.map((weight) => {
    if (metric === 'hamming') return 1 / columns;
    return metric === 'euclidean' ? weight * weight : Math.abs(weight);
  });
}

function distancesFrom(
  packed: Omit<PackedVectors, 'distancesFrom'>,
  metric: Exclude<Metric, 'cosine'>,
): (row: number) => Float64Array {
  const { rows, chunks, bits, columns } = packed;
  // For Hamming distances, differing columns are counted in integers and divided once, so that
  // equal distances are equal to the last bit.
  const terms =
    metric === 'hamming' ? new Float64Array(columns).fill(1) : differenceTerms(packed, metric);
  const tables = chunkTables(terms, chunks);
  const result = new Float64Array(rows);
  return (row) => {
    result.fill(0);
    for (let chunk = 0; chunk < chunks; chunk++) {
      const table = tables[chunk]!;
      const column = bits[chunk]!;
      const own = column[row]!;
      for (let other = 0; other < rows; other++) result[other]! += table[own ^ column[other]!]!;
    }
    if (metric === 'euclidean')
      for (let other = 0; other < rows; other++) result[other] = Math.sqrt(result[other]!);
    if (metric === 'hamming') for (let other = 0; other < rows; other++) result[other]! /= columns;
    return result;
  };
}
