/** Calls about the map of all faces of a run. */
import type { Matrix } from '../../clustering/distinct';
import { embeddingVectors, rowsOf } from '../../clustering/embedding-vectors';
import { featureMatrix } from '../../clustering/features';
import type { Clustering } from '../../domain/clustering';
import type { FaceMap } from '../../domain/face-map';
import type { EngineCalls } from '../../protocol/engine';
import { readPlaces, writePlaces } from '../../runs/places-file';
import { clusterLabels, type StoredClustering } from '../../runs/run-files';
import { type StoredRun, writeToRun } from '../../runs/run-store';
import { fitUnitSquare } from '../../summaries/map/unit-square';
import { t } from '../../text/translate';
import { UserError } from '../../util/errors';
import { arrangeFaces, placesByAxes } from '../clustering/arrange-faces';
import { presentProbabilities } from '../clustering/present-probabilities';
import { type OpenRun, openRun } from '../open-runs';
import { mapWorkers } from '../threads/worker-pools';
import { clusteringOf } from './stored-clustering';
import type { JobContext } from './job-context';
import { inputOf } from './run-input';

/** Raised whenever the arrangement is computed differently: kept places are then not used. */
const VERSION = 1;

/** The map of the latest clustering of a run: that which was kept, or one by two axes. */
export async function places(
  { runDir }: EngineCalls['places']['params'],
  { signal }: JobContext,
): Promise<FaceMap> {
  const run = await openRun(runDir);
  const stored = await clusteringOf(run);
  const clusters = clusterLabels(stored);
  const kept = await readPlaces(runDir, keyOf(run, stored.clustering), clusters.length);
  if (kept !== undefined) return { arrangement: 'neighbors', clusters, ...kept };
  const axes =
    storedAxes(stored) ??
    placesByAxes(await mapWorkers.run('axes', await matrixOf(run, stored.clustering), { signal }));
  return { clusters, ...axes };
}

/** Arranges the faces so that those alike lie together, and keeps that map with the run. */
export async function arrangedPlaces(
  { runDir }: EngineCalls['arrangedPlaces']['params'],
  { signal }: JobContext,
): Promise<FaceMap> {
  const run = await openRun(runDir);
  const stored = await clusteringOf(run);
  const clusters = clusterLabels(stored);
  const key = keyOf(run, stored.clustering);
  const kept = await readPlaces(runDir, key, clusters.length);
  if (kept !== undefined) return { arrangement: 'neighbors', clusters, ...kept };
  const context = { signal, run: mapWorkers.run, threads: mapWorkers.size };
  const { seed } = stored.clustering.settings;
  const arranged = await arrangeFaces(await matrixOf(run, stored.clustering), seed, context);
  if (arranged.arrangement === 'neighbors')
    await writeToRun(run, () => writePlaces(runDir, key, arranged));
  return { clusters, ...arranged };
}

/** The places that were computed with the clusters, unless these are of 0 and 1. */
function storedAxes({
  clustering,
  projection,
}: StoredClustering): Omit<FaceMap, 'clusters'> | undefined {
  const { settings, distinct } = clustering;
  if (settings.features !== 'probability' || projection?.every(Number.isFinite) !== true)
    return undefined; // what is no face has no place among the clusters
  const places = Float32Array.from(fitUnitSquare(Float64Array.from(projection)));
  return {
    arrangement: 'axes',
    places,
    distinct,
    sample: clustering.projection?.vectors ?? distinct,
  };
}

/** Names what the places of the faces are computed from, without the clusters. */
function keyOf({ manifest }: StoredRun, { weights, settings }: Clustering): string {
  const { id, createdAt } = manifest;
  const { thresholds, seed, features, metric } = settings;
  const space = features === 'embedding' ? metric : 'attributes';
  return JSON.stringify([VERSION, id, createdAt, Object.entries(weights), thresholds, seed, space]);
}

/**
 * The embeddings by which the faces were compared, or weighted inferred probabilities of the
 * attributes, even where they were clustered by 0 and 1, which would put thousands of faces in one
 * place.
 */
async function matrixOf(run: OpenRun, clustering: Clustering): Promise<Matrix> {
  const { inferred, manifest } = run;
  const { settings: of } = clustering;
  if (of.features === 'embedding') {
    const { embeddings } = await inputOf(run, of);
    return rowsOf(embeddingVectors(embeddings!, of.metric));
  }
  const { modelAttributes: names, thresholds } = manifest;
  const compared = Object.entries(clustering.weights);
  const columns = compared.map(([name]) => names.indexOf(name));
  if (columns.includes(-1))
    throw new UserError(t('the clusters are of other attributes than the run: cluster it again'));
  const input = { probabilities: inferred, names, thresholds };
  const settings = { thresholds: clustering.settings.thresholds, features: 'probability' } as const;
  const present = presentProbabilities(input, settings).probabilities;
  const weights = Float64Array.from(compared, ([, weight]) => weight);
  return featureMatrix(present, names.length, columns, weights, 'probability');
}

export async function attributeValues({
  runDir,
  attribute,
}: EngineCalls['attributeValues']['params']): Promise<Uint8Array> {
  const { probabilities, manifest } = await openRun(runDir);
  const width = manifest.modelAttributes.length;
  const column = manifest.modelAttributes.indexOf(attribute);
  if (column < 0) throw new UserError(t("the run has no attribute '{0}'", attribute));
  const values = new Uint8Array(manifest.faces);
  for (let row = 0; row < values.length; row++)
    values[row] = Math.round(255 * probabilities[row * width + column]!);
  return values;
}
