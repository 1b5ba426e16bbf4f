/** Starting centers of K-Means on distinct vectors with multiplicities. */
import { kmeans as mlKMeans } from 'ml-kmeans';
import type { Random } from 'ml-random';
import type { DistinctVectors } from './distinct';
import type { Lloyd, LloydResult } from './lloyd';
import { squaredDistance } from './metric';

/** Faces that ml-kmeans receives for each cluster: enough to place the centers quickly. */
const SAMPLE_PER_CLUSTER = 8;
const MIN_SAMPLE = 300;
const MAX_SAMPLE = 2000;
/** Iterations of ml-kmeans; Lloyd's iterations over all faces follow. */
const SAMPLE_ITERATIONS = 10;

/**
 * Centers that ml-kmeans finds (k-means++ and Lloyd's iterations) on a sample of the faces, drawn
 * with replacement (Bradley & Fayyad 1998, 'Refining initial points').
 * @returns `[clusters, columns]`.
 */
export function sampledCenters(
  { columns, data, counts }: DistinctVectors,
  clusters: number,
  random: Random,
  lloyd: Lloyd,
): Float64Array {
  const draw = weightedDraw(counts, random);
  const size = Math.min(MAX_SAMPLE, Math.max(MIN_SAMPLE, SAMPLE_PER_CLUSTER * clusters));
  const rows = Array.from({ length: size }, draw);
  const sample = rows.map((row) => Array.from(data.subarray(row * columns, (row + 1) * columns)));
  const sampled = Math.min(clusters, new Set(rows).size);
  const { centroids } = mlKMeans(sample, sampled, {
    seed: random.randInt(0, 0x7fff_ffff),
    initialization: 'kmeans++',
    maxIterations: SAMPLE_ITERATIONS,
  });
  const centers = new Float64Array(clusters * columns);
  const distances = new Float64Array(counts.length).fill(Infinity);
  for (let i = 0; i < clusters; i++) {
    // A sample may hold fewer distinct vectors than there are clusters. The remaining centers start
    // at the vectors farthest from every center.
    const center = i < sampled ? centroids[i]! : rowOf(data, indexOfMaximum(distances), columns);
    centers.set(center, i * columns);
    lloyd.lowerDistances(distances, rowOf(centers, i, columns));
  }
  return centers;
}

/**
 * Greedy k-means++ (Arthur & Vassilvitskii 2007): of 2 + ln k candidates, drawn in proportion to
 * squared distance and multiplicity, the one that lowers the inertia most becomes a center.
 * @param pairs squared distances of all pairs of vectors, `[rows, rows]`, where they are cached.
 * @returns `[clusters, columns]`.
 */
export function plusPlusCenters(
  { rows, columns, data, counts }: DistinctVectors,
  clusters: number,
  random: Random,
  lloyd: Lloyd,
  pairs: Float64Array | undefined,
): Float64Array {
  const centers = new Float64Array(clusters * columns);
  const candidates = 2 + Math.floor(Math.log(clusters));
  let distances = new Float64Array(rows).fill(Infinity);
  let trial = new Float64Array(rows);
  let best = new Float64Array(rows);
  /** Sets `to` to the distances with a center added at `row`; returns the inertia. */
  const withCenter = (row: number, to: Float64Array) => {
    if (pairs === undefined) {
      to.set(distances);
      lloyd.lowerDistances(to, rowOf(data, row, columns));
    } else {
      for (let other = 0, at = row * rows; other < rows; other++, at++)
        to[other] = Math.min(distances[other]!, pairs[at]!);
    }
    let inertia = 0;
    for (let other = 0; other < rows; other++) inertia += to[other]! * counts[other]!;
    return inertia;
  };
  const first = weightedDraw(counts, random)();
  centers.set(rowOf(data, first, columns));
  withCenter(first, trial);
  [distances, trial] = [trial, distances];
  const weights = new Float64Array(rows);
  for (let cluster = 1; cluster < clusters; cluster++) {
    for (let row = 0; row < rows; row++) weights[row] = distances[row]! * counts[row]!;
    const draw = weightedDraw(weights, random);
    let chosen = -1;
    let lowest = Infinity;
    for (let i = 0; i < candidates; i++) {
      const row = draw();
      const inertia = withCenter(row, trial);
      if (inertia >= lowest) continue;
      [lowest, chosen] = [inertia, row];
      [best, trial] = [trial, best];
    }
    centers.set(rowOf(data, chosen, columns), cluster * columns);
    [distances, best] = [best, distances];
  }
  return centers;
}

/**
 * Moves a random center of a result to a vector drawn in proportion to its squared distance to its
 * center and its multiplicity (random swap: Fränti 2018).
 * @returns `[clusters, columns]`.
 */
export function swappedCenters(
  { rows, columns, data, counts }: DistinctVectors,
  { centers, labels }: LloydResult,
  clusters: number,
  random: Random,
): Float64Array {
  const weights = Float64Array.from(
    { length: rows },
    (_, row) => counts[row]! * squaredDistance(data, row, centers, labels[row]!, columns),
  );
  const row = weightedDraw(weights, random)();
  const swapped = Float64Array.from(centers);
  swapped.set(rowOf(data, row, columns), random.randInt(0, clusters) * columns);
  return swapped;
}

/** Squared distances of all pairs of vectors, `[rows, rows]`. */
export function squaredDistancesOfPairs({ rows, columns, data }: DistinctVectors): Float64Array {
  const pairs = new Float64Array(rows * rows);
  for (let a = 0; a < rows; a++) {
    for (let b = 0; b < a; b++)
      pairs[a * rows + b] = pairs[b * rows + a] = squaredDistance(data, a, data, b, columns);
  }
  return pairs;
}

const rowOf = (data: Float64Array, row: number, columns: number): Float64Array =>
  data.subarray(row * columns, (row + 1) * columns);

/** Draws indices in proportion to `weights`, by binary search in their cumulative sums. */
function weightedDraw(weights: Float64Array, random: Random): () => number {
  const cumulative = new Float64Array(weights.length);
  let total = 0;
  for (let i = 0; i < weights.length; i++) cumulative[i] = total += weights[i]!;
  return () => {
    const target = random.random() * total;
    let low = 0;
    let high = weights.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (cumulative[middle]! > target) high = middle;
      else low = middle + 1;
    }
    return low;
  };
}

function indexOfMaximum(values: Float64Array): number {
  let maximum = 0;
  for (let i = 1; i < values.length; i++) if (values[i]! > values[maximum]!) maximum = i;
  return maximum;
}
