/** Clustering of ready attribute vectors, without images. */
import { stringify } from 'csv-stringify/sync';
import { readLabels } from '../../datasets/labels';
import { chooseImages } from '../../images/scan-folders';
import type { EngineCalls } from '../../protocol/engine';
import { clusterLabels, silhouetteOfFace } from '../../runs/run-files';
import { occurrenceChart } from '../../summaries/occurrence-chart';
import { forCsvCell, fromCsvCell } from '../../text/neutralize';
import { UserError } from '../../util/errors';
import { writeNeeded } from '../../util/output-folder';
import { clusterFaces } from '../clustering/cluster-faces';
import { clusteringWorkers } from '../threads/clustering-worker-pool';
import { clusterFolder, clustersJson } from './export';
import type { JobContext } from './job-context';
import { CLUSTER_OUTPUT } from './outputs';

/** Rows of a table of attribute vectors, some of them where a choice is made. */
export async function readVectors(
  file: string,
  choice: { limit: number; sample: number; seed: number },
  signal: AbortSignal,
) {
  const table = await readLabels(file, signal);
  const width = table.attributes.length;
  const rows = chooseImages(Array.from(table.images.keys()), choice);
  if (rows.length === 0)
    throw new UserError(`the vectors '${file}' have no row below their header`);
  const probabilities = new Float32Array(rows.length * width);
  rows.forEach((row, i) => {
    probabilities.set(table.values.subarray(row * width, (row + 1) * width), i * width);
  });
  return { table, rows, probabilities };
}

/**
 * Writes faces.csv, clusters.json and each cluster's chart into `outDir`: all of an export that
 * needs no image.
 * @throws UserError if they cannot be written; CancelledError.
 */
export async function clusterVectors(
  { file, settings, limit, sample, outDir, overwrite = false }: EngineCalls['vectors']['params'],
  context: JobContext,
): Promise<EngineCalls['vectors']['result']> {
  const { table, rows, probabilities } = await readVectors(
    file,
    { limit, sample, seed: settings.seed },
    context.signal,
  );
  const width = table.attributes.length;
  const parallel = { ...context, run: clusteringWorkers.run, threads: clusteringWorkers.size };
  const stored = await clusterFaces({ probabilities, names: table.attributes }, settings, parallel);
  const labels = clusterLabels(stored);
  const lines = rows.map((row, i) => [
    forCsvCell(fromCsvCell(table.images[row]!)), 0, '', '', '', '', '', labels[i], silhouetteOfFace(stored, i)?.toFixed(4) ?? '',
    ...Array.from(probabilities.subarray(i * width, (i + 1) * width), (value) => value.toFixed(4)),
  ]); // prettier-ignore
  const header = [
    'image',
    'face',
    'x',
    'y',
    'width',
    'height',
    'score',
    'cluster',
    'silhouette',
    ...table.attributes.map(forCsvCell),
  ];
  const { clustering } = stored;
  const output = { kind: CLUSTER_OUTPUT, overwrite, signal: context.signal };
  const { kept } = await writeNeeded(outDir, output, async (write) => {
    await write('faces.csv', stringify([header, ...lines]));
    await write('clusters.json', JSON.stringify(clustersJson(clustering), null, 2));
    for (const cluster of clustering.clusters) {
      const chart = occurrenceChart(
        cluster,
        clustering.overall,
        `Cluster ${String(cluster.id)}: ${String(cluster.size)} faces`,
      );
      await write(`clusters/${clusterFolder(cluster.id)}/occurrences.svg`, chart);
    }
  });
  return { clustering, images: rows.length, kept };
}
