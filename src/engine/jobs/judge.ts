/** Judges groupings of a run's faces, or of a table's vectors, against labels. */
import type { Judgement } from '../../domain/judgement';
import type { EngineCalls } from '../../protocol/engine';
import { judgeFaces } from '../clustering/judge-faces';
import { openRun } from '../open-runs';
import { clusteringWorkers } from '../threads/worker-pools';
import { readVectors } from './cluster-vectors';
import type { JobContext } from './job-context';
import { nameOfFace, nameOfVector, truthOf } from './labels-of-faces';

/** @throws UserError where the labels cannot be read, or fit no face; CancelledError. */
export async function judgeRun(
  { runDir, labels, settings, ...repetitions }: EngineCalls['judge']['params'],
  context: JobContext,
): Promise<Judgement> {
  const run = await openRun(runDir);
  const { probabilities, manifest } = run;
  const { modelAttributes: names, thresholds } = manifest;
  const truth = await truthOf(labels, nameOfFace(run), manifest.faces, context.signal);
  const input = { probabilities, names, thresholds };
  return judgeFaces(input, settings, truth, repetitions, parallel(context));
}

/** Judges the rows of a table by their images' names. */
export async function judgeVectors(
  { file, limit, sample, labels, settings, ...repetitions }: EngineCalls['judgeVectors']['params'],
  context: JobContext,
): Promise<Judgement> {
  const choice = { limit, sample, seed: settings.seed };
  const vectors = await readVectors(file, choice, context.signal);
  const { table, rows, probabilities } = vectors;
  const truth = await truthOf(labels, nameOfVector(vectors), rows.length, context.signal);
  const input = { probabilities, names: table.attributes };
  return judgeFaces(input, settings, truth, repetitions, parallel(context));
}

const parallel = (context: JobContext) => ({
  ...context,
  run: clusteringWorkers.run,
  threads: clusteringWorkers.size,
});
