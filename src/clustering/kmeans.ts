/**
 * K-Means on distinct vectors with multiplicities: a local optimum over all faces, at a cost in
 * proportion to the distinct vectors.
 *
 * The first restart begins with centers that ml-kmeans finds on a sample of the faces, the others
 * with greedy k-means++ over all vectors (ml-kmeans does not support multiplicities). Lloyd's
 * iterations follow until no face changes its cluster. Large sets are searched on a random subset
 * of their vectors, and the best results are refined on all.
 */
import { Random } from 'ml-random';
import type { DistinctVectors } from './distinct';
import { MAX_CANDIDATES, type Search, searchRestarts } from './kmeans-restarts';
import { type LloydResult, type RunLimits, settle } from './lloyd';
import { subsample } from './subsample';

export interface KMeansOptions {
  /** Number of clusters, ≥ 1. With fewer distinct vectors than this, each vector is a cluster. */
  clusters: number;
  /** Runs from different starting centers; the one of lowest inertia is kept. */
  restarts: number;
  /**
   * Whether ml-kmeans finds the first starting centers on a sample; otherwise k-means++ finds all
   * of them. Default true.
   */
  sample?: boolean;
  /** Random swaps after the restarts; undefined derives their number from the cost of one. */
  swaps?: number | undefined;
  maxIterations?: number;
  seed: number;
  /** Computes the parts of a large clustering, for example in other threads; default: here. */
  parts?: KMeansParts | undefined;
  signal?: AbortSignal | undefined;
}

export interface KMeansResult extends LloydResult {
  clusters: number;
}

/** The parts of a large clustering, which can be computed in other threads. */
export interface KMeansParts {
  search: (vectors: DistinctVectors, search: Search) => Promise<LloydResult[]>;
  /** Lloyd's iterations over all vectors. */
  settle: (centers: Float64Array, limits: RunLimits & { clusters: number }) => Promise<LloydResult>;
}

/** Distinct vectors that a large set is searched on. */
const SUBSAMPLE_ROWS = 20_000;
/**
 * Searches that share the restarts and can run in parallel. The number is fixed, so that a seed
 * gives the same result on every machine.
 */
const SEARCHES = 2;
/** Random swaps of each search on a subset. */
const SWAPS_PER_SEARCH = 8;
/**
 * Candidates are compared once at most this share of the faces changes its cluster; only the best
 * is then run to the end.
 */
const NEARLY_CONVERGED = 5e-3;

/**
 * @returns the best of `restarts` runs; the same for the same seed.
 * @throws RangeError for no vectors or no restarts.
 */
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
  const subset = subsample(vectors, Math.max(SUBSAMPLE_ROWS, 2 * clusters), new Random(seed));
  const searches = Array.from({ length: Math.min(SEARCHES, restarts) }, (_, i) =>
    search(subset, {
      clusters,
      restarts: Math.floor((restarts + i) / SEARCHES) || 1,
      sample: sample && i === 0,
      swaps: swaps ?? SWAPS_PER_SEARCH,
      seed: seed + i,
      maxIterations,
    }),
  );
  const candidates = (await Promise.all(searches)).flat().sort((a, b) => a.inertia - b.inertia);
  const nearly = { clusters, maxIterations, maxChangedShare: NEARLY_CONVERGED };
  const results = await Promise.all(
    candidates.slice(0, MAX_CANDIDATES).map(({ centers }) => settle(centers, nearly)),
  );
  const best = results.reduce((a, b) => (b.inertia < a.inertia ? b : a));
  return { ...(await settle(best.centers, { clusters, maxIterations })), clusters };
}

/** Whether a set has so many distinct vectors that it is searched on a subset. */
export const isLarge = ({ rows }: Pick<DistinctVectors, 'rows'>): boolean =>
  rows > 1.5 * SUBSAMPLE_ROWS;

function localParts(vectors: DistinctVectors, signal: AbortSignal | undefined): KMeansParts {
  return {
    search: (subset, search) => searchRestarts(subset, search, signal),
    settle: (centers, limits) => settle(vectors, centers, limits, signal),
  };
}
