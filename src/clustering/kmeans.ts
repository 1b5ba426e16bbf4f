/**
 * K-Means (Lloyd 1982) with restarts, on distinct vectors with multiplicities: a local optimum over all faces at a cost that follows the
 * distinct vectors.
 *
 * The first restart is seeded by ml-kmeans, which runs k-means++ and Lloyd's iterations on a random sample of the faces (Bradley & Fayyad
 * 1998, 'Refining initial points'); the others by greedy k-means++ (Arthur & Vassilvitskii 2007) over all of them, which ml-kmeans has no
 * multiplicities for. Lloyd's iterations follow until no face changes its cluster.
 */
import { kmeans as mlKMeans } from 'ml-kmeans';
import { Random } from 'ml-random';
import { clamp } from '../clamp';
import { pause } from '../pause';
import type { DistinctVectors } from './distinct';
import { type Lloyd, lloydOf } from './lloyd';
import { squaredDistance } from './metric';

export interface KMeansOptions {
  /** Number of clusters, ≥ 1. With fewer distinct vectors than this, each vector is a cluster. */
  clusters: number;
  /** Runs from different seeds; the one of lowest inertia is kept. */
  restarts: number;
  maxIterations?: number;
  seed: number;
  signal?: AbortSignal | undefined;
}

export interface KMeansResult {
  /** Cluster of each distinct vector, from 0. */
  labels: Int32Array;
  /** `[clusters, columns]`. */
  centers: Float64Array;
  clusters: number;
  /** Sum over all faces of the squared distance to their centre. */
  inertia: number;
  /** Iterations of the run that was kept. */
  iterations: number;
}

/** Faces ml-kmeans sees, for each cluster: enough to place the centres, few enough to be quick. */
const SAMPLE_PER_CLUSTER = 20;
const SMALLEST_SAMPLE = 300;
const LARGEST_SAMPLE = 2000;
/** Its iterations; Lloyd's over all faces go on from there. */
const SAMPLE_ITERATIONS = 10;

/** Numbers an iteration looks at up to which results are polished by single moves: among more faces a single one changes nothing. */
const LARGEST_POLISHED = 1e6;
/** Swaps are tried for about so many distances to a centre an iteration, … */
const SWAP_WORK = 3e5;
/** … but at least and at most so many. */
const FEWEST_SWAPS = 5;
const MOST_SWAPS = 100;

/** Inertias that differ by less than this fraction are the same up to rounding. */
const SAME = 1e-12;

/** @returns the best of `restarts` runs; the same for the same seed. */
export async function kMeans(vectors: DistinctVectors, options: KMeansOptions): Promise<KMeansResult> {
  const { restarts, maxIterations = 300, seed, signal } = options;
  const clusters = Math.min(options.clusters, vectors.rows);
  if (!(clusters >= 1 && restarts >= 1))
    throw new RangeError(`expected at least 1 vector and 1 restart, got ${vectors.rows} and ${restarts}`);
  const random = new Random(seed);
  const lloyd = lloydOf(vectors, clusters);
  const polish = vectors.rows * clusters * vectors.columns < LARGEST_POLISHED;
  let best: KMeansResult | undefined;
  for (let restart = 0; restart < restarts; restart++) {
    await pause(signal);
    const centers = restart === 0 ? sampledCenters(vectors, clusters, random, lloyd) : plusPlusCenters(vectors, clusters, random, lloyd);
    const result = await lloyd.run(centers, maxIterations, signal);
    if (polish) await lloyd.polish(result, signal);
    if (best === undefined || result.inertia < best.inertia * (1 - SAME)) best = { ...result, clusters };
    if (best.inertia === 0 || clusters === 1) break; // nothing can be better
  }
  return swapped(vectors, best!, random, lloyd, maxIterations, signal);
}

/**
 * Random swaps (Fränti 2018): a centre is moved to a face far from the others, Lloyd's iterations follow, and the result is kept where it is
 * better. A few of them find what many restarts would. Where all centres must move together a swap leads nowhere, so every other trial starts anew.
 */
