/** K-Means from several starting points, one after the other. */
import { Random } from 'ml-random';
import { clamp } from '../util/clamp';
import { yieldToEventLoop } from '../util/yield-to-event-loop';
import type { DistinctVectors } from './distinct';
import { moveSingleVectors } from './hartigan';
import { createLloyd, type Lloyd, type LloydResult } from './lloyd';
import {
  plusPlusCenters,
  sampledCenters,
  squaredDistancesOfPairs,
  swappedCenters,
} from './starting-centers';

/** A number of restarts, and the random swaps that follow them. */
export interface Search {
  clusters: number;
  restarts: number;
  /** Whether ml-kmeans finds the centers that the first restart begins with. */
  sample: boolean;
  /** Random swaps after the restarts; undefined derives their number from the cost of one. */
  swaps: number | undefined;
  seed: number;
  maxIterations: number;
}

/** Results that are kept of a search. */
export const MAX_CANDIDATES = 4;

/**
 * Largest `rows × clusters × columns` at which results are polished by moves of single vectors:
 * among more faces a single one makes no difference.
 */
const MAX_POLISHED_WORK = 1e6;
/** Polishing lowers an inertia by a few percent at most, so only results this near are polished. */
const MAX_POLISHED_RATIO = 1.02;
/** Vectors up to which the squared distances of all pairs are cached for k-means++. */
const MAX_PAIR_ROWS = 600;
/** Distances between a vector and a center that all swaps together compute, per iteration. */
const SWAP_WORK = 1e5;
const MIN_SWAPS = 30;
const MAX_SWAPS = 100;
/** Inertias that differ by less than this fraction are equal up to rounding. */
const EQUAL_INERTIA = 1e-12;

/** @returns the best results, at most `MAX_CANDIDATES`, in ascending order of inertia. */
export async function searchRestarts(
  vectors: DistinctVectors,
  search: Search,
  signal?: AbortSignal,
): Promise<LloydResult[]> {
  using lloyd = createLloyd(vectors, search.clusters);
  return await searchWith(lloyd, vectors, search, signal);
}

async function searchWith(
  lloyd: Lloyd,
  vectors: DistinctVectors,
  search: Search,
  signal: AbortSignal | undefined,
): Promise<LloydResult[]> {
  const { clusters, restarts, maxIterations, seed } = search;
  const random = new Random(seed);
  const { rows, columns } = vectors;
  const polish = search.swaps === undefined && rows * clusters * columns < MAX_POLISHED_WORK;
  const pairs = rows <= MAX_PAIR_ROWS ? squaredDistancesOfPairs(vectors) : undefined;
  let best: LloydResult[] = [];
  const tryFrom = async (centers: Float64Array) => {
    const result = await lloyd.run(centers, { maxIterations }, signal);
    if (polish && !(result.inertia > MAX_POLISHED_RATIO * (best[0]?.inertia ?? Infinity)))
      await moveSingleVectors(vectors, clusters, result, signal);
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
    if (best[0]!.inertia === 0 || clusters === 1) return best; // optimal
  }
  // A few random swaps find what many restarts would. They fail where several centers would have to
  // move together, so every second trial is another restart.
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
