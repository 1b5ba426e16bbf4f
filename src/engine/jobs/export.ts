/** A run and its clustering as files, in the layout the command line promises. */
import { readFile } from 'node:fs/promises';
import { stringify } from 'csv-stringify/sync';
import type { Clustering } from '../../domain/clustering';
import type { ClusterPictures } from '../../domain/faces';
import type { RunManifest } from '../../domain/run';
import { folderLabels } from '../../images/folder-labels';
import type { EngineCalls } from '../../protocol/engine';
import {
  clusterLabels,
  membersOf,
  silhouetteOfFace,
  type StoredClustering,
} from '../../runs/run-files';
import type { StoredRun } from '../../runs/run-store';
import { montage } from '../../summaries/montage';
import { occurrenceChart } from '../../summaries/occurrence-chart';
import { forCsvCell } from '../../text/neutralize';
import { shortPath } from '../../text/short-path';
import { UserError } from '../../util/errors';
import { fsReason, isFull } from '../../util/fs-errors';
import { filesInTheWay, writeOutput } from '../../util/output-folder';
import { openRun } from '../open-runs';
import { clusteringOf, pictures } from './inspect';
import type { JobContext } from './job-context';
import { CLUSTER_FILES, CLUSTER_OUTPUT } from './outputs';
import { reportPage } from './report';

/** Rows of a CSV file turned to text at a time. */
const CHUNK = 5000;

/**
 * Writes everything into `outDir`, or nothing if files that are not the program's own would be
 * replaced and that is not asked for.
 * @throws UserError if it cannot be written; CancelledError. Nothing in `outDir` changes then.
 */
export async function exportRun(
  { runDir, outDir, reportScript, overwrite = false }: EngineCalls['export']['params'],
  context: JobContext,
): Promise<EngineCalls['export']['result']> {
  const run = await openRun(runDir);
  const stored = await clusteringOf(run);
  const { clustering } = stored;
  const { signal } = context;
  if (!overwrite) {
    const inTheWay = await filesInTheWay(outDir, CLUSTER_OUTPUT, knownNames(clustering));
    if (inTheWay.length > 0) return { files: [], inTheWay, kept: [] };
  }
  return writeOutput(outDir, { kind: CLUSTER_OUTPUT, overwrite, signal }, async (write) => {
    await write('faces.csv', facesCsv(run, stored));
    await write(
      'failed.csv',
      stringify(
        run.manifest.failures.map(({ image, reason }) => [forCsvCell(image), forCsvCell(reason)]),
        { header: true, columns: ['image', 'reason'] },
      ),
    );
    await write(
      'without-face.csv',
      stringify(
        run.manifest.faceless.map((image) => [forCsvCell(image)]),
        { header: true, columns: ['image'] },
      ),
    );
    const made = await keptPictures(runDir, context);
    for (const [position, cluster] of clustering.clusters.entries()) {
      signal.throwIfAborted();
      context.onProgress({
        stage: 'export',
        done: position,
        total: clustering.clusters.length,
        failed: 0,
      });
      const folder = `clusters/${clusterFolder(cluster.id)}`;
      const picture = made.find((each) => each.cluster === cluster.id);
      if (picture !== undefined) {
        await write(`${folder}/eigenface.png`, picture.eigenface);
        for (const [i, component] of picture.components.entries()) {
          await write(`${folder}/component-${String(i + 1)}.png`, component);
        }
      }
      await write(
        `${folder}/occurrences.svg`,
        occurrenceChart(
          cluster,
          clustering.overall,
          `Cluster ${String(cluster.id)}: ${String(cluster.size)} faces`,
        ),
      );
      await write(
        `${folder}/montage.jpg`,
        await montage(run.crops, Array.from(membersOf(stored, position))),
      );
    }
    await write(
      'report.html',
      await reportPage(run, stored, made, await readFile(reportScript, 'utf8')),
    );
    await write('clusters.json', JSON.stringify(clustersJson(clustering, run.manifest), null, 2));
    context.onProgress({
      stage: 'export',
      done: clustering.clusters.length,
      total: clustering.clusters.length,
      failed: 0,
    });
  });
}

