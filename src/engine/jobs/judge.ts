/** Judges groupings of a run's faces, or of a table's vectors, against labels. */
import { readLabels } from '../../datasets/labels';
import { labelRows } from '../../datasets/match-labels';
import type { Judgement } from '../../domain/judgement';
import type { EngineCalls } from '../../protocol/engine';
import { fromCsvCell } from '../../text/neutralize';
import { judgeFaces } from '../clustering/judge-faces';
import { openRun } from '../open-runs';
import { clusteringWorkers } from '../threads/worker-pools';
import { readVectors } from './cluster-vectors';
import type { JobContext } from './job-context';

/**
 * Judges the faces of a run. Labels are of the most prominent face of an image.
 * @throws UserError where the labels cannot be read, or fit no face; CancelledError.
 */
export async function judgeRun(
  { runDir, ...params }: EngineCalls['judge']['params'],
  context: JobContext,
): Promise<Judgement> {
  const { faces, probabilities, manifest } = await openRun(runDir);
  const { modelAttributes: names, thresholds } = manifest;
  const nameOf = (face: number) => (faces.face[face] === 0 ? faces.image[face] : undefined);
  return judge({ probabilities, names, thresholds }, nameOf, params, context);
}

/** Judges the rows of a table by their images' names. */
export async function judgeVectors(
  { file, limit, sample, ...params }: EngineCalls['judgeVectors']['params'],
  context: JobContext,
): Promise<Judgement> {
  const choice = { limit, sample, seed: params.settings.seed };
  const { table, rows, probabilities } = await readVectors(file, choice, context.signal);
  const nameOf = (face: number) => fromCsvCell(table.images[rows[face]!]!);
  return judge({ probabilities, names: table.attributes }, nameOf, params, context);
}

/** @param nameOf name of the image whose labels describe a face; undefined where none does. */
async function judge(
  input: Parameters<typeof judgeFaces>[0],
  nameOf: (face: number) => string | undefined,
  { labels, settings, ...repetitions }: Omit<EngineCalls['judge']['params'], 'runDir'>,
  context: JobContext,
): Promise<Judgement> {
  const table = await readLabels(labels, context.signal);
  const rowOf = labelRows(table);
  const rows = Int32Array.from(
    { length: input.probabilities.length / input.names.length },
    (_, face) => {
      const name = nameOf(face);
      return name === undefined ? -1 : (rowOf(name) ?? -1);
    },
  );
  const truth = { labels, attributes: table.attributes, values: table.values, rows };
  const parallel = { ...context, run: clusteringWorkers.run, threads: clusteringWorkers.size };
  return judgeFaces(input, settings, truth, repetitions, parallel);
}
