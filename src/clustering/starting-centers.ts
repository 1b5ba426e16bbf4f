/** Starting centers of K-Means on distinct vectors with multiplicities. */
import { kmeans as mlKMeans } from 'ml-kmeans';
import type { Random } from 'ml-random';
import type { DistinctVectors } from './distinct';
import { type Lloyd, type LloydResult, triesOf } from './lloyd';
import { squaredDistance } from './metric';
import { type Trial, trialOf } from './nearest-center';

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
    lloyd.tryCenters(distances, rowOf(centers, i, columns)).add(0, distances);
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
  const distances = new Float64Array(rows).fill(Infinity);
  const tried = new Float64Array(triesOf(clusters) * columns);
  const tryRows = (candidates: readonly number[]): Trial => {
    if (pairs !== undefined) return tryPairs(pairs, distances, candidates, counts);
    for (const [i, row] of candidates.entries()) tried.set(rowOf(data, row, columns), i * columns);
    return lloyd.tryCenters(distances, tried.subarray(0, candidates.length * columns));
  };
  const first = weightedDraw(counts, random)();
  centers.set(rowOf(data, first, columns));
  tryRows([first]).add(0, distances);
  const weights = new Float64Array(rows);
  for (let cluster = 1; cluster < clusters; cluster++) {
    for (let row = 0; row < rows; row++) weights[row] = distances[row]! * counts[row]!;
    const draw = weightedDraw(weights, random);
    const candidates = Array.from({ length: triesOf(clusters) }, draw);
    const trial = tryRows(candidates);
    let best = 0;
    for (let i = 1; i < candidates.length; i++)
      if (trial.inertias[i]! < trial.inertias[best]!) best = i;
    trial.add(best, distances);
    centers.set(rowOf(data, candidates[best]!, columns), cluster * columns);
  }
  return centers;
}

/** Tries vectors as one more center each, from the squared distances of all pairs. */
function tryPairs(
  pairs: Float64Array,
  distances: Float64Array,
  candidates: readonly number[],
  counts: Float64Array,
): Trial {
  const { length } = distances;
  const lowered = candidates.map((row) =>
    distances.map((distance, other) => Math.min(distance, pairs[row * length + other]!)),
  );
  return trialOf(lowered, counts);
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
