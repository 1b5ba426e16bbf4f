/** Order of a cluster's faces, and the face that stands for it. */
import type { Matrix } from '../clustering/distinct';
import { squaredDistance } from '../clustering/metric';

/** A cluster's faces, ordered. */
export interface Ordered {
  /** Rows, those nearest to the cluster's mean first. */
  rows: Int32Array;
  /** The row with the smallest sum of distances to the cluster's other faces. */
  medoid: number;
}

/**
 * Largest cluster whose medoid is searched among all its faces. In a larger one it is searched
 * among the faces nearest to the mean, which the medoid is close to, with the sum of distances to
 * all faces.
 */
const ALL_PAIRS = 1500;
const CANDIDATES = 64;

/**
 * @param points what faces are compared by here: the probabilities of the attributes in use,
 * weighted; so that faces with equal binary
 * vectors are still told apart.
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
  const candidates = ordered.length <= ALL_PAIRS ? ordered : ordered.subarray(0, CANDIDATES);
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
