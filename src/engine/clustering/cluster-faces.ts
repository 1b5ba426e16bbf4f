/** Inferred probabilities → clusters and what is said of each. Nothing here knows of images. */
import { distinctVectors } from '../../clustering/distinct';
import { featureMatrix } from '../../clustering/features';
import { calinskiHarabasz, daviesBouldin } from '../../clustering/scores';
import { type RunTask, runHere } from '../../clustering/tasks';
import { recalibrate } from '../../clustering/thresholds';
import { attributeWeights } from '../../domain/attribute-weights';
import { chosenAttributes } from '../../domain/attributes';
import type { Merge, ClusterSummary } from '../../domain/clustering';
import { METHOD_NAMES, takesClusters } from '../../domain/method-names';
import type { Progress } from '../../domain/progress';
import type { ClusteringSettings } from '../../domain/settings';
import { STORE_VERSION, type StoredClustering } from '../../runs/run-files';
import { frequencies, occurrencesOf } from '../../summaries/occurrences';
import { classifyAttributes } from '../../summaries/tell-apart';
import { orderCluster } from '../../summaries/typical';
import { UserError } from '../../util/errors';
import { yieldToEventLoop } from '../../util/yield-to-event-loop';
import { type PartitionContext, partitionVectors, silhouetteOf } from './group-vectors';

export interface ClusterInput {
  /** `[faces, names]`, in [0, 1]. */
  probabilities: Float32Array;
  /** Names of its columns. */
  names: readonly string[];
  /**
   * Probability from which each counts as present, with `thresholds: balanced`; undefined where the
   * model does not say.
   */
  thresholds?: readonly number[] | undefined;
}

export interface ClusterContext {
  signal?: AbortSignal | undefined;
  onProgress?: (progress: Progress) => void;
  /** Does the pieces; without it they are done in this thread. */
  run?: RunTask;
  /** Pieces `run` does at a time. */
  threads?: number;
}

/**
 * Probabilities in which 0.5 stands for 'present', by the thresholds that are asked for; and what
 * the user should know.
 */
export function presentProbabilities(
  { probabilities, thresholds }: ClusterInput,
  settings: Pick<ClusteringSettings, 'thresholds'>,
): { probabilities: Float32Array; notice: string | undefined } {
  if (settings.thresholds === 'half') return { probabilities, notice: undefined };
  if (thresholds === undefined) {
    return {
      probabilities,
      notice:
        'the model does not say from which probability an attribute counts as present: 0.5 is taken for all',
    };
  }
  return { probabilities: recalibrate(probabilities, thresholds), notice: undefined };
}

/**
 * @throws UserError where there is no face, or an attribute is unknown.
 */
