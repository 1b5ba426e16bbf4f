/** Writes a run and its clustering as files, in the layout that the README documents. */
import { readFile } from 'node:fs/promises';
import type { Clustering } from '../../domain/clustering';
import type { TableFormat } from '../../domain/settings';
import type { EngineCalls } from '../../protocol/engine';
import type { StoredClustering } from '../../runs/run-files';
import type { StoredRun } from '../../runs/run-store';
import { writeImageLists } from '../../summaries/image-lists';
import type { MadePictures } from '../../summaries/cluster-pictures';
import { notebook } from '../../summaries/notebook';
import { shortPath } from '../../text/short-path';
import { t } from '../../text/translate';
import { UserError } from '../../util/errors';
import { fsReason, isFull } from '../../util/fs-errors';
import { currentFiles, filesInTheWay, type WriteFile, writeOutput } from '../../util/output-folder';
import { type OpenRun, openRun } from '../open-runs';
import { clustersJson } from './clusters-json';
import { rowsOfRun } from './face-rows';
import { exportKey } from './export-key';
import { makePictures } from './inspect';
import { clusterFolder, writeCharts } from './charts';
import { labelFiles, writeLabels } from './label-tables';
import { clusteringOf } from './stored-clustering';
import type { JobContext } from './job-context';
import { CLUSTER_OUTPUT, clusterFiles, NOTEBOOK_FILE } from './outputs';
import { REPORT_FACES, reportPage } from './report';
import { writeFaces } from './write-faces';

/**
 * Writes everything into `outDir`, or nothing if files that are not the program's own would be
 * replaced without `overwrite`. Where the same was written there before, and nobody has changed it
 * since, only clusters.json is written anew, which says when.
 * @throws UserError if it cannot be written; CancelledError. Nothing in `outDir` changes then.
 */
export async function exportRun(
  params: EngineCalls['export']['params'],
  context: JobContext,
): Promise<EngineCalls['export']['result']> {
  const {
    runDir,
    outDir,
    file,
    reportScript,
    overwrite = false,
    formats = ['csv'],
    png = false,
    judgement,
    texts,
  } = params;
  const run = await openRun(runDir);
  const stored = await clusteringOf(run);
  const { clustering } = stored;
  const { signal } = context;
  const script = await readFile(reportScript, 'utf8');
  const key = await exportKey(run, stored, { file, formats, png, judgement, script, texts });
  const names = [...knownNames(clustering, formats, png), ...labelFiles(run)];
  const current = await currentFiles(outDir, CLUSTER_OUTPUT, key);
  // Another command may have written one of them since.
  const keep = names.every((name) => current?.includes(name)) ? current : undefined;
  if (keep === undefined && !overwrite) {
    const inTheWay = await filesInTheWay(outDir, CLUSTER_OUTPUT, names);
    if (inTheWay.length > 0) return { files: [], inTheWay, kept: [] };
  }
  const options = { kind: CLUSTER_OUTPUT, overwrite, keep, signal };
  return writeOutput(outDir, options, async (write, setKey) => {
    const notices: string[] = [];
    if (keep === undefined) {
      const made = await withPictures(run, stored, context, async () => {
        notices.push(...(await writeTables(write, run, stored, formats)));
        notices.push(...(await writeCharts(write, clustering, { png, signal })));
      });
      await writeClusters({ write, stored, made }, context);
      await write('report.html', await reportPage(run, stored, made, script, texts));
    }
    await write(
      'clusters.json',
      JSON.stringify(
        clustersJson(clustering, { source: run.manifest, file, formats, judgement, notices }),
        null,
        2,
      ),
    );
    const total = clustering.clusters.length;
    context.onProgress({ stage: 'export', done: total, total, failed: 0 });
    // What notices say of the other files is known only where these are made.
    if (notices.length === 0) setKey(key);
  });
}

/** @returns what they leave out, for people. */
async function writeTables(
  write: WriteFile,
  run: OpenRun,
  stored: StoredClustering,
  formats: readonly TableFormat[],
): Promise<string[]> {
  const rows = rowsOfRun(run, stored);
  await writeFaces(write, rows, formats);
  await writeImageLists(write, run.manifest);
  await write(NOTEBOOK_FILE, notebook(formats[0] ?? 'csv'));
  return writeLabels(write, run, rows);
}

interface ClusterFiles {
  write: WriteFile;
  stored: StoredClustering;
  made: MadePictures;
}

/** Writes the pictures of each cluster into a folder of its own. */
async function writeClusters(
  { write, stored, made }: ClusterFiles,
  { signal, onProgress }: JobContext,
): Promise<void> {
  const { clusters } = stored.clustering;
  for (const [position, cluster] of clusters.entries()) {
    signal.throwIfAborted();
    onProgress({ stage: 'export', done: position, total: clusters.length, failed: 0 });
    const folder = `clusters/${clusterFolder(cluster.id)}`;
    const picture = made.eigenfaces.find((each) => each.cluster === cluster.id);
    if (picture !== undefined) {
      await write(`${folder}/eigenface.png`, picture.eigenface);
      for (const [i, component] of picture.components.entries())
        await write(`${folder}/component-${i + 1}.png`, component);
    }
    const montage = made.montages.get(cluster.id);
    if (montage !== undefined) await write(`${folder}/montage.jpg`, montage);
  }
}

/** Files that every export writes; they are checked before the pictures are made. */
function knownNames(
  { clusters }: Clustering,
  formats: readonly TableFormat[],
  png: boolean,
): string[] {
  const charts = ['occurrences.svg', ...(png ? ['occurrences.png'] : [])];
  const ofCluster = [...charts, 'montage.jpg', 'eigenface.png'];
  return [
    ...clusterFiles(formats),
    ...clusters.flatMap(({ id }) =>
      ofCluster.map((name) => `clusters/${clusterFolder(id)}/${name}`),
    ),
  ];
}

/** Makes the pictures in other threads while `meanwhile` runs in this one. */
async function withPictures(
  run: StoredRun,
  stored: StoredClustering,
  context: JobContext,
  meanwhile: () => Promise<void>,
): Promise<MadePictures> {
  const stop = new AbortController();
  const signal = AbortSignal.any([context.signal, stop.signal]);
  const making = allPictures(run, stored, { ...context, signal });
  making.catch(() => undefined); // it is awaited only after the rest
  try {
    await meanwhile();
  } catch (error) {
    stop.abort();
    await making.catch(() => undefined); // the first error is told
    throw error;
  }
  return making;
}

/** All pictures; the eigenfaces are stored with the run. */
async function allPictures(
  run: StoredRun,
  stored: StoredClustering,
  context: JobContext,
): Promise<MadePictures> {
  const wanted = { eigenfaces: true, montages: true, cards: REPORT_FACES };
  try {
    return await makePictures(run, stored, wanted, context);
  } catch (error) {
    if (!isFull(error)) throw error;
    throw new UserError(
      t(
        "cannot keep the pictures of the clusters in '{0}': {1}",
        shortPath(run.folder),
        fsReason(error),
      ),
      { cause: error },
    );
  }
}
