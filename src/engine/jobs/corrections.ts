/** Corrections of a run's clusters: making, undoing and replaying them. */
import {
  appendToLog,
  type CorrectionLog,
  type LoggedCorrection,
  readLog,
} from '../../corrections/correction-log';
import { describeCorrection } from '../../corrections/describe-correction';
import { FaceFinder } from '../../corrections/face-keys';
import { replay } from '../../corrections/replay';
import type { Clustering } from '../../domain/clustering';
import { type CorrectionState, NOT_FACES } from '../../domain/corrections';
import type { ShownClusters } from '../../protocol/clustering-calls';
import type { EngineCalls } from '../../protocol/engine';
import {
  clusterLabels,
  readBaseClustering,
  removeBaseClustering,
  type StoredClustering,
  writeBaseClustering,
  writeClustering,
} from '../../runs/run-files';
import { runIdentity, writeToRun } from '../../runs/run-store';
import { t } from '../../text/translate';
import { UserError } from '../../util/errors';
import { describeClusters } from '../clustering/correct-clustering';
import { countedFaces, leftOutBy, ofAllFaces } from '../clustering/corrected-faces';
import { type OpenRun, openRun } from '../open-runs';
import { clusteringWorkers } from '../threads/worker-pools';
import type { JobContext } from './job-context';
import { inputOf } from './run-input';
import { clusteringOf } from './stored-clustering';
import { toCorrection } from './to-correction';

/**
 * Makes, undoes or redoes a correction; `replay` only follows the log, which another process may
 * have written.
 */
export async function correctRun(
  { runDir, request, shown: seen }: EngineCalls['correct']['params'],
  context: JobContext,
): Promise<Clustering> {
  const run = await openRun(runDir);
  const shown = await clusteringOf(run);
  if (request.kind === 'undo' || request.kind === 'redo') {
    const log = await readLog(runDir);
    const steps = request.kind === 'undo' ? log.done : log.undone;
    if (steps.length === 0)
      throw new UserError(
        t(request.kind === 'undo' ? 'there is nothing to undo' : 'there is nothing to redo'),
      );
    await appendToLog(runDir, { step: request.kind });
  } else if (request.kind !== 'replay') {
    if (seen !== undefined && !isOf(seen, run, shown))
      throw new UserError(
        t(
          'the clusters were made anew meanwhile, perhaps in another window: refresh the run, and correct them once more if needed',
        ),
      );
    const correction = await toCorrection(run, shown, request, context);
    await appendToLog(runDir, { do: correction });
  }
  const base = (await readBaseClustering(runDir)) ?? shown;
  try {
    return await writeCorrected(await openRun(runDir), base, context);
  } catch (error) {
    if ((await runIdentity(runDir)) === run.identity) throw error;
    // Another analysis has replaced the run: its clustering follows the log.
    return shown.clustering;
  }
}

/** Whether what a person looks at is what is stored: another window may have replaced it. */
const isOf = (
  seen: ShownClusters,
  { manifest }: OpenRun,
  { clustering: { clusters } }: StoredClustering,
): boolean =>
  seen.createdAt === manifest.createdAt &&
  seen.clusters.length === clusters.length &&
  seen.clusters.every(([id, size, medoid], i) => {
    const cluster = clusters[i]!;
    return cluster.id === id && cluster.size === size && cluster.medoid === medoid;
  });

/**
 * Stores what a method made of a run with all corrections in effect.
 * @param base what the method made.
 * @returns the corrected clustering.
 */
export async function writeCorrected(
  run: OpenRun,
  base: StoredClustering,
  context: JobContext,
): Promise<Clustering> {
  const log = await readLog(run.folder);
  const isCorrected = log.done.length > 0 || log.undone.length > 0 || log.damaged.length > 0;
  const corrected = isCorrected ? await correctedClustering(run, base, log, context) : base;
  await writeToRun(run, async () => {
    if (isCorrected) await writeBaseClustering(run.folder, base);
    await writeClustering(run.folder, corrected);
    if (!isCorrected) await removeBaseClustering(run.folder);
  });
  return corrected.clustering;
}

async function correctedClustering(
  run: OpenRun,
  base: StoredClustering,
  log: CorrectionLog,
  context: JobContext,
): Promise<StoredClustering> {
  const { corrections } = run;
  const finder = new FaceFinder(run.faces);
  const baseLabels = withPlaces(clusterLabels(base), corrections.notFaces);
  const replayed = replay(baseLabels, log.done, finder, run.manifest.modelAttributes);
  const state = stateOf(log, replayed.missed);
  const hasChanged =
    corrections.attributes.size > 0 || replayed.labels.some((id, row) => id !== baseLabels[row]);
  const described = hasChanged ? await describe(run, base, replayed.labels, context) : base;
  const clusters = described.clustering.clusters.map((cluster) => {
    const said = replayed.notes.get(cluster.id) ?? {};
    return Object.keys(said).length === 0 ? cluster : { ...cluster, said };
  });
  return { ...described, clustering: { ...described.clustering, clusters, corrections: state } };
}

/**
 * Faces that were no faces when the base was made, and are faces again, are noise until they are
 * clustered.
 */
const withPlaces = (labels: Int32Array, notFaces: ReadonlySet<number>): Int32Array =>
  labels.map((id, row) => (id === NOT_FACES && !notFaces.has(row) ? -1 : id));

async function describe(
  run: OpenRun,
  { clustering }: StoredClustering,
  labels: Int32Array,
  context: JobContext,
): Promise<StoredClustering> {
  const all = await inputOf(run, clustering.settings);
  const leftOut = leftOutBy(labels);
  const { input, rows } = countedFaces(all, leftOut);
  const described = await describeClusters(
    input,
    Int32Array.from(rows, (row) => labels[row]!),
    clustering.settings,
    { ...context, run: clusteringWorkers.run, threads: clusteringWorkers.size },
  );
  const whole = ofAllFaces(described, rows, all, leftOut);
  const { curve, agreement, notices } = clustering;
  return { ...whole, clustering: { ...whole.clustering, curve, agreement, notices } };
}

function stateOf(log: CorrectionLog, missed: CorrectionState['missed']): CorrectionState {
  const step = (logged: LoggedCorrection | undefined) =>
    logged === undefined ? null : { text: describeCorrection(logged.correction), at: logged.at };
  return {
    logBytes: log.bytes,
    count: log.done.length,
    undo: step(log.done.at(-1)),
    redo: step(log.undone.at(-1)),
    missed: [...missed, ...log.damaged.map((reason) => ({ text: t('A correction'), reason }))],
  };
}
