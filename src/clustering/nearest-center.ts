/** Distances of vectors to cluster centers, and the nearest center of each vector. */
import { DenseDistances } from './dense-distances';
import type { DistinctVectors } from './distinct';
import type { FarthestMove } from './running-means';

/** How far centers moved since vectors were assigned to them. */
export interface Movement {
  /** Distance that each center moved, `[clusters]`. */
  moves: Float64Array;
  farthest: FarthestMove;
  /** Half the distance of each center to the nearest other center, `[clusters]`. */
  halfGaps: Float64Array;
}

/**
 * Vectors, and the centers that they are assigned to. Hamerly (2010): a vector cannot change its
 * cluster while its distance to its center is below that to every other center, so it is skipped.
 * An upper bound of the former and a lower bound of the latter are kept and adjusted by the
 * distances that the centers move.
 */
export interface NearestCenters extends Disposable {
  /** Cluster of each vector, `[rows]`. */
  labels: Int32Array;
  /** Upper bound of each vector's distance to its center, `[rows]`. */
  upper: Float64Array;
  /** Lower bound of each vector's distance to the other centers, `[rows]`. */
  lower: Float64Array;
  /**
   * Assigns each vector to the nearest center; of equally near ones, to the first.
   * @param centers `[clusters, columns]`.
   * @returns the row and the former cluster of each vector that changed its cluster, one after the
   * other; valid until the next call.
   */
  assign(centers: Float64Array, movement: Movement): Int32Array;
  /**
   * Tries to add centers.
   * @param distances squared distance of each vector to the nearest center so far, `[rows]`.
   * @param centers `[number, columns]`.
   */
  tryCenters(distances: Float64Array, centers: Float64Array): Trial;
}

/** Centers of which one would be added; valid until others are tried. */
export interface Trial {
  /** Inertia with each of the centers, `[number]`. */
  inertias: Float64Array;
  /** Sets the squared distance `[rows]` of each vector to the nearest center, one center added. */
  add(center: number, distances: Float64Array): void;
}

/** Allowance for rounding in the comparison of distance bounds. */
const BOUND_SLACK = 1 + 1e-9;

/** Computes distances from the numbers. */
export function denseCenters(vectors: DistinctVectors, clusters: number): NearestCenters {
  const { rows, columns, data, counts } = vectors;
  const labels = new Int32Array(rows);
  const upper = new Float64Array(rows);
  const lower = new Float64Array(rows);
  /**
   * Finds the nearest center of a row, and sets its bounds.
   * @param distances squared, to each of the centers.
   */
  const nearest = (row: number, distances: Float64Array) => {
    let found = 0;
    let smallest = Infinity;
    let second = Infinity;
    for (let cluster = 0; cluster < clusters; cluster++) {
      const distance = distances[cluster]!;
      if (distance < smallest) {
        second = smallest;
        smallest = distance;
        found = cluster;
      } else if (distance < second) second = distance;
    }
    upper[row] = Math.sqrt(smallest);
    lower[row] = Math.sqrt(second);
    return found;
  };
  const assign = (centers: Float64Array, { moves, farthest, halfGaps }: Movement) => {
    using toCenters = new DenseDistances({ rows: clusters, columns, data: centers }, 'squared');
    const changed: number[] = [];
    for (let row = 0; row < rows; row++) {
      const own = labels[row]!;
      lower[row]! -= moves[own] === farthest.distance ? farthest.next : farthest.distance;
      upper[row]! += moves[own]!;
      if (upper[row]! * BOUND_SLACK < Math.max(lower[row]!, halfGaps[own]!)) continue;
      labels[row] = nearest(row, toCenters.fromVector(data, row * columns));
      if (labels[row] !== own) changed.push(row, own);
    }
    return Int32Array.from(changed);
  };
  const tryCenters = (distances: Float64Array, centers: Float64Array): Trial => {
    const tried = centers.length / columns;
    using toCenters = new DenseDistances({ rows: tried, columns, data: centers }, 'squared');
    const lowered = Array.from({ length: tried }, () => new Float64Array(rows));
    for (let row = 0; row < rows; row++) {
      const squares = toCenters.fromVector(data, row * columns);
      for (let center = 0; center < tried; center++)
        lowered[center]![row] = Math.min(distances[row]!, squares[center]!);
    }
    return trialOf(lowered, counts);
  };
  return { labels, upper, lower, assign, tryCenters, [Symbol.dispose]: () => undefined };
}

/** @param lowered squared distances `[rows]` with each of the centers. */
export function trialOf(lowered: readonly Float64Array[], counts: Float64Array): Trial {
  const inertiaOf = (distances: Float64Array) => {
    let inertia = 0;
    for (let row = 0; row < counts.length; row++) inertia += distances[row]! * counts[row]!;
    return inertia;
  };
  return {
    inertias: Float64Array.from(lowered, inertiaOf),
    add: (center, distances) => {
      distances.set(lowered[center]!);
    },
  };
}
