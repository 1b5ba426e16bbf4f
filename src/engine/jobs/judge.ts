/** Judges groupings of a run's faces against labels. */
import { isDeepStrictEqual } from 'node:util';
import type { Judgement } from '../../domain/judgement';
import type { EngineCalls } from '../../protocol/engine';
import { findLabels } from '../../datasets/recognize';
import { readClustering } from '../../runs/run-files';
import { unlessDamaged } from '../../runs/run-schemas';
import { UserError } from '../../util/errors';
import { judgeClustering, judgeFaces, judgeRepeated } from '../clustering/judge-faces';
import { openRun } from '../open-runs';
import { clusteringWorkers } from '../threads/worker-pools';
import { clusteringOf } from './stored-clustering';
import type { JobContext } from './job-context';
import { truthOfRun } from './labels-of-faces';
import { inputOf } from './run-input';

/** @throws UserError where the labels cannot be read, or fit no face; CancelledError. */
export async function judgeRun(
  { runDir, labels, settings, ...repetitions }: EngineCalls['judge']['params'],
  context: JobContext,
): Promise<Judgement> {
  const run = await openRun(runDir);
  const { manifest } = run;
  const truth = await truthOfRun(run, labels, context.signal);
  const input = await inputOf(run, settings);
  const stored = await readClustering(runDir).catch(unlessDamaged);
  const isOfThese =
    stored?.members.length === manifest.faces &&
    isDeepStrictEqual(stored.clustering.settings, settings);
  return isOfThese
    ? judgeRepeated(stored, input, truth, repetitions, parallel(context))
    : judgeFaces(input, settings, truth, repetitions, parallel(context));
}

/**
 * Judges the stored clustering of a run against the labels that are found beside its images.
 * @returns null where there are none; the reason where they do not fit: it may be any table.
 * @throws UserError where the run has no clustering; CancelledError.
 */
export async function judgeStored(
  { runDir }: EngineCalls['truth']['params'],
  { signal }: JobContext,
): Promise<EngineCalls['truth']['result']> {
  const run = await openRun(runDir);
  const [folder, ...others] = run.manifest.folders;
  const labels =
    folder === undefined || others.length > 0 ? undefined : await findLabels(folder, signal);
  if (labels === undefined) return null;
  const stored = await clusteringOf(run);
  try {
    const truth = await truthOfRun(run, labels, signal);
    return judgeClustering(stored, run.manifest.modelAttributes, truth);
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof UserError) return { unfit: error.message };
    throw error;
  }
}

const parallel = (context: JobContext) => ({
  ...context,
  run: clusteringWorkers.run,
  threads: clusteringWorkers.size,
});
