/** Inferred probabilities → clusters and what is said of each. Nothing here knows of images. */
import { attributeIndices } from '../attributes';
import { chooseK } from '../clustering/choose-k';
import { distinctVectors } from '../clustering/distinct';
import { attributeWeights, featureMatrix } from '../clustering/features';
import { kMeans } from '../clustering/kmeans';
import { silhouette } from '../clustering/silhouette';
import { UserError } from '../errors';
import type { ClusterSummary, Progress } from '../protocol';
import type { ClusteringSettings } from '../settings/settings';
import { STORE_VERSION, type StoredClustering } from '../store/run-files';
import { frequencies, occurrencesOf } from '../summaries/occurrences';
import { tellApart } from '../summaries/tell-apart';
import { orderCluster } from '../summaries/typical';
import { pause } from '../pause';

export interface ClusterInput {
  /** `[faces, names]`, in [0, 1]. */
  probabilities: Float32Array;
  /** Names of its columns. */
  names: readonly string[];
}

/**
 * @throws UserError where there is no face, or an attribute is unknown.
 */
export async function clusterFaces(
  { probabilities, names }: ClusterInput,
  settings: ClusteringSettings,
  { signal, onProgress = () => undefined }: { signal?: AbortSignal | undefined; onProgress?: (progress: Progress) => void } = {},
): Promise<StoredClustering> {
  const started = performance.now();
  const width = names.length;
  const faces = width === 0 ? 0 : probabilities.length / width;
  if (faces === 0) throw new UserError('there is no face to cluster');
  const attributes = [...new Set(settings.attributes)];
  const columns = attributeIndices(attributes, names);
  const weights = attributeWeights(attributes, settings.weights);
  const vectors = distinctVectors(featureMatrix(probabilities, width, columns, weights, settings.features));
  const notices: string[] = [];

  const { restarts, seed } = settings;
  const report = (done: number, total: number) => {
    onProgress({ stage: 'cluster', done, total, failed: 0 });
  };
  report(0, 0);
  const { result, curve } =
    settings.clusters === 'auto'
      ? await chooseK(vectors, { from: settings.autoFrom, to: settings.autoTo }, { restarts, seed, signal }, report)
      : { result: await kMeans(vectors, { clusters: settings.clusters, restarts, seed, signal }), curve: null };
  if (settings.clusters !== 'auto' && result.clusters < settings.clusters) {
    notices.push(
      `${String(settings.clusters)} clusters were asked for, but the ${String(faces)} faces form only ${String(vectors.rows)} distinct ` +
        `${settings.features} vectors of these attributes, so there are ${String(result.clusters)}`,
    );
  }
  const clustered = performance.now();
  const scores = await silhouette(vectors, result.labels, result.clusters, { signal });
  const scored = performance.now();

  // Rows of each cluster, the largest cluster first (of equal ones, the one whose first face comes first).
  const rowsOf: number[][] = Array.from({ length: result.clusters }, () => []);
  for (let row = 0; row < faces; row++) rowsOf[result.labels[vectors.of[row]!]!]?.push(row);
  const order = rowsOf
    .map((rows, label) => ({ rows, label }))
    .filter(({ rows }) => rows.length > 0)
    .sort((a, b) => b.rows.length - a.rows.length || a.rows[0]! - b.rows[0]!);

  const overall = occurrencesOf(names, frequencies(probabilities, width), () => true);
  const points = featureMatrix(probabilities, width, columns, weights, 'probability');
  const members = new Int32Array(faces);
  const clusters: ClusterSummary[] = [];
  let filled = 0;
  for (const [id, { rows, label }] of order.entries()) {
    await pause(signal);
    const ordered = orderCluster(points, Int32Array.from(rows));
    members.set(ordered.rows, filled);
    filled += rows.length;
    const values = frequencies(probabilities, width, ordered.rows);
    const occurrences = occurrencesOf(names, values, (name) => attributes.includes(name));
    clusters.push({
      id,
      size: rows.length,
      silhouette: scores.clusters[label] ?? null,
      occurrences,
      otherOccurrences: occurrencesOf(names, values, (name) => !attributes.includes(name)),
      ...tellApart(occurrences, overall),
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
      inertia: result.inertia,
      clusters,
      overall,
      curve,
      notices,
      timing: {
        cluster: seconds(started, clustered),
        silhouette: seconds(clustered, scored),
        describe: seconds(scored, performance.now()),
      },
    },
    members,
  };
}
