/**
 * Vectors → one grouping with its figures: of a number of clusters that is given, chosen, or found
 * by the method itself.
 */
import type { DistinctVectors } from '../../clustering/distinct';
import { gapOf, gapSets } from '../../clustering/gap';
import { isLarge, kMeans } from '../../clustering/kmeans';
import { withPreset } from '../../clustering/methods';
import { silhouette, type Silhouette } from '../../clustering/silhouette';
import {
  type ScoredPartition,
  kMeansParts,
  type RunTask,
  type Tasks,
} from '../../clustering/tasks';
import type { Candidate } from '../../domain/clustering';
import { takesClusters } from '../../domain/method-names';
import { choicesOf } from '../../domain/number-of-clusters';
import type { ClusteringSettings } from '../../domain/settings';

export interface PartitionContext {
  signal: AbortSignal | undefined;
  /** Does the pieces, here or in other threads. */
  run: RunTask;
  /** Pieces that run at a time. */
  threads: number;
  onProgress: (done: number, total: number) => void;
}

export interface SelectedPartition {
  grouped: ScoredPartition;
  /** With `auto`, what was tried. */
  curve: Candidate[] | null;
  /** With `auto`, why this number. */
  reason: string | null;
}

/** Distinct vectors from which on the work is shared by several threads. */
const LARGE_ROWS = 3000;

export async function partitionVectors(
  vectors: DistinctVectors,
  settings: ClusteringSettings,
  context: PartitionContext,
): Promise<SelectedPartition> {
  if (settings.clusters !== 'auto' || !takesClusters(settings.method)) {
    const asked = settings.clusters === 'auto' ? 1 : settings.clusters;
    if (settings.method === 'kmeans' && isLarge(vectors))
      return {
        grouped: await largeKMeans(vectors, settings, asked, context),
        curve: null,
        reason: null,
      };
    const [grouped] = await context.run(
      'group',
      { vectors, settings, clusters: [asked], score: false },
      { signal: context.signal },
    );
    return { grouped: grouped!, curve: null, reason: null };
  }
  const last = Math.max(1, Math.min(settings.autoTo, vectors.rows));
  const first = Math.min(settings.autoFrom, last);
  const numbers = Array.from({ length: last - first + 1 }, (_, i) => first + i);
  const withGap = settings.method === 'kmeans' && numbers.length > 1;
  const sets = withGap ? gapSets(vectors, settings.seed) : undefined;
  const total = numbers.length * (1 + (sets === undefined ? 0 : sets.references.length + 1));
  let done = 0;
  const onStep = () => {
    context.onProgress(++done, total);
  };
  const options = { signal: context.signal, onStep };
  const inertias = (set: DistinctVectors) =>
    context.run(
      'inertias',
      { vectors: set, clusters: numbers, restarts: 4, seed: settings.seed },
      options,
    );
  const [grouped, drawn, ...references] = await Promise.all([
    partitionForEach(vectors, settings, numbers, context, onStep),
    sets === undefined ? [] : inertias(sets.drawn),
    ...(sets?.references ?? []).map(inertias),
  ]);
  const curve = grouped.map((each, i): Candidate => {
    // prettier-ignore
    const gap = sets === undefined ? { gap: null, gapError: null } : gapOf(drawn[i]!, references.map((reference) => reference[i]!));
    return { clusters: each.asked, silhouette: each.silhouette, inertia: each.inertia, ...gap };
  });
  const choices = choicesOf(curve);
  const wanted = choices[settings.autoBy];
  const chosen = wanted ?? choices.silhouette ?? first;
  return {
    grouped: grouped.find(({ asked }) => asked === chosen)!,
    curve,
    reason: reasonFor(settings, curve, wanted, chosen),
  };
}

/** K-Means whose pieces are shared by the threads. */
async function largeKMeans(
  vectors: DistinctVectors,
  settings: ClusteringSettings,
  clusters: number,
  { run, signal }: PartitionContext,
): Promise<ScoredPartition> {
  const start = performance.now();
  const { restarts, seed } = withPreset(settings);
  const parts = kMeansParts(inSharedMemory(vectors), run, signal);
  const found = await kMeans(vectors, { clusters, restarts, seed, signal, parts });
  const seconds = (performance.now() - start) / 1000;
  return { vectors, ...found, asked: clusters, notices: [], silhouette: null, seconds };
}

/**
 * A grouping into each number of clusters, ascending. K-Means begins anew for each, the others
 * share what they are fitted to.
 */
export async function partitionForEach(
  vectors: DistinctVectors,
  settings: Tasks['group']['params']['settings'],
  clusters: number[],
  { signal, run }: Pick<PartitionContext, 'signal' | 'run'>,
  onStep: () => void,
): Promise<ScoredPartition[]> {
  const shared = inSharedMemory(vectors);
  const parts =
    settings.method === 'kmeans' ? [...clusters].reverse().map((number) => [number]) : [clusters];
  const results = await Promise.all(
    parts.map((part) =>
      run('group', { vectors: shared, settings, clusters: part, score: true }, { signal, onStep }),
    ),
  );
  return results.flat().sort((a, b) => a.asked - b.asked);
}

/** Exact silhouette, by several threads where there is much to do. */
export function silhouetteOf(
  { vectors, labels, clusters }: ScoredPartition,
  { signal, run, threads, onProgress }: PartitionContext,
): Promise<Silhouette> {
  if (vectors.rows < LARGE_ROWS) return silhouette(vectors, labels, clusters, { signal });
  const shared = inSharedMemory(vectors);
  return silhouette(vectors, labels, clusters, {
    signal,
    compute: async (every, number) => {
      const parts = 8 * threads;
      let done = 0;
      const values = await Promise.all(
        Array.from({ length: parts }, async (_, part) => {
          const [start, end] = [part, part + 1].map((edge) =>
            Math.round((edge * vectors.rows) / parts),
          ) as [number, number];
          const found = await run(
            'silhouettes',
            { vectors: shared, labels: every, clusters: number, metric: 'euclidean', start, end },
            { signal },
          );
          onProgress(++done, parts);
          return found;
        }),
      );
      const all = new Float64Array(vectors.rows);
      let at = 0;
      for (const part of values) {
        all.set(part, at);
        at += part.length;
      }
      return all;
    },
  });
}

/** Vectors that threads need not copy. */
export function inSharedMemory({
  rows,
  columns,
  data,
  counts,
  inverse: of,
}: DistinctVectors): DistinctVectors {
  const sharedOf = new Int32Array(new SharedArrayBuffer(of.byteLength));
  sharedOf.set(of);
  return {
    rows,
    columns,
    data: sharedFloats(data),
    counts: sharedFloats(counts),
    inverse: sharedOf,
  };
}

function sharedFloats(values: Float64Array): Float64Array {
  const shared = new Float64Array(new SharedArrayBuffer(values.byteLength));
  shared.set(values);
  return shared;
}

const CRITERIA: Record<ClusteringSettings['autoBy'], string> = {
  silhouette: 'the silhouette is highest there',
  elbow: 'the inertia has its elbow there',
  gap: 'the gap statistic first stops growing there',
};

function reasonFor(
  { autoBy }: ClusteringSettings,
  curve: Candidate[],
  wanted: number | null,
  chosen: number,
): string {
  const range = `${String(curve[0]!.clusters)} to ${String(curve.at(-1)!.clusters)}`;
  if (wanted !== null) return `${String(chosen)} of ${range}: ${CRITERIA[autoBy]}`;
  return `${String(chosen)} of ${range}: ${CRITERIA.silhouette} (the ${autoBy === 'gap' ? 'gap statistic' : autoBy} chooses none)`;
}
