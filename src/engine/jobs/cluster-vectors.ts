/** Clusters attribute vectors of a table, without images. */
import type { Judgement } from '../../domain/judgement';
import type { EngineCalls } from '../../protocol/engine';
import type { StoredClustering } from '../../runs/run-files';
import { notebook } from '../../summaries/notebook';
import { writeNeeded } from '../../util/output-folder';
import { clusterFaces } from '../clustering/cluster-faces';
import { judgeRepeated } from '../clustering/judge-faces';
import { clusteringWorkers } from '../threads/worker-pools';
import { clustersJson } from './clusters-json';
import { writeCharts } from './charts';
import { rowsOfVectors } from './face-rows';
import type { JobContext } from './job-context';
import { namedVectors, truthOf } from './labels-of-faces';
import { CLUSTER_OUTPUT, NOTEBOOK_FILE } from './outputs';
import { readVectors, type Vectors } from './read-vectors';
import { writeFaces } from './write-faces';

/**
 * Writes faces.csv, clusters.json and the chart of each cluster into `outDir`: the files of an
 * export that need no image.
 * @throws UserError if they cannot be written; CancelledError.
 */
export async function clusterVectors(
  {
    file,
    settings,
    limit,
    sample,
    outDir,
    overwrite = false,
    formats = ['csv'],
    png = false,
    judging,
  }: EngineCalls['vectors']['params'],
  context: JobContext,
): Promise<EngineCalls['vectors']['result']> {
  clusteringWorkers.warm();
  const choice = { limit, sample, seed: settings.seed, attributes: settings.attributes };
  const read = await readVectors(file, choice, context.signal);
  const input = { probabilities: read.probabilities, names: read.table.attributes };
  const parallel = { ...context, run: clusteringWorkers.run, threads: clusteringWorkers.size };
  const stored = await clusterFaces(input, settings, parallel);
  stored.clustering.notices.unshift(...read.notices);
  const { clustering } = stored;
  const judgement = judging && (await judged(read, stored, judging, context));
  const output = { kind: CLUSTER_OUTPUT, overwrite, signal: context.signal };
  const { kept } = await writeNeeded(outDir, output, async (write) => {
    await writeFaces(write, rowsOfVectors(read, stored), formats);
    await write(NOTEBOOK_FILE, notebook(formats[0] ?? 'csv'));
    const source = { vectors: file, limit, sample };
    const notices = await writeCharts(write, clustering, { png, signal: context.signal });
    const json = clustersJson(clustering, { source, formats, judgement, notices });
    await write('clusters.json', JSON.stringify(json, null, 2));
  });
  return { clustering, images: read.rows.length, kept, judgement };
}

async function judged(
  read: Vectors,
  stored: StoredClustering,
  { labels, ...repetitions }: NonNullable<EngineCalls['vectors']['params']['judging']>,
  context: JobContext,
): Promise<Judgement> {
  const truth = await truthOf(labels, namedVectors(read), context.signal);
  const input = { probabilities: read.probabilities, names: read.table.attributes };
  const parallel = { ...context, run: clusteringWorkers.run, threads: clusteringWorkers.size };
  return judgeRepeated(stored, input, truth, repetitions, parallel);
}
