/** Inferred probabilities, or embeddings → clusters and a summary of each. */
import { calinskiHarabasz, daviesBouldin } from '../../clustering/scores';
import type { Silhouette } from '../../clustering/silhouette';
import { type RunClusteringTask, runHere, type ScoredPartition } from '../../clustering/tasks';
import type { Clustering, ClusterSummary, Merge, Occurrences } from '../../domain/clustering';
import { METHOD_NAMES, takesClusters } from '../../domain/method-names';
import type { Progress } from '../../domain/progress';
import type { ClusteringSettings } from '../../domain/settings';
import { RUN_VERSION, type StoredClustering } from '../../runs/run-files';
import { occurrencesOf, presentCounts, sharesOf } from '../../summaries/occurrences';
import { classifyAttributes } from '../../summaries/tell-apart';
import { orderCluster } from '../../summaries/typical';
import { t } from '../../text/translate';
import { UserError } from '../../util/errors';
import { yieldToEventLoop } from '../../util/yield-to-event-loop';
import { ofFaces, placesOf } from './face-places';
import { checkEmbeddingMetric, type FeatureVectors, featureVectors } from './feature-vectors';
import { type PartitionContext, partitionVectors, silhouetteOf } from './group-vectors';
import { type ClusterInput, presentProbabilities } from './present-probabilities';

export interface ClusterContext {
  signal?: AbortSignal | undefined;
  onProgress?: (progress: Progress) => void;
  /** Runs the tasks; by default in this thread. */
  run?: RunClusteringTask;
  /** Tasks that `run` runs at a time. */
  threads?: number;
}

/** @throws UserError where there is no face, or an attribute is unknown; CancelledError. */
export async function clusterFaces(
  input: ClusterInput,
  settings: ClusteringSettings,
  given: ClusterContext = {},
): Promise<StoredClustering> {
  const started = performance.now();
  const prepared = prepareVectors(input, settings);
  const { vectors, faces, notices } = prepared;
  const context = partitionContext(given);
  context.onProgress(0, 0);
  const { partition, curve, reason } = await partitionVectors(vectors, settings, context);
  notices.push(...partition.notices);
  if (reason !== null) notices.push(reason);
  notices.push(...clusterCountNotices(prepared, partition, settings));
  return describePartition(prepared, settings, context, {
    partition,
    order: clustersBySize(partition, faces),
    curve,
    seconds: (performance.now() - started) / 1000,
  });
}

/** @param context of a job, with defaults for what it does not say. */
export const partitionContext = ({
  signal,
  onProgress = () => undefined,
  run = runHere,
  threads = 1,
}: ClusterContext): PartitionContext => ({
  signal,
  run,
  threads,
  onProgress: (done, total) => {
    onProgress({ stage: 'cluster', done, total, failed: 0 });
  },
});

/** A partition that is to be described. */
interface DescribedPartition {
  partition: ScoredPartition;
  order: readonly ClusterRows[];
  curve: Clustering['curve'];
  /** Time in which it was made. */
  seconds: number;
}

/** Computes all figures of a partition. */
export async function describePartition(
  prepared: PreparedVectors,
  settings: ClusteringSettings,
  context: PartitionContext,
  { partition, order, curve, seconds }: DescribedPartition,
): Promise<StoredClustering> {
  const clustered = performance.now();
  const scores = await silhouetteOf(partition, context);
  const scored = performance.now();
  const idOf = new Map(order.map(({ label, id }) => [label, id] as const));
  const { clusters, members, overall } = await summarize(prepared, order, scores, context.signal);
  const places = placesOf(partition);
  const { vectors, labels, tree, clusters: number } = partition;
  return {
    clustering: {
      version: RUN_VERSION,
      settings,
      weights: prepared.weightOf,
      faces: prepared.faces,
      distinct: prepared.vectors.rows,
      silhouette: scores.mean,
      inertia: partition.inertia,
      daviesBouldin: daviesBouldin(vectors, labels, number),
      calinskiHarabasz: calinskiHarabasz(vectors, labels, number),
      tree: tree === undefined ? null : namedTree(tree, number, idOf),
      clusters,
      overall,
      curve,
      agreement: null,
      projection: places.axes,
      notices: prepared.notices,
      timing: {
        cluster: seconds,
        silhouette: (scored - clustered) / 1000,
        describe: (performance.now() - scored) / 1000,
      },
    },
    members,
    silhouettes: ofFaces(scores.vectors, vectors),
    distances: places.distances,
    projection: places.projection,
  };
}

/** Faces as the vectors they are clustered by. */
export interface PreparedVectors extends FeatureVectors {
  /** `[faces, names]`, in [0, 1]; 0.5 stands for 'present'. */
  probabilities: Float32Array;
  names: readonly string[];
  faces: number;
}

export function prepareVectors(input: ClusterInput, settings: ClusteringSettings): PreparedVectors {
  checkEmbeddingMetric(settings);
  const { names } = input;
  const { probabilities, notice: thresholdNotice } = presentProbabilities(input, settings);
  const width = names.length;
  const faces = width === 0 ? 0 : probabilities.length / width;
  if (faces === 0) throw new UserError(t('there is no face to cluster'));
  const prepared = featureVectors(input, probabilities, settings);
  const notices = thresholdNotice === undefined ? [] : [thresholdNotice];
  notices.push(...prepared.notices);
  return { ...prepared, probabilities, names, faces, notices };
}