async function swapped(
  vectors: DistinctVectors,
  start: KMeansResult,
  random: Random,
  lloyd: Lloyd,
  maxIterations: number,
  signal: AbortSignal | undefined,
): Promise<KMeansResult> {
  const { clusters } = start;
  const { rows, columns, counts, data } = vectors;
  let best = start;
  const polish = rows * clusters * columns < LARGEST_POLISHED;
  if (polish) await lloyd.polish(best, signal);
  const swaps = clusters < 2 ? 0 : Math.round(clamp(SWAP_WORK / (rows * clusters), FEWEST_SWAPS, MOST_SWAPS));
  const weights = new Float64Array(rows);
  for (let swap = 0; swap < swaps && best.inertia > 0; swap++) {
    let centers: Float64Array;
    if (swap % 2 === 1) {
      centers = plusPlusCenters(vectors, clusters, random, lloyd);
    } else {
      for (let row = 0; row < rows; row++) {
        weights[row] = counts[row]! * squaredDistance(data, row, best.centers, best.labels[row]!, columns);
      }
      const row = weightedDraw(weights, random)();
      centers = Float64Array.from(best.centers);
      centers.set(data.subarray(row * columns, (row + 1) * columns), random.randInt(0, clusters) * columns);
    }
    const result = await lloyd.run(centers, maxIterations, signal);
    if (polish) await lloyd.polish(result, signal);
    if (result.inertia < best.inertia * (1 - SAME)) best = { ...result, clusters };
  }
  return best;
}

/** Starting centres: those ml-kmeans finds on a sample of the faces, drawn with replacement. */
function sampledCenters({ columns, data, counts }: DistinctVectors, clusters: number, random: Random, lloyd: Lloyd): Float64Array {
  const draw = weightedDraw(counts, random);
  const size = Math.min(LARGEST_SAMPLE, Math.max(SMALLEST_SAMPLE, SAMPLE_PER_CLUSTER * clusters));
  const rows = Array.from({ length: size }, draw);
  const sample = rows.map((row) => Array.from(data.subarray(row * columns, (row + 1) * columns)));
  const wanted = Math.min(clusters, new Set(rows).size);
  const { centroids } = mlKMeans(sample, wanted, {
    seed: random.randInt(0, 0x7fff_ffff),
    initialization: 'kmeans++',
    maxIterations: SAMPLE_ITERATIONS,
  });
  const centers = new Float64Array(clusters * columns);
  const distances = new Float64Array(counts.length).fill(Infinity);
  for (let i = 0; i < clusters; i++) {
    // A sample can hold fewer distinct vectors than clusters are wanted: the rest start at the vectors farthest from any centre.
    const far = i < wanted ? -1 : farthest(distances);
    centers.set(far === -1 ? centroids[i]! : data.subarray(far * columns, (far + 1) * columns), i * columns);
    lloyd.nearer(distances, centers.subarray(i * columns, (i + 1) * columns));
  }
  return centers;
}

/** Greedy k-means++: of 2 + ln k candidates, drawn in proportion to squared distance and multiplicity, the one that lowers the inertia most. */
function plusPlusCenters({ rows, columns, data, counts }: DistinctVectors, clusters: number, random: Random, lloyd: Lloyd): Float64Array {
  const centers = new Float64Array(clusters * columns);
  const candidates = 2 + Math.floor(Math.log(clusters));
  let distances: Float64Array = new Float64Array(rows).fill(Infinity);
  const place = (cluster: number, row: number) => {
    centers.set(data.subarray(row * columns, (row + 1) * columns), cluster * columns);
  };
  const first = weightedDraw(counts, random)();
  place(0, first);
  lloyd.nearer(distances, data.subarray(first * columns, (first + 1) * columns));
  const weights = new Float64Array(rows);
  for (let cluster = 1; cluster < clusters; cluster++) {
    for (let row = 0; row < rows; row++) weights[row] = distances[row]! * counts[row]!;
    const draw = weightedDraw(weights, random);
    let best: { row: number; distances: Float64Array; inertia: number } | undefined;
    for (let i = 0; i < candidates; i++) {
      const row = draw();
      const trial = Float64Array.from(distances);
      lloyd.nearer(trial, data.subarray(row * columns, (row + 1) * columns));
      let inertia = 0;
      for (let other = 0; other < rows; other++) inertia += trial[other]! * counts[other]!;
      if (best === undefined || inertia < best.inertia) best = { row, distances: trial, inertia };
    }
    place(cluster, best!.row);
    distances = best!.distances;
  }
  return centers;
}

/** Draws indices in proportion to `weights`, by bisection in their cumulative sums. */
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

function farthest(distances: Float64Array): number {
  let far = 0;
  for (let row = 1; row < distances.length; row++) if (distances[row]! > distances[far]!) far = row;
  return far;
}
