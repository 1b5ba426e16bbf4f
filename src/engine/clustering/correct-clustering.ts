/** A clustering with the corrections of a person: their clusters, and the figures of these. */
import { inertiaOf } from '../../clustering/scores';
import type { DistinctVectors } from '../../clustering/distinct';
import type { ScoredPartition } from '../../clustering/tasks';
import type { ClusteringSettings } from '../../domain/settings';
import type { StoredClustering } from '../../runs/run-files';
import {
  type ClusterContext,
  type ClusterRows,
  describePartition,
  partitionContext,
  prepareVectors,
} from './cluster-faces';
import type { ClusterInput } from './present-probabilities';

/**
 * Describes given clusters as if a method had found them.
 * @param labels cluster id of each face of `input`: −1 for noise.
 * @throws UserError where there is no face; CancelledError.
 */
export async function describeClusters(
  input: ClusterInput,
  labels: Int32Array,
  settings: ClusteringSettings,
  context: ClusterContext = {},
): Promise<StoredClustering> {
  const started = performance.now();
  const prepared = prepareVectors(input, settings);
  const order = clustersInOrder(labels);
  const labelOf = new Map(order.map(({ id, label }) => [id, label] as const));
  const clusters = order.filter(({ id }) => id >= 0).length;
  const split = byCluster(prepared.vectors, labels);
  const partition: ScoredPartition = {
    vectors: split.vectors,
    labels: split.ids.map((id) => (id < 0 ? -1 : labelOf.get(id)!)),
    clusters,
    asked: clusters,
    inertia: 0,
    silhouette: null,
    seconds: 0,
    notices: [],
  };
  partition.inertia = inertiaOf(partition.vectors, partition.labels, clusters);
  return describePartition(prepared, settings, partitionContext(context), {
    partition,
    order,
    curve: null,
    seconds: (performance.now() - started) / 1000,
  });
}

/** Clusters by their ids, the noise last. */
function clustersInOrder(labels: Int32Array): ClusterRows[] {
  const rowsOf = new Map<number, number[]>();
  labels.forEach((id, row) => {
    const rows = rowsOf.get(id);
    if (rows === undefined) rowsOf.set(id, [row]);
    else rows.push(row);
  });
  const ids = [...rowsOf.keys()].filter((id) => id >= 0).sort((a, b) => a - b);
  const clusters = ids.map((id, label) => ({ label, id, rows: rowsOf.get(id)! }));
  const noise = rowsOf.get(-1);
  // In scores, noise comes after the clusters.
  return noise === undefined
    ? clusters
    : [...clusters, { label: clusters.length, id: -1, rows: noise }];
}

/** Vectors once for each cluster that has faces of them. */
function byCluster(
  vectors: DistinctVectors,
  labels: Int32Array,
): { vectors: DistinctVectors; ids: Int32Array } {
  const { columns, data, inverse } = vectors;
  const placeOf = new Map<string, number>();
  const sources: number[] = [];
  const ids: number[] = [];
  const places = new Int32Array(inverse.length);
  for (let row = 0; row < inverse.length; row++) {
    const key = `${inverse[row]!} ${labels[row]!}`;
    let place = placeOf.get(key);
    if (place === undefined) {
      place = ids.length;
      placeOf.set(key, place);
      sources.push(inverse[row]!);
      ids.push(labels[row]!);
    }
    places[row] = place;
  }
  const counts = new Float64Array(ids.length);
  for (const place of places) counts[place]! += 1;
  const copied = new Float64Array(ids.length * columns);
  sources.forEach((source, place) => {
    copied.set(data.subarray(source * columns, (source + 1) * columns), place * columns);
  });
  return {
    vectors: { rows: ids.length, columns, data: copied, counts, inverse: places },
    ids: Int32Array.from(ids),
  };
}
