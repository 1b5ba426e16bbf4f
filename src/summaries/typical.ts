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
  const distance = new Map<number, number>();
  for (const row of rows) distance.set(row, squaredDistance(data, row, mean, 0, columns));
  const ordered = Int32Array.from(rows).sort(
    (a, b) => distance.get(a)! - distance.get(b)! || a - b,
  );
  const candidates = ordered.length <= MAX_ALL_PAIRS ? ordered : ordered.subarray(0, CANDIDATES);
  let medoid = ordered[0] ?? -1;
  let smallest = Infinity;
  for (const candidate of candidates) {
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
  return { rows: ordered, medoid };
}
