/**
 * Pieces of clustering that run by themselves, in a worker thread or here: plain data in, plain
 * data out.
 */
import type { Metric } from '../domain/method-options';
import type { DistinctVectors } from './distinct';
import type { FitContext, Partition } from './grouping';
import { kMeans, type KMeansParts, type Search, searchRestarts } from './kmeans';
import { lloydOf, type LloydResult, type RunLimits } from './lloyd';
import { fit, type MethodSettings } from './methods';
import { inertiaOf } from './scores';
import { silhouette, silhouettesOf } from './silhouette';

/** A grouping with its figures. */
export interface ScoredPartition extends Partition {
  /** Number of clusters asked for. */
  asked: number;
  inertia: number;
  /** Null where it was not asked for, or is not defined. */
  silhouette: number | null;
  /** Of fitting (its share) and labelling, without the silhouette. */
  seconds: number;
}

export interface Tasks {
  /** Groups vectors into each of several numbers of clusters. */
  group: {
    params: {
      vectors: DistinctVectors;
      settings: MethodSettings;
      clusters: number[];
      score: boolean;
    };
    result: ScoredPartition[];
  };
  /** Inertias of K-Means into each of several numbers of clusters, from few restarts. */
  inertias: {
    params: { vectors: DistinctVectors; clusters: number[]; restarts: number; seed: number };
    result: number[];
  };
  /** Restarts of K-Means. */
  search: { params: { vectors: DistinctVectors; search: Search }; result: LloydResult[] };
  /** Lloyd's iterations. */
  settle: {
    params: {
      vectors: DistinctVectors;
      centers: Float64Array;
      limits: RunLimits & { clusters: number };
    };
    result: LloydResult;
  };
  /** Silhouettes of a range of vectors. */
  silhouettes: {
    params: {
      vectors: DistinctVectors;
      labels: Int32Array;
      clusters: number;
      metric: Metric;
      start: number;
      end: number;
    };
    result: Float64Array;
  };
}

export type TaskName = keyof Tasks;

/** Does a piece of work: here, or in another thread. */
export type RunTask = <Name extends TaskName>(
  name: Name,
  params: Tasks[Name]['params'],
  options: TaskOptions,
) => Promise<Tasks[Name]['result']>;

export interface TaskOptions {
  signal?: AbortSignal | undefined;
  /** Told of each grouping that is done. */
  onStep?: (() => void) | undefined;
}

const FEW_SWAPS = 10;

const handlers: {
  [Name in TaskName]: (
    params: Tasks[Name]['params'],
    options: TaskOptions,
  ) => Promise<Tasks[Name]['result']>;
} = {
  group: groupAll,
  inertias: async ({ vectors, clusters, restarts, seed }, { signal, onStep }) => {
    const result: number[] = [];
    for (const number of clusters) {
      result.push(
        (await kMeans(vectors, { clusters: number, restarts, swaps: 0, seed, signal })).inertia,
      );
      onStep?.();
    }
    return result;
  },
  search: ({ vectors, search }, { signal }) => searchRestarts(vectors, search, signal),
  settle: ({ vectors, centers, limits }, { signal }) =>
    lloydOf(vectors, limits.clusters).run(centers, limits, signal),
  silhouettes: ({ vectors, labels, clusters, metric, start, end }, { signal }) =>
    silhouettesOf(vectors, labels, clusters, metric, start, end, signal),
};

/** Runs a piece of work in this thread. */
export const runHere: RunTask = (name, params, options) => handlers[name](params, options);

/**
 * Pieces of a large K-Means, done by `run`.
 * @param vectors in shared memory, where `run` is in other threads.
 */
export const kMeansParts = (
  vectors: DistinctVectors,
  run: RunTask,
  signal: AbortSignal | undefined,
): KMeansParts => ({
  search: (some, search) => run('search', { vectors: some, search }, { signal }),
  settle: (centers, limits) => run('settle', { vectors, centers, limits }, { signal }),
});

async function groupAll(
  { vectors, settings, clusters, score }: Tasks['group']['params'],
  { signal, onStep }: TaskOptions,
): Promise<ScoredPartition[]> {
  // Where many numbers of clusters are tried, each is worth less.
  const context: FitContext = { signal, swaps: score ? FEW_SWAPS : undefined };
  const started = performance.now();
  const fitted = await fit(vectors, settings, context);
  const share = (performance.now() - started) / clusters.length;
  const results: ScoredPartition[] = [];
  for (const asked of clusters) {
    const start = performance.now();
    const grouping = await fitted(asked);
    const seconds = (share + performance.now() - start) / 1000;
    const { mean } = score
      ? await silhouette(grouping.vectors, grouping.labels, grouping.clusters, { signal })
      : { mean: null };
    results.push({
      asked,
      ...grouping,
      inertia: inertiaOf(grouping.vectors, grouping.labels, grouping.clusters),
      silhouette: mean,
      seconds,
    });
    onStep?.();
  }
  return results;
}
