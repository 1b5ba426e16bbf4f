/** Tasks of clustering that can run in worker threads, with plain data in and out. */
import type { Metric } from '../domain/method-options';
import type { RunTask, TaskHandlers, TaskOptions } from '../util/tasks';
import type { DistinctVectors } from './distinct';
import { kMeans, type KMeansParts } from './kmeans';
import { type Search, searchRestarts } from './kmeans-restarts';
import { type LloydResult, type RunLimits, settle } from './lloyd';
import type { MethodSettings } from '../domain/method-parameters';
import { fit } from './methods';
import type { FitContext, Partition } from './partition';
import { inertiaOf } from './scores';
import { silhouette, silhouettesOf } from './silhouette';

export interface ScoredPartition extends Partition {
  /** Requested number of clusters. */
  asked: number;
  inertia: number;
  /** Null where it was not requested, or is undefined. */
  silhouette: number | null;
  /** Time for labeling, and an equal share of that for fitting; without the silhouette. */
  seconds: number;
}

export interface ClusteringTasks {
  /** Partitions vectors into each of several numbers of clusters. */
  group: {
    params: {
      vectors: DistinctVectors;
      settings: MethodSettings;
      clusters: number[];
      /** Whether silhouettes are computed. */
      score: boolean;
    };
    result: ScoredPartition[];
  };
  /** Inertia of K-Means for each of several numbers of clusters, without random swaps. */
  inertias: {
    params: { vectors: DistinctVectors; clusters: number[]; restarts: number; seed: number };
    result: number[];
  };
  /** Restarts of a large K-Means, on a subset of its vectors. */
  search: { params: { vectors: DistinctVectors; search: Search }; result: LloydResult[] };
  /** Lloyd's iterations of a large K-Means, over all of its vectors. */
  settle: {
    params: {
      vectors: DistinctVectors;
      centers: Float64Array;
      limits: RunLimits & { clusters: number };
    };
    result: LloydResult;
  };
  /** Silhouettes of the vectors from `start` to before `end`. */
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

/** Runs a clustering task, in this thread or another. */
export type RunClusteringTask = RunTask<ClusteringTasks>;

/** Random swaps where silhouettes are compared: only one of the partitions will be used. */
const COMPARISON_SWAPS = 10;

export const clusteringTasks: TaskHandlers<ClusteringTasks> = {
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
  settle: ({ vectors, centers, limits }, { signal }) => settle(vectors, centers, limits, signal),
  silhouettes: ({ vectors, labels, clusters, metric, start, end }, { signal }) =>
    silhouettesOf(vectors, labels, clusters, metric, start, end, signal),
};

/** Runs a task in this thread. */
export const runHere: RunClusteringTask = (name, params, options) =>
  clusteringTasks[name](params, options);

/**
 * Parts of a large K-Means that `run` computes.
 * @param vectors in shared memory if `run` uses other threads.
 */
export const kMeansParts = (
  vectors: DistinctVectors,
  run: RunClusteringTask,
  signal: AbortSignal | undefined,
): KMeansParts => ({
  search: (some, search) => run('search', { vectors: some, search }, { signal }),
  settle: (centers, limits) => run('settle', { vectors, centers, limits }, { signal }),
});

async function groupAll(
  { vectors, settings, clusters, score }: ClusteringTasks['group']['params'],
  { signal, onStep }: TaskOptions,
): Promise<ScoredPartition[]> {
  const context: FitContext = { signal, swaps: score ? COMPARISON_SWAPS : undefined };
  const started = performance.now();
  const fitted = await fit(vectors, settings, context);
  const share = (performance.now() - started) / clusters.length;
  const results: ScoredPartition[] = [];
  for (const asked of clusters) {
    const start = performance.now();
    const partition = await fitted(asked);
    const seconds = (share + performance.now() - start) / 1000;
    const { mean } = score
      ? await silhouette(partition.vectors, partition.labels, partition.clusters, { signal })
      : { mean: null };
    results.push({
      asked,
      ...partition,
      inertia: inertiaOf(partition.vectors, partition.labels, partition.clusters),
      silhouette: mean,
      seconds,
    });
    onStep?.();
  }
  return results;
}
