/**
 * An index of vectors for approximate searches of the nearest ones: vectors by the nearest of some
 * centers. A search looks only into the cells whose centers are nearest.
 */
import type { DistinctVectors } from '../../clustering/distinct';

/** Vectors in the order of their cells. All arrays are in shared memory. */
export interface Cells {
  columns: number;
  /** `[cells, columns]`. */
  centers: Float32Array;
  /** Where each cell begins, and where the last one ends, `[cells + 1]`. */
  starts: Int32Array;
  /** `[vectors, columns]`. */
  data: Float32Array;
  /** Number of each vector where the vectors came from. */
  origins: Int32Array;
}

/** Passes of Lloyd's iteration: the centers need not be good. */
const PASSES = 4;

/** @param rows of the vectors that are put into cells, ascending. */
export function cellsOf({ columns, data }: DistinctVectors, rows: Int32Array): Cells {
  const count = Math.ceil(Math.sqrt(rows.length));
  const vectors = new Float32Array(rows.length * columns);
  for (let i = 0; i < rows.length; i++)
    for (let c = 0; c < columns; c++) vectors[i * columns + c] = data[rows[i]! * columns + c]!;
  const centers = sharedFloats(count * columns);
  for (let cell = 0; cell < count; cell++) {
    const row = Math.floor((cell * rows.length) / count);
    centers.set(vectors.subarray(row * columns, (row + 1) * columns), cell * columns);
  }
  let cellOf = nearestCenters(vectors, centers, columns);
  for (let pass = 1; pass < PASSES; pass++) {
    moveCenters(centers, vectors, cellOf, columns);
    cellOf = nearestCenters(vectors, centers, columns);
  }
  return inOrder(vectors, rows, cellOf, centers, columns);
}

function nearestCenters(vectors: Float32Array, centers: Float32Array, columns: number): Int32Array {
  const result = new Int32Array(vectors.length / columns);
  for (let i = 0; i < result.length; i++) {
    let least = Infinity;
    for (let at = 0, cell = 0; at < centers.length; at += columns, cell++) {
      const distance = squaredDistance(vectors, i * columns, centers, at, columns, least);
      if (distance < least) [least, result[i]] = [distance, cell];
    }
  }
  return result;
}

/** Moves each center to the mean of its vectors; one without vectors stays. */
function moveCenters(
  centers: Float32Array,
  vectors: Float32Array,
  cellOf: Int32Array,
  columns: number,
): void {
  const sums = new Float64Array(centers.length);
  const counts = new Int32Array(centers.length / columns);
  for (let i = 0; i < cellOf.length; i++) {
    const at = cellOf[i]! * columns;
    counts[cellOf[i]!]! += 1;
    for (let c = 0; c < columns; c++) sums[at + c]! += vectors[i * columns + c]!;
  }
  for (let cell = 0; cell < counts.length; cell++) {
    if (counts[cell] === 0) continue;
    for (let c = 0; c < columns; c++)
      centers[cell * columns + c] = sums[cell * columns + c]! / counts[cell]!;
  }
}

function inOrder(
  vectors: Float32Array,
  rows: Int32Array,
  cellOf: Int32Array,
  centers: Float32Array,
  columns: number,
): Cells {
  const starts = sharedInts(centers.length / columns + 1);
  for (const cell of cellOf) starts[cell + 1]! += 1;
  for (let cell = 1; cell < starts.length; cell++) starts[cell]! += starts[cell - 1]!;
  const next = starts.slice();
  const data = sharedFloats(vectors.length);
  const origins = sharedInts(rows.length);
  for (let i = 0; i < rows.length; i++) {
    const place = next[cellOf[i]!]!++;
    origins[place] = rows[i]!;
    data.set(vectors.subarray(i * columns, (i + 1) * columns), place * columns);
  }
  return { columns, centers, starts, data, origins };
}

/** @returns at least `most` where the distance is not smaller. */
export function squaredDistance(
  a: Float32Array,
  startOfA: number,
  b: Float32Array,
  startOfB: number,
  columns: number,
  most: number,
): number {
  let sum = 0;
  let c = 0;
  for (; c + 4 <= columns; c += 4) {
    const i = startOfA + c;
    const j = startOfB + c;
    const d0 = a[i]! - b[j]!;
    const d1 = a[i + 1]! - b[j + 1]!;
    const d2 = a[i + 2]! - b[j + 2]!;
    const d3 = a[i + 3]! - b[j + 3]!;
    sum += d0 * d0 + d1 * d1 + d2 * d2 + d3 * d3;
    if (sum >= most) return sum;
  }
  for (; c < columns; c++) {
    const d = a[startOfA + c]! - b[startOfB + c]!;
    sum += d * d;
  }
  return sum;
}

export const sharedFloats = (length: number) =>
  new Float32Array(new SharedArrayBuffer(Float32Array.BYTES_PER_ELEMENT * length));

const sharedInts = (length: number) =>
  new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT * length));
