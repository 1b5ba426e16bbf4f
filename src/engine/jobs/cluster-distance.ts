/** How far apart two clusters are. */
import type { DistinctVectors } from '../../clustering/distinct';
import type { ClusterDistance } from '../../domain/faces';
import type { EngineCalls } from '../../protocol/engine';
import { clusterLabels, membersOfCluster, type StoredClustering } from '../../runs/run-files';
import { countedFaces, leftOutBy } from '../clustering/corrected-faces';
import { featureVectors } from '../clustering/feature-vectors';
import { presentProbabilities } from '../clustering/present-probabilities';
import { openRun } from '../open-runs';
import { inputOf } from './run-input';
import { clusteringOf } from './stored-clustering';

/** @throws UserError where the run lost its embeddings, and was clustered by them. */
export async function clusterDistance({
  runDir,
  clusters,
}: EngineCalls['clusterDistance']['params']): Promise<ClusterDistance> {
  const run = await openRun(runDir);
  const stored = await clusteringOf(run);
  const { settings } = stored.clustering;
  const { input, rows } = countedFaces(
    await inputOf(run, settings),
    leftOutBy(clusterLabels(stored)),
  );
  const { probabilities } = presentProbabilities(input, settings);
  const { vectors } = featureVectors(input, probabilities, settings);
  const places = new Map(Array.from(rows, (row, place) => [row, place] as const));
  const [a, b] = clusters.map((cluster) => {
    const members = Array.from(membersOfCluster(stored, cluster) ?? []);
    return meanOf(
      vectors,
      members.flatMap((row) => places.get(row) ?? []),
    );
  });
  return {
    distance:
      a === undefined || b === undefined
        ? null
        : Math.sqrt(sumOf(a.map((v, i) => (v - b[i]!) ** 2))),
    spreads: [spreadOf(stored, clusters[0]), spreadOf(stored, clusters[1])],
  };
}

/** @param places of the faces among those that count; undefined is returned for none. */
function meanOf(
  { columns, data, inverse }: DistinctVectors,
  places: readonly number[],
): Float64Array | undefined {
  if (places.length === 0) return undefined;
  const sum = new Float64Array(columns);
  for (const place of places) {
    const start = inverse[place]! * columns;
    for (let c = 0; c < columns; c++) sum[c]! += data[start + c]!;
  }
  return sum.map((value) => value / places.length);
}

/** Mean distance of a cluster's faces to its mean; null where none is known, as of noise. */
function spreadOf(stored: StoredClustering, cluster: number): number | null {
  const rows = membersOfCluster(stored, cluster) ?? new Int32Array();
  const known = Float64Array.from(rows, (row) => stored.distances?.[row] ?? NaN).filter(
    (value) => !Number.isNaN(value),
  );
  return known.length === 0 ? null : sumOf(known) / known.length;
}

const sumOf = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0);
