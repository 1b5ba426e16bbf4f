/** Clusterings that are kept with a run, and what changed since. */
import { FaceFinder, faceKey } from '../../corrections/face-keys';
import {
  BEFORE,
  type ClusteringDifference,
  type KeptClustering,
} from '../../domain/kept-clusterings';
import type { EngineCalls } from '../../protocol/engine';
import {
  keptIds,
  MOST_KEPT,
  readKept,
  removeKept,
  summaryOf,
  writeKept,
} from '../../runs/kept-clusterings';
import { clusterLabels, readClustering, type StoredClustering } from '../../runs/run-files';
import { DamagedRun, unlessDamaged } from '../../runs/run-schemas';
import type { StoredRun } from '../../runs/run-store';
import { clusterTitles } from '../../summaries/cluster-titles';
import { differenceOf } from '../../summaries/clustering-difference';
import { t } from '../../text/translate';
import { messageOf, UserError } from '../../util/errors';
import { openRun } from '../open-runs';
import { clusteringOf } from './stored-clustering';

/** Keeps the clustering that is shown under a name. */
export async function keepClustering({
  runDir,
  name,
}: EngineCalls['keep']['params']): Promise<KeptClustering> {
  const run = await openRun(runDir);
  if ((await keptIds(runDir)).length > MOST_KEPT)
    throw new UserError(
      t('{0} clusterings are kept already: remove some of them first', MOST_KEPT),
    );
  const id = await keep(run, await clusteringOf(run), { name });
  return summaryOf((await readKept(runDir, id))!);
}

/**
 * Keeps the clustering that is about to be replaced.
 * @returns why it could not be written, for people: the new one is not lost for that.
 */
export async function keepBefore(
  run: StoredRun,
  stored: StoredClustering,
): Promise<string | undefined> {
  try {
    await keep(run, stored, { id: BEFORE, name: '' });
    return undefined;
  } catch (error) {
    return t('the clusters before could not be kept: {0}', messageOf(error));
  }
}

/**
 * Keeps the clustering of a run that is about to be replaced by another run, where there is one
 * that can be read: a damaged run is replaced for good.
 * @returns why it could not be written, for people.
 */
export async function keepBeforeReplacing(runDir: string): Promise<string | undefined> {
  const run = await openRun(runDir).catch(unlessDamagedOrMissing);
  const stored = run && (await readClustering(runDir).catch(unlessDamaged));
  if (run === undefined || stored?.clustering.faces !== run.manifest.faces) return undefined;
  return keepBefore(run, stored);
}

function unlessDamagedOrMissing(error: unknown): undefined {
  if (!(error instanceof UserError) && !(error instanceof DamagedRun)) throw error;
}

function keep(
  { folder, faces, manifest }: StoredRun,
  stored: StoredClustering,
  named: { id?: string; name: string },
): Promise<string> {
  const { clustering } = stored;
  const titles = clusterTitles(clustering);
  return writeKept(folder, {
    ...named,
    at: new Date().toISOString(),
    settings: clustering.settings,
    clusters: clustering.clusters.map(({ id, size }) => ({
      id,
      size,
      title: titles.get(id)!.text,
    })),
    faces: Array.from({ length: manifest.faces }, (_, row) => faceKey(faces, row)),
    labels: clusterLabels(stored),
  });
}

/** All that is kept with a run, the newest first. What cannot be read is left out, and named. */
export async function keptClusterings({
  runDir,
}: EngineCalls['kept']['params']): Promise<EngineCalls['kept']['result']> {
  const kept: EngineCalls['kept']['result']['kept'] = [];
  const problems: string[] = [];
  for (const id of await keptIds(runDir)) {
    try {
      const stored = await readKept(runDir, id);
      if (stored !== undefined) kept.push({ ...summaryOf(stored), settings: stored.settings });
    } catch (error) {
      if (!(error instanceof DamagedRun)) throw error;
      problems.push(error.message);
    }
  }
  return { kept: kept.sort((a, b) => (a.at < b.at ? 1 : -1)), problems };
}

export async function removeKeptClustering({
  runDir,
  id,
}: EngineCalls['removeKept']['params']): Promise<undefined> {
  await removeKept(runDir, id);
}

/**
 * How the clusters that are shown differ from those that are kept.
 * @throws UserError where these do not exist; DamagedRun.
 */
export async function clusteringDifference({
  runDir,
  id,
}: EngineCalls['difference']['params']): Promise<ClusteringDifference> {
  const run = await openRun(runDir);
  const stored = await clusteringOf(run);
  const kept = await readKept(runDir, id);
  if (kept === undefined)
    throw new UserError(
      id === BEFORE
        ? t('the faces of this run were clustered once: there is nothing to compare with yet')
        : t('this clustering is not kept any more'),
    );
  const finder = new FaceFinder(run.faces);
  const rows = Int32Array.from(kept.faces, (key) => finder.rowOf(key) ?? -1);
  return {
    earlier: summaryOf(kept),
    ...differenceOf(
      { labels: kept.labels, rows, clusters: kept.clusters },
      { labels: clusterLabels(stored), clusters: stored.clustering.clusters },
    ),
  };
}
