/** The order of a cluster's faces from typical to untypical, and its medoid. */
import type { Matrix } from '../clustering/distinct';
import { squaredDistance } from '../clustering/metric';

export interface Ordered {
  /** Rows in ascending order of the distance to the cluster's mean. */
  rows: Int32Array;
  /** The row with the smallest sum of distances to the cluster's other faces; −1 without faces. */
  medoid: number;
}

/** Largest cluster in which every face is a candidate for the medoid. */
const MAX_ALL_PAIRS = 1500;
/** In larger clusters, the candidates are this many faces nearest to the mean. */
const CANDIDATES = 64;

/**
 * @param points weighted probabilities of the attributes in use, which distinguish faces with equal
 * binary vectors.
 * @param rows the cluster's faces.
 */
export function orderCluster(points: Matrix, rows: Int32Array): Ordered {
  const { columns, data } = points;
  const mean = new Float64Array(columns);
  for (const row of rows) {
    for (let c = 0; c < columns; c++) mean[c] = mean[c]! + data[row * columns + c]! / rows.length;
  }
  const ascending = Int32Array.from(rows).sort();
  const distances = new Float64Array(rows.length);
  for (const [i, row] of ascending.entries())
    distances[i] = squaredDistance(data, row, mean, 0, columns);
  const ordered = inOrderOf(distances, ascending);
  return { rows: ordered, medoid: medoidOf(points, rows, ordered) };
}

/**
 * The rows in ascending order of their distances, equal ones as they are given. Typed arrays sort
 * numbers ten times as fast as by a function that compares rows.
 */
function inOrderOf(distances: Float64Array, rows: Int32Array): Int32Array {
  const sorted = Float64Array.from(distances).sort();
  /** How many rows with the distance that begins at a place are there already. */
  const placed = new Int32Array(rows.length);
  const ordered = new Int32Array(rows.length);
  for (let i = 0; i < rows.length; i++) {
    const first = firstIndexOf(sorted, distances[i]!);
    ordered[first + placed[first]!++] = rows[i]!;
  }
  return ordered;
}

/** Where a value begins in an ascending array that has it. */
function firstIndexOf(sorted: Float64Array, value: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** @param ordered the rows, those nearest to the mean first. */
function medoidOf({ columns, data }: Matrix, rows: Int32Array, ordered: Int32Array): number {
  const candidates = ordered.length <= MAX_ALL_PAIRS ? ordered : ordered.subarray(0, CANDIDATES);
  let medoid = ordered[0] ?? -1;
  let smallest = Infinity;
  let before = -1;
  for (const candidate of candidates) {
    // Many faces have the same attributes, and equal ones follow each other mostly.
    if (before >= 0 && areEqual(data, candidate, before, columns)) continue;
    before = candidate;
    let sum = 0;
    for (const row of rows) {
      sum += Math.sqrt(squaredDistance(data, candidate, data, row, columns));
      if (sum >= smallest) break;
    }
    if (sum < smallest) {
      smallest = sum;
      medoid = candidate;
    }
  }
  return medoid;
}

/** Whether two rows have the same values: the same sum of distances then. */
function areEqual(data: Float64Array, a: number, b: number, columns: number): boolean {
  for (let c = 0; c < columns; c++)
    if (data[a * columns + c] !== data[b * columns + c]) return false;
  return true;
}
