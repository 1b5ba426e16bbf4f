/** Calls about the map of all faces of a run. */
import type { Matrix } from '../../clustering/distinct';
import { featureMatrix } from '../../clustering/features';
import type { Clustering } from '../../domain/clustering';
import type { FaceMap } from '../../domain/face-map';
import type { EngineCalls } from '../../protocol/engine';
import { clusterLabels } from '../../runs/run-files';
import type { StoredRun } from '../../runs/run-store';
import { UserError } from '../../util/errors';
import { presentProbabilities } from '../clustering/present-probabilities';
import { openRun } from '../open-runs';
import { mapWorkers } from '../threads/worker-pools';
import { clusteringOf } from './inspect';
import type { JobContext } from './job-context';

/** The map of the latest clustering of a run. */
export async function places(
  { runDir }: EngineCalls['places']['params'],
  { signal }: JobContext,
): Promise<FaceMap> {
  const run = await openRun(runDir);
  const stored = await clusteringOf(run);
  const matrix = matrixOf(run, stored.clustering);
  const axes = await mapWorkers.run('axes', matrix, { signal });
  return { arrangement: 'axes', clusters: clusterLabels(stored), ...axes };
}

/**
 * Weighted probabilities of the attributes by which the faces were compared, even where they were
 * clustered by 0 and 1, which would put thousands of faces in one place.
 */
function matrixOf({ probabilities, manifest }: StoredRun, clustering: Clustering): Matrix {
  const { modelAttributes: names, thresholds } = manifest;
  const compared = Object.entries(clustering.weights);
  const columns = compared.map(([name]) => names.indexOf(name));
  if (columns.includes(-1))
    throw new UserError('the clusters are of other attributes than the run: cluster it again');
  const input = { probabilities, names, thresholds };
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
  if (column < 0) throw new UserError(`the run has no attribute '${attribute}'`);
  const values = new Uint8Array(manifest.faces);
  for (let row = 0; row < values.length; row++)
    values[row] = Math.round(255 * probabilities[row * width + column]!);
  return values;
}
