/**
 * Distinct vectors with multiplicities. Binary attribute vectors repeat: the ten default attributes of all 202,599 CelebA faces form
 * 271 distinct vectors. What is computed on them with their multiplicities is what would be computed on all rows.
 */

/** Rows of numbers, one after the other. */
export interface Matrix {
  rows: number;
  columns: number;
  /** `[rows, columns]`, row by row. */
  data: Float64Array;
}

export interface DistinctVectors extends Matrix {
  /** How often each vector occurs, `[rows]`. */
  counts: Float64Array;
  /** Index of the distinct vector of each original row. */
  of: Int32Array;
}

/** Groups equal rows; distinct vectors stand in the order of their first occurrence. O(rows × columns). */
export function distinctVectors({ rows, columns, data }: Matrix): DistinctVectors {
  const indexOf = new Map<string, number>();
  const of = new Int32Array(rows);
  const firstRows: number[] = [];
  const counts: number[] = [];
  const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  for (let row = 0; row < rows; row++) {
    const key = bytes.toString('latin1', row * columns * 8, (row + 1) * columns * 8);
    let index = indexOf.get(key);
    if (index === undefined) {
      index = firstRows.length;
      indexOf.set(key, index);
      firstRows.push(row);
      counts.push(0);
    }
    counts[index] = (counts[index] ?? 0) + 1;
    of[row] = index;
  }
  const distinct = new Float64Array(firstRows.length * columns);
  firstRows.forEach((row, index) => {
    distinct.set(data.subarray(row * columns, (row + 1) * columns), index * columns);
  });
  return { rows: firstRows.length, columns, data: distinct, counts: Float64Array.from(counts), of };
}

/** Squared euclidean distance of row `i` of `a` and row `j` of `b`, both of `columns` columns. */
export function squaredDistance(a: Float64Array, i: number, b: Float64Array, j: number, columns: number): number {
  let sum = 0;
  for (let p = i * columns, q = j * columns, end = p + columns; p < end; p++, q++) {
    const difference = a[p]! - b[q]!;
    sum += difference * difference;
  }
  return sum;
}
