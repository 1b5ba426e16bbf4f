/** The weighted graph that UMAP draws (McInnes, Healy and Melville 2018, section 3). */
import type { Neighbors } from './neighbors';

/** Edges, each once. */
export interface Graph {
  points: number;
  a: Int32Array;
  b: Int32Array;
  /** In (0, 1]. */
  weights: Float32Array;
}

/** Steps of the search for the width of each point's kernel, and its tolerance. */
const STEPS = 64;
const TOLERANCE = 1e-5;
/** Smallest width, as a share of the mean distance to the neighbors. */
const LEAST_WIDTH = 1e-3;

/** @param neighbors of all points; each place is a point. */
export function graphOf(neighbors: Neighbors): Graph {
  const { each, places } = neighbors;
  const points = places.length / each;
  const memberships = membershipsOf(neighbors);
  const a: number[] = [];
  const b: number[] = [];
  const weights: number[] = [];
  for (let i = 0; i < points; i++) {
    for (let n = i * each; n < (i + 1) * each; n++) {
      const j = places[n]!;
      const back = places.subarray(j * each, (j + 1) * each).indexOf(i);
      if (back >= 0 && j < i) continue; // it is there already
      const there = memberships[n]!;
      const here = back < 0 ? 0 : memberships[j * each + back]!;
      a.push(i);
      b.push(j);
      weights.push(there + here - there * here); // one of both at least
    }
  }
  return {
    points,
    a: Int32Array.from(a),
    b: Int32Array.from(b),
    weights: Float32Array.from(weights),
  };
}

/**
 * How much each neighbor belongs to its point: 1 for the nearest, and less with the distance beyond
 * it, so that they sum to log₂ of the number of neighbors.
 */
export function membershipsOf({ each, distances }: Neighbors): Float32Array {
  const result = new Float32Array(distances.length);
  const wanted = Math.log2(each);
  for (let start = 0; start < distances.length; start += each) {
    const own = distances.subarray(start, start + each);
    const nearest = own.find((distance) => distance > 0) ?? 0;
    const width = widthOf(own, nearest, wanted);
    for (let n = 0; n < each; n++)
      result[start + n] = Math.exp(-Math.max(0, own[n]! - nearest) / width);
  }
  return result;
}

function widthOf(distances: Float32Array, nearest: number, wanted: number): number {
  let [low, high, width] = [0, Infinity, 1];
  for (let step = 0; step < STEPS; step++) {
    let sum = 0;
    for (const distance of distances) sum += Math.exp(-Math.max(0, distance - nearest) / width);
    if (Math.abs(sum - wanted) < TOLERANCE) break;
    if (sum > wanted) high = width;
    else low = width;
    width = high === Infinity ? 2 * width : (low + high) / 2;
  }
  const mean = distances.reduce((sum, distance) => sum + distance, 0) / distances.length;
  return Math.max(width, LEAST_WIDTH * mean, Number.MIN_VALUE);
}