export async function clusterFaces(
  input: ClusterInput,
  settings: ClusteringSettings,
  { signal, onProgress = () => undefined, run = runHere, threads = 1 }: ClusterContext = {},
): Promise<StoredClustering> {
  const started = performance.now();
  const { names } = input;
  const { probabilities, notice: even } = presentProbabilities(input, settings);
  const width = names.length;
  const faces = width === 0 ? 0 : probabilities.length / width;
  if (faces === 0) throw new UserError('there is no face to cluster');
  const { attributes, columns, notice: others } = chosenAttributes(settings.attributes, names);
  const weights = weightsOf(attributes, names, probabilities, settings);
  const vectors = distinctVectors(
    featureMatrix(probabilities, width, columns, weights, settings.features),
  );
  const notices = [even, others].filter((notice) => notice !== undefined);

  const report = (done: number, total: number) => {
    onProgress({ stage: 'cluster', done, total, failed: 0 });
  };
  report(0, 0);
  const context: PartitionContext = { signal, run, threads, onProgress: report };
  const { grouped, curve, reason } = await partitionVectors(vectors, settings, context);
  notices.push(...grouped.notices);
  if (reason !== null) notices.push(`the number of clusters is ${reason}`);
  if (
    takesClusters(settings.method) &&
    settings.clusters !== 'auto' &&
    vectors.rows < settings.clusters
  ) {
    notices.push(
      `${String(settings.clusters)} clusters were asked for, but the ${String(faces)} faces form only ${String(vectors.rows)} distinct ` +
        `${settings.features} vectors of these attributes, so there are ${String(grouped.clusters)}`,
    );
  }
  if (grouped.clusters === 0) {
    notices.push(
      `${METHOD_NAMES[settings.method]} found no cluster with these parameters: every face is noise`,
    );
  }
  const clustered = performance.now();
  const scores = await silhouetteOf(grouped, context);
  const scored = performance.now();

  // Rows of each cluster, the largest cluster first (of equal ones, the one whose first face comes
  // first). Noise comes last.
  const noise = grouped.clusters;
  const rowsOf: number[][] = Array.from({ length: grouped.clusters + 1 }, () => []);
  for (let row = 0; row < faces; row++) {
    const label = grouped.labels[grouped.vectors.inverse[row]!]!;
    rowsOf[label < 0 ? noise : label]!.push(row);
  }
  const order = rowsOf
    .map((rows, label) => ({ rows, label }))
    .filter(({ rows }) => rows.length > 0)
    .sort(
      (a, b) =>
        Number(a.label === noise) - Number(b.label === noise) ||
        b.rows.length - a.rows.length ||
        a.rows[0]! - b.rows[0]!,
    );
  const idOf = new Map(
    order.map(({ label }, position) => [label, label === noise ? -1 : position]),
  );

  const overall = occurrencesOf(names, frequencies(probabilities, width), () => true);
  const points = featureMatrix(probabilities, width, columns, weights, 'probability');
  const members = new Int32Array(faces);
  const clusters: ClusterSummary[] = [];
  let filled = 0;
  for (const { rows, label } of order) {
    await yieldToEventLoop(signal);
    const ordered = orderCluster(points, Int32Array.from(rows));
    members.set(ordered.rows, filled);
    filled += rows.length;
    const values = frequencies(probabilities, width, ordered.rows);
    const occurrences = occurrencesOf(names, values, (name) => attributes.includes(name));
    clusters.push({
      id: idOf.get(label)!,
      size: rows.length,
      silhouette: scores.clusters[label] ?? null,
      occurrences,
      otherOccurrences: occurrencesOf(names, values, (name) => !attributes.includes(name)),
      ...classifyAttributes(occurrences, overall),
      medoid: ordered.medoid,
    });
  }
  const seconds = (from: number, to: number) => (to - from) / 1000;
  return {
    clustering: {
      version: STORE_VERSION,
      settings,
      weights: Object.fromEntries(attributes.map((name, i) => [name, weights[i]!])),
      faces,
      distinct: vectors.rows,
      silhouette: scores.mean,
      inertia: grouped.inertia,
      daviesBouldin: daviesBouldin(grouped.vectors, grouped.labels, grouped.clusters),
      calinskiHarabasz: calinskiHarabasz(grouped.vectors, grouped.labels, grouped.clusters),
      tree: grouped.tree === undefined ? null : namedTree(grouped.tree, grouped.clusters, idOf),
      clusters,
      overall,
      curve,
      agreement: null,
      notices,
      timing: {
        cluster: seconds(started, clustered),
        silhouette: seconds(clustered, scored),
        describe: seconds(scored, performance.now()),
      },
    },
    members,
    silhouettes: Float32Array.from(
      { length: faces },
      (_, row) => scores.vectors[grouped.vectors.inverse[row]!]!,
    ),
  };
}

/** The tree with the clusters' ids at its leaves. */
function namedTree(tree: readonly Merge[], clusters: number, idOf: Map<number, number>): Merge[] {
  const name = (node: number) => (node < clusters ? idOf.get(node)! : node);
  return tree.map((merge) => ({ ...merge, a: name(merge.a), b: name(merge.b) }));
}

/** Weights of the attributes, by CelebA's frequencies or by those of these faces. */
export function weightsOf(
  attributes: readonly string[],
  names: readonly string[],
  probabilities: Float32Array,
  { weights, weightsFrom }: Pick<ClusteringSettings, 'weights' | 'weightsFrom'>,
): Float64Array {
  if (weightsFrom === 'celeba') return attributeWeights(attributes, weights);
  const own = frequencies(probabilities, names.length);
  return attributeWeights(
    attributes,
    weights,
    Object.fromEntries(names.map((name, i) => [name, own[i]])),
  );
}