/** Why there are fewer clusters than wanted, and how much is noise. */
function clusterCountNotices(
  { vectors, faces }: PreparedVectors,
  partition: ScoredPartition,
  settings: ClusteringSettings,
): string[] {
  const { method, features, clusters: wanted } = settings;
  const { clusters } = partition;
  const notices: string[] = [];
  if (takesClusters(method) && wanted !== 'auto' && vectors.rows < wanted) {
    notices.push(
      t(
        '{0} clusters were asked for, but the {1} faces form only {2} distinct {3}, so there are {4}',
        wanted,
        faces,
        vectors.rows,
        features === 'embedding' ? t('embeddings') : t('{0} vectors of these attributes', features),
        clusters,
      ),
    );
  }
  const noise = partition.labels.reduce(
    (sum, label, row) => (label < 0 ? sum + partition.vectors.counts[row]! : sum),
    0,
  );
  if (noise > 0 && clusters > 0) {
    notices.push(
      t(
        '{0} of the {1} faces are noise, which counts as a cluster in every score',
        noise.toLocaleString('en'),
        faces.toLocaleString('en'),
      ),
    );
  }
  if (clusters === 0) {
    notices.push(
      t(
        '{0} found no cluster with these parameters: every face is noise. Try {1}',
        METHOD_NAMES[method],
        partition.vectors.rows === 1
          ? t('K-Means: all faces have the same features')
          : wayOutOfNoise(settings),
      ),
    );
  }
  return notices;
}

/** What finds more clusters by a method that has found none. */
function wayOutOfNoise({ method, preset, minClusterSize, eps }: ClusteringSettings): string {
  if (preset === 'none' && method === 'hdbscan' && minClusterSize > 2)
    return t('a min. cluster size of 2');
  if (preset === 'none' && method === 'dbscan')
    return t('an eps of {0}, or fewer min. samples', eps > 0 ? 2 * eps : 0.5);
  if (preset === 'none') return t('fewer min. samples');
  return t('K-Means, which leaves no face out');
}

/** The faces of one cluster, or the noise. */
export interface ClusterRows {
  /** In the partition. */
  label: number;
  /** Position by size; −1 for the noise. */
  id: number;
  rows: number[];
}

/** Clusters by size, the largest first, equal ones by their first vector; the noise comes last. */
function clustersBySize(
  { vectors, labels, clusters }: ScoredPartition,
  faces: number,
): ClusterRows[] {
  const noise = clusters;
  const firstVector = new Map<number, number>();
  labels.forEach((label, vector) => {
    if (!firstVector.has(label)) firstVector.set(label, vector);
  });
  const rowsOf: number[][] = Array.from({ length: clusters + 1 }, () => []);
  for (let row = 0; row < faces; row++) {
    const label = labels[vectors.inverse[row]!]!;
    rowsOf[label < 0 ? noise : label]!.push(row);
  }
  return rowsOf
    .map((rows, label) => ({ rows, label }))
    .filter(({ rows }) => rows.length > 0)
    .sort(
      (a, b) =>
        Number(a.label === noise) - Number(b.label === noise) ||
        b.rows.length - a.rows.length ||
        firstVector.get(a.label)! - firstVector.get(b.label)!,
    )
    .map((cluster, position) => ({ ...cluster, id: cluster.label === noise ? -1 : position }));
}

/** @returns also the rows of all clusters in order, the most typical first. */
async function summarize(
  { probabilities, names, faces, attributes, points: makePoints }: PreparedVectors,
  order: readonly ClusterRows[],
  scores: Silhouette,
  signal: AbortSignal | undefined,
): Promise<{ clusters: ClusterSummary[]; members: Int32Array; overall: Occurrences }> {
  const width = names.length;
  // Every face is in one cluster: those of all are the sums.
  const counts = order.map(({ rows }) =>
    presentCounts(probabilities, width, Int32Array.from(rows)),
  );
  const total = new Float64Array(width);
  for (const each of counts) for (let a = 0; a < width; a++) total[a]! += each[a]!;
  const overall = occurrencesOf(names, sharesOf(total, faces), () => true);
  const points = makePoints();
  const members = new Int32Array(faces);
  const clusters: ClusterSummary[] = [];
  let filled = 0;
  for (const [position, { rows, label, id }] of order.entries()) {
    await yieldToEventLoop(signal);
    const ordered = orderCluster(points, Int32Array.from(rows));
    members.set(ordered.rows, filled);
    filled += rows.length;
    const values = sharesOf(counts[position]!, rows.length);
    const occurrences = occurrencesOf(names, values, (name) => attributes.includes(name));
    clusters.push({
      id,
      size: rows.length,
      silhouette: scores.clusters[label] ?? null,
      occurrences,
      otherOccurrences: occurrencesOf(names, values, (name) => !attributes.includes(name)),
      ...classifyAttributes(occurrences, overall),
      medoid: ordered.medoid,
    });
  }
  return { clusters, members, overall };
}

/** The tree with the ids of the clusters at its leaves. */
function namedTree(tree: readonly Merge[], clusters: number, idOf: Map<number, number>): Merge[] {
  const name = (node: number) => (node < clusters ? idOf.get(node)! : node);
  return tree.map((merge) => ({ ...merge, a: name(merge.a), b: name(merge.b) }));
}
