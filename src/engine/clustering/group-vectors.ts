/**
 * Vectors → one scored partition. The number of clusters is given, chosen among several, or found
 * by the method itself.
 */
import type { DistinctVectors } from '../../clustering/distinct';
import { gapOf, gapSets } from '../../clustering/gap';
import { isLarge, kMeans } from '../../clustering/kmeans';
import { withPreset } from '../../domain/method-parameters';
import { silhouette, type Silhouette } from '../../clustering/silhouette';
import {
  type ScoredPartition,
  kMeansParts,
  type RunClusteringTask,
  type ClusteringTasks,
} from '../../clustering/tasks';
import type { Candidate } from '../../domain/clustering';
import { takesClusters } from '../../domain/method-names';
import { choicesOf } from '../../domain/number-of-clusters';
import type { ClusteringSettings } from '../../domain/settings';
import { t } from '../../text/translate';

export interface PartitionContext {
  signal: AbortSignal | undefined;
  /** Runs tasks, in this thread or in others. */
  run: RunClusteringTask;
  /** Tasks that run at a time. */
  threads: number;
  onProgress: (done: number, total: number) => void;
}

export interface SelectedPartition {
  partition: ScoredPartition;
  /** With `auto`, the numbers of clusters that were tried. */
  curve: Candidate[] | null;
  /** With `auto`, a notice for people why this number was chosen. */
  reason: string | null;
}

/** Distinct vectors from which on several threads share the silhouette. */
const LARGE_ROWS = 3000;

export async function partitionVectors(
  vectors: DistinctVectors,
  settings: ClusteringSettings,
  context: PartitionContext,
): Promise<SelectedPartition> {
  if (settings.clusters === 'auto' && takesClusters(settings.method))
    return choosePartition(vectors, settings, context);
  const clusters = settings.clusters === 'auto' ? 1 : settings.clusters;
  if (settings.method === 'kmeans' && isLarge(vectors)) {
    const partition = await largeKMeans(vectors, settings, clusters, context);
    return { partition, curve: null, reason: null };
  }
  const [partition] = await context.run(
    'group',
    { vectors, settings, clusters: [clusters], score: false },
    { signal: context.signal },
  );
  return { partition: partition!, curve: null, reason: null };
}

/** Tries every number of clusters in the range of the settings, and selects one. */
async function choosePartition(
  vectors: DistinctVectors,
  settings: ClusteringSettings,
  context: PartitionContext,
): Promise<SelectedPartition> {
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
  const inertias = (set: DistinctVectors) =>
    context.run(
      'inertias',
      { vectors: set, clusters: numbers, restarts: 4, seed: settings.seed },
      { signal: context.signal, onStep },
    );
  const [partitions, drawn, ...references] = await Promise.all([
    partitionForEach(vectors, settings, numbers, context, onStep),
    sets === undefined ? [] : inertias(sets.drawn),
    ...(sets?.references ?? []).map(inertias),
  ]);
  const curve = partitions.map((each, i): Candidate => {
    const ofReferences = references.map((reference) => reference[i]!);
    const gap = sets === undefined ? { gap: null, gapError: null } : gapOf(drawn[i]!, ofReferences);
    return { clusters: each.asked, silhouette: each.silhouette, inertia: each.inertia, ...gap };
  });
  const choices = choicesOf(curve, vectors.rows);
  const wanted = choices[settings.autoBy];
  const chosen = wanted ?? choices.silhouette ?? first;
  return {
    partition: partitions.find(({ asked }) => asked === chosen)!,
    curve,
    reason: withEdge(reasonFor(settings, curve, wanted, chosen), curve, chosen, vectors.rows),
  };
}

/** K-Means of which the threads share each run. */
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
 * A partition for each number of clusters, ascending. K-Means starts anew for each, one task a
 * number; the other methods are fitted once.
 */
export async function partitionForEach(
  vectors: DistinctVectors,
  settings: ClusteringTasks['group']['params']['settings'],
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

/** Exact silhouette; several threads share it if there are many vectors. */
export function silhouetteOf(
  { vectors, labels, clusters }: ScoredPartition,
  { signal, run, threads, onProgress }: PartitionContext,
): Promise<Silhouette> {
  if (vectors.rows < LARGE_ROWS) return silhouette(vectors, labels, clusters, { signal });
  const shared = inSharedMemory(vectors);
  const parts = 4 * threads; // each prepares the tables of all vectors
  const compute = async (every: Int32Array, number: number) => {
    let done = 0;
    const computePart = async (part: number) => {
      const start = Math.round((part * vectors.rows) / parts);
      const end = Math.round(((part + 1) * vectors.rows) / parts);
      const values = await run(
        'silhouettes',
        { vectors: shared, labels: every, clusters: number, metric: 'euclidean', start, end },
        { signal },
      );
      onProgress(++done, parts);
      return { start, values };
    };
    const all = new Float64Array(vectors.rows);
    const computed = await Promise.all(Array.from({ length: parts }, (_, i) => computePart(i)));
    for (const { start, values } of computed) all.set(values, start);
    return all;
  };
  return silhouette(vectors, labels, clusters, { signal, compute });
}

/** Copies vectors to shared memory, so that threads need not copy them. */
export function inSharedMemory({
  rows,
  columns,
  data,
  counts,
  inverse,
}: DistinctVectors): DistinctVectors {
  const sharedInverse = new Int32Array(new SharedArrayBuffer(inverse.byteLength));
  sharedInverse.set(inverse);
  return {
    rows,
    columns,
    data: sharedFloats(data),
    counts: sharedFloats(counts),
    inverse: sharedInverse,
  };
}

function sharedFloats(values: Float64Array): Float64Array {
  const shared = new Float64Array(new SharedArrayBuffer(values.byteLength));
  shared.set(values);
  return shared;
}

/** Why a number of clusters was chosen, by criterion. */
const CRITERIA = {
  knee: 'the silhouette has its knee there',
  silhouette: 'the silhouette is highest there',
  elbow: 'the inertia has its elbow there',
  gap: 'the gap statistic first stops growing there',
} as const satisfies Record<ClusteringSettings['autoBy'], string>;
const CRITERION_NAMES = {
  knee: 'knee',
  silhouette: 'silhouette',
  elbow: 'elbow',
  gap: 'gap statistic',
} as const satisfies Record<ClusteringSettings['autoBy'], string>;

function reasonFor(
  { autoBy }: ClusteringSettings,
  curve: Candidate[],
  wanted: number | null,
  chosen: number,
): string {
  const [first, last] = [curve[0]!.clusters, curve.at(-1)!.clusters];
  const reason = t(
    'the number of clusters is {0} of {1} to {2}: {3}',
    chosen,
    first,
    last,
    t(CRITERIA[wanted === null ? 'silhouette' : autoBy]),
  );
  return wanted === null
    ? t('{0} (the {1} chooses none)', reason, t(CRITERION_NAMES[autoBy]))
    : reason;
}

/** Says in addition where the chosen number is only the best because no other was tried. */
function withEdge(
  reason: string,
  curve: readonly Candidate[],
  chosen: number,
  distinct: number,
): string {
  if (curve.length < 2) return reason;
  if (chosen === curve.at(-1)!.clusters && chosen < distinct)
    return t('{0}; it is the largest that was tried, and a larger one may be better', reason);
  return chosen === curve[0]!.clusters && chosen > 2
    ? t('{0}; it is the smallest that was tried, and a smaller one may be better', reason)
    : reason;
}