/** Files an export writes in any case, to see what is in its way before the pictures are made. */
function knownNames({ clusters }: Clustering): string[] {
  const ofCluster = ['occurrences.svg', 'montage.jpg', 'eigenface.png'];
  return [
    ...CLUSTER_FILES,
    ...clusters.flatMap(({ id }) =>
      ofCluster.map((name) => `clusters/${clusterFolder(id)}/${name}`),
    ),
  ];
}

/** The pictures, which are kept with the run where they are made now. */
async function keptPictures(runDir: string, context: JobContext): Promise<ClusterPictures[]> {
  try {
    return await pictures({ runDir }, context);
  } catch (error) {
    if (!isFull(error)) throw error;
    throw new UserError(
      `cannot keep the pictures of the clusters in '${shortPath(runDir)}': ${fsReason(error)}`,
      { cause: error },
    );
  }
}

/** Name of a cluster's folder: `00`, `01`, …, `noise`. */
export const clusterFolder = (id: number) => (id < 0 ? 'noise' : String(id).padStart(2, '0'));

function facesCsv(run: StoredRun, stored: StoredClustering): string {
  const { faces, manifest, probabilities } = run;
  const names = manifest.modelAttributes;
  const clusterOf = clusterLabels(stored);
  // With several folders the same name may occur in two of them: the folder then stands before it.
  const labels = folderLabels(manifest.folders);
  const several = manifest.folders.length > 1;
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
    ...names.map(forCsvCell),
  ];
  const parts = [stringify([header])];
  for (let from = 0; from < manifest.faces; from += CHUNK) {
    const rows: unknown[][] = [];
    for (let row = from; row < Math.min(from + CHUNK, manifest.faces); row++) {
      const box = faces.box[row];
      const image = faces.image[row]!;
      rows.push([
        forCsvCell(several ? `${labels[faces.folder[row]!]!}/${image}` : image),
        faces.face[row],
        ...(box == null
          ? ['', '', '', '']
          : [box.x, box.y, box.width, box.height].map((value) => Math.round(value))),
        faces.score[row]?.toFixed(4) ?? '',
        clusterOf[row],
        silhouetteOfFace(stored, row)?.toFixed(4) ?? '',
        ...Array.from(
          probabilities.subarray(row * names.length, (row + 1) * names.length),
          (value) => value.toFixed(4),
        ),
      ]);
    }
    parts.push(stringify(rows));
  }
  return parts.join('');
}

/** The content of clusters.json. */
export function clustersJson(clustering: Clustering, manifest?: RunManifest) {
  const { settings } = clustering;
  const { method, attributes, ...parameters } = settings;
  return {
    version: clustering.version,
    method,
    parameters: { ...parameters, ...(manifest === undefined ? {} : manifest.settings) },
    attributes,
    weights: clustering.weights,
    folders: manifest?.folders ?? [],
    model: manifest?.model ?? null,
    provider: manifest?.provider ?? null,
    providers: manifest?.trials ?? [],
    images: manifest?.images ?? null,
    faces: clustering.faces,
    distinct: clustering.distinct,
    silhouette: clustering.silhouette,
    inertia: clustering.inertia,
    curve: clustering.curve,
    daviesBouldin: clustering.daviesBouldin,
    calinskiHarabasz: clustering.calinskiHarabasz,
    agreement: clustering.agreement,
    tree: clustering.tree,
    notices: clustering.notices,
    timing: { ...manifest?.timing, ...clustering.timing },
    overall: clustering.overall,
    clusters: clustering.clusters.map(
      ({ id, size, silhouette, occurrences, otherOccurrences, prominent, noisy, medoid }) => ({
        id,
        size,
        silhouette,
        occurrences,
        prominent,
        noisy,
        medoid,
        otherOccurrences,
      }),
    ),
  };
}
