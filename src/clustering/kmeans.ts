/**
 * K-Means (Lloyd 1982) with restarts, on distinct vectors with multiplicities: a local optimum over
 * all faces at a cost that follows the distinct vectors.
 *
 * The first restart is seeded by ml-kmeans, which runs k-means++ and Lloyd's iterations on a random
 * sample of the faces (Bradley & Fayyad 1998, 'Refining initial points'); the others by greedy
 * k-means++ (Arthur & Vassilvitskii 2007) over all of them, which ml-kmeans has no multiplicities
 * for. Lloyd's iterations follow until no face changes its cluster. Among very many distinct
 * vectors the runs are compared on a part of them, and the best go on over all.
 */
import { kmeans as mlKMeans } from 'ml-kmeans';
import { Random } from 'ml-random';
import { clamp } from '../util/clamp';
import { yieldToEventLoop } from '../util/yield-to-event-loop';
import type { DistinctVectors } from './distinct';
import { type Lloyd, lloydOf, type LloydResult, type RunLimits } from './lloyd';
import { squaredDistance } from './metric';

export interface KMeansOptions {
  /** Number of clusters, ≥ 1. With fewer distinct vectors than this, each vector is a cluster. */
  clusters: number;
  /** Runs from different seeds; the one of lowest inertia is kept. */
  restarts: number;
  /**
   * Whether ml-kmeans finds the first starting centres on a sample; without it k-means++ finds all
   * of them.
   */
  sample?: boolean;
  /** Trials of swaps after them; without it, as many as pay. */
  swaps?: number | undefined;
  maxIterations?: number;
  seed: number;
  /** Does the pieces of a large clustering; without it they are done here. */
  parts?: KMeansParts | undefined;
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
const SAMPLE_PER_CLUSTER = 8;
const MIN_SAMPLE = 300;
const MAX_SAMPLE = 2000;
/** Its iterations; Lloyd's over all faces go on from there. */
const SAMPLE_ITERATIONS = 10;

/**
 * Numbers an iteration looks at up to which results are polished by single moves: among more faces
 * a single one changes nothing.
 */
const MAX_POLISHED_WORK = 1e6;
/**
 * … where their inertia is no more than so many times the lowest yet: single moves gain no more
 * than a few hundredths.
 */
const PROMISING = 1.02;
/**
 * Squared distances of each vector to each are kept for k-means++ where there are no more vectors.
 */
const MAX_PAIR_ROWS = 600;
/** Trials of swaps for about so many distances to a centre an iteration, … */
const SWAP_WORK = 1e5;
/** … but at least and at most so many. */
const MIN_SWAPS = 30;
const MAX_SWAPS = 100;
/** Among more distinct vectors than this, so many are drawn, the runs compared on them, … */
const SUBSAMPLE_ROWS = 20_000;
/** … and the best so many go on over all. */
const MAX_CANDIDATES = 4;
/**
 * Searches the restarts are shared by, which can run at a time; a fixed number, so that a seed
 * gives the same result on every machine.
 */
const SEARCHES = 2;
/** Trials of each after its restarts. */
const SWAPS_PER_SEARCH = 8;
/**
 * They are compared when only this share of the faces still changes, and the best goes on to the
 * end.
 */
const NEARLY_CONVERGED = 5e-3;

/** Inertias that differ by less than this fraction are the same up to rounding. */
const EQUAL_INERTIA = 1e-12;

/** @returns the best of `restarts` runs; the same for the same seed. */
export async function kMeans(
  vectors: DistinctVectors,
  options: KMeansOptions,
): Promise<KMeansResult> {
  const { restarts, maxIterations = 300, seed, signal, sample = true, swaps } = options;
  const clusters = Math.min(options.clusters, vectors.rows);
  if (!(clusters >= 1 && restarts >= 1))
    throw new RangeError(
      `expected at least 1 vector and 1 restart, got ${vectors.rows} and ${restarts}`,
    );
  if (!isLarge(vectors) || vectors.rows <= 2 * clusters) {
    const [best] = await searchRestarts(
      vectors,
      { clusters, restarts, sample, swaps, seed, maxIterations },
      signal,
    );
    return { ...best!, clusters };
  }
  const { search, settle } = options.parts ?? localParts(vectors, signal);
  const some = subsample(vectors, Math.max(SUBSAMPLE_ROWS, 2 * clusters), new Random(seed));
  const searches = Array.from({ length: Math.min(SEARCHES, restarts) }, (_, i) =>
    search(some, {
      clusters,
      restarts: Math.floor((restarts + i) / SEARCHES) || 1,
      sample: sample && i === 0,
      swaps: swaps ?? SWAPS_PER_SEARCH,
      seed: seed + i,
      maxIterations,
    }),
  );
  const candidates = (await Promise.all(searches)).flat().sort((a, b) => a.inertia - b.inertia);
  const nearly = { clusters, maxIterations, settled: NEARLY_CONVERGED };
  const results = await Promise.all(
    candidates.slice(0, MAX_CANDIDATES).map(({ centers }) => settle(centers, nearly)),
  );
  const best = results.reduce((a, b) => (b.inertia < a.inertia ? b : a));
  return { ...(await settle(best.centers, { clusters, maxIterations })), clusters };
}

/** Whether there are so many vectors that runs are compared on a part of them. */
export const isLarge = ({ rows }: Pick<DistinctVectors, 'rows'>): boolean =>
  rows > 1.5 * SUBSAMPLE_ROWS;

/** The pieces of a large clustering, which can be done elsewhere. */
export interface KMeansParts {
  search: (vectors: DistinctVectors, search: Search) => Promise<LloydResult[]>;
  /** Lloyd's iterations over all vectors. */
  settle: (centers: Float64Array, limits: RunLimits & { clusters: number }) => Promise<LloydResult>;
}

function localParts(vectors: DistinctVectors, signal: AbortSignal | undefined): KMeansParts {
  return {
    search: (some, search) => searchRestarts(some, search, signal),
    settle: (centers, limits) => lloydOf(vectors, limits.clusters).run(centers, limits, signal),
  };
}

/** Restarts and the trials after them. */
export interface Search {
  clusters: number;
  restarts: number;
  /** Whether ml-kmeans finds the first starting centres. */
  sample: boolean;
  swaps: number | undefined;
  seed: number;
  maxIterations: number;
}

/** @returns the best results, the lowest inertia first. */
export async function searchRestarts(
  vectors: DistinctVectors,
  search: Search,
  signal?: AbortSignal,
): Promise<LloydResult[]> {
  const { clusters, restarts, maxIterations, seed } = search;
  const random = new Random(seed);
  const { rows, columns } = vectors;
  const lloyd = lloydOf(vectors, clusters);
  const polish = search.swaps === undefined && rows * clusters * columns < MAX_POLISHED_WORK;
  const pairs = rows <= MAX_PAIR_ROWS ? pairsOf(vectors) : undefined;
  let best: LloydResult[] = [];
  const tryFrom = async (centers: Float64Array) => {
    const result = await lloyd.run(centers, { maxIterations }, signal);
    if (polish && !(result.inertia > PROMISING * (best[0]?.inertia ?? Infinity)))
      await lloyd.polish(result, signal);
    if (best.some(({ inertia }) => Math.abs(inertia - result.inertia) <= EQUAL_INERTIA * inertia))
      return;
    best = [...best, result].sort((a, b) => a.inertia - b.inertia).slice(0, MAX_CANDIDATES);
  };
  for (let restart = 0; restart < restarts; restart++) {
    await yieldToEventLoop(signal);
    await tryFrom(
      restart === 0 && search.sample
        ? sampledCenters(vectors, clusters, random, lloyd)
        : plusPlusCenters(vectors, clusters, random, lloyd, pairs),
    );
    if (best[0]!.inertia === 0 || clusters === 1) return best; // nothing can be better
  }
  // Random swaps (Fränti 2018): a centre is moved to a face far from the others. A few of them find
  // what many restarts would; where all centres must move together they lead nowhere, so every
  // other trial starts anew.
  const swaps =
    search.swaps ?? Math.round(clamp(SWAP_WORK / (rows * clusters), MIN_SWAPS, MAX_SWAPS));
  for (let swap = 0; swap < swaps && best[0]!.inertia > 0; swap++) {
    await tryFrom(
      swap % 2 === 0
        ? swappedCenters(vectors, best[0]!, clusters, random)
        : plusPlusCenters(vectors, clusters, random, lloyd, pairs),
    );
  }
  return best;
}

function swappedCenters(
  { rows, columns, data, counts }: DistinctVectors,
  { centers, labels }: LloydResult,
  clusters: number,
  random: Random,
) {
  const weights = Float64Array.from(
    { length: rows },
    (_, row) => counts[row]! * squaredDistance(data, row, centers, labels[row]!, columns),
  );
  const row = weightedDraw(weights, random)();
  const swapped = Float64Array.from(centers);
  swapped.set(
    data.subarray(row * columns, (row + 1) * columns),
    random.randInt(0, clusters) * columns,
  );
  return swapped;
}

/** Distinct vectors drawn without replacement, with their multiplicities. */
function subsample(
  { rows, columns, data, counts }: DistinctVectors,
  size: number,
  random: Random,
): DistinctVectors {
  const order = Int32Array.from({ length: rows }, (_, row) => row);
  for (let i = 0; i < size; i++) {
    const j = random.randInt(i, rows);
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  const chosen = order.slice(0, size).sort();
  const part = new Float64Array(size * columns);
  chosen.forEach((row, i) => {
    part.set(data.subarray(row * columns, (row + 1) * columns), i * columns);
  });
  return {
    rows: size,
    columns,
    data: part,
    counts: Float64Array.from(chosen, (row) => counts[row]!),
    inverse: Int32Array.from(chosen, (_, i) => i),
  };
}

/** Starting centres: those ml-kmeans finds on a sample of the faces, drawn with replacement. */
function sampledCenters(
  { columns, data, counts }: DistinctVectors,
  clusters: number,
  random: Random,
  lloyd: Lloyd,
): Float64Array {
  const draw = weightedDraw(counts, random);
  const size = Math.min(MAX_SAMPLE, Math.max(MIN_SAMPLE, SAMPLE_PER_CLUSTER * clusters));
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
    // A sample can hold fewer distinct vectors than clusters are wanted: the rest start at the
    // vectors farthest from any centre.
    const far = i < wanted ? -1 : farthestIndex(distances);
    centers.set(
      far === -1 ? centroids[i]! : data.subarray(far * columns, (far + 1) * columns),
      i * columns,
    );
    lloyd.nearer(distances, centers.subarray(i * columns, (i + 1) * columns));
  }
  return centers;
}

/** Squared distances of each vector to each, `[rows, rows]`. */
function pairsOf({ rows, columns, data }: DistinctVectors): Float64Array {
  const pairs = new Float64Array(rows * rows);
  for (let a = 0; a < rows; a++) {
    for (let b = 0; b < a; b++)
      pairs[a * rows + b] = pairs[b * rows + a] = squaredDistance(data, a, data, b, columns);
  }
  return pairs;
}

/**
 * Greedy k-means++: of 2 + ln k candidates, drawn in proportion to squared distance and
 * multiplicity, the one that lowers the inertia most.
 * @param pairs squared distances of the vectors, where they are at hand.
 */
function plusPlusCenters(
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
  /** Sets `to` to the distances with a centre at `row` added; returns the inertia. */
  const withCenter = (row: number, to: Float64Array) => {
    if (pairs === undefined) {
      to.set(distances);
      lloyd.nearer(to, data.subarray(row * columns, (row + 1) * columns));
    } else {
      for (let other = 0, at = row * rows; other < rows; other++, at++)
        to[other] = Math.min(distances[other]!, pairs[at]!);
    }
    let inertia = 0;
    for (let other = 0; other < rows; other++) inertia += to[other]! * counts[other]!;
    return inertia;
  };
  const first = weightedDraw(counts, random)();
  centers.set(data.subarray(first * columns, (first + 1) * columns));
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
    centers.set(data.subarray(chosen * columns, (chosen + 1) * columns), cluster * columns);
    [distances, best] = [best, distances];
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

function farthestIndex(distances: Float64Array): number {
  let far = 0;
  for (let row = 1; row < distances.length; row++) if (distances[row]! > distances[far]!) far = row;
  return far;
}
