/** A run and its clustering as files, in the layout the command line promises. */
import { mkdir, readdir, readFile, rm, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'csv-stringify/sync';
import { codeOf } from '../errors';
import type { Clustering, EngineCalls, RunManifest } from '../protocol';
import { folderLabels } from '../faces/folder-labels';
import { clusterLabels, membersOf, silhouetteOfFace, type StoredClustering } from '../store/run-files';
import type { StoredRun } from '../store/run-store';
import { montage } from '../summaries/montage';
import { occurrenceChart } from '../summaries/occurrence-chart';
import type { JobContext } from './analyse';
import { clusteringOf, pictures } from './inspect';
import { reportPage } from './report';
import { openRun } from './runs';

/** Rows of a CSV file turned to text at a time. */
const CHUNK = 5000;

/** Writes everything into `outDir`, replacing what an earlier export wrote there and nothing else. */
export async function exportRun(
  { runDir, outDir, reportScript }: EngineCalls['export']['params'],
  context: JobContext,
): Promise<EngineCalls['export']['result']> {
  const run = await openRun(runDir);
  const stored = await clusteringOf(run);
  const { clustering } = stored;
  const files: string[] = [];
  const write = async (name: string, content: string | Uint8Array) => {
    await writeFile(join(outDir, name), content);
    files.push(name);
  };
  await mkdir(outDir, { recursive: true });
  await write('faces.csv', facesCsv(run, stored));
  await write(
    'failed.csv',
    stringify(
      run.manifest.failures.map(({ image, reason }) => [image, reason]),
      { header: true, columns: ['image', 'reason'] },
    ),
  );
  await write(
    'without-face.csv',
    stringify(
      run.manifest.faceless.map((image) => [image]),
      { header: true, columns: ['image'] },
    ),
  );
  const made = await pictures({ runDir }, context);

  await removeClusterFolders(join(outDir, 'clusters'));
  for (const [position, cluster] of clustering.clusters.entries()) {
    context.signal.throwIfAborted();
    context.onProgress({ stage: 'export', done: position, total: clustering.clusters.length, failed: 0 });
    const folder = join('clusters', clusterFolder(cluster.id));
    await mkdir(join(outDir, folder), { recursive: true });
    const picture = made.find((each) => each.cluster === cluster.id);
    if (picture !== undefined) {
      await write(join(folder, 'eigenface.png'), picture.eigenface);
      for (const [i, component] of picture.components.entries()) await write(join(folder, `component-${String(i + 1)}.png`), component);
    }
    await write(
      join(folder, 'occurrences.svg'),
      occurrenceChart(cluster, clustering.overall, `Cluster ${String(cluster.id)}: ${String(cluster.size)} faces`),
    );
    await write(join(folder, 'montage.jpg'), await montage(run.crops, Array.from(membersOf(stored, position))));
  }
  await write('report.html', await reportPage(run, stored, made, await readFile(reportScript, 'utf8')));
  await write('clusters.json', JSON.stringify(clustersJson(clustering, run.manifest), null, 2));
  context.onProgress({ stage: 'export', done: clustering.clusters.length, total: clustering.clusters.length, failed: 0 });
  return { files };
}

/**
 * Removes the cluster folders of an earlier export, of which there may be more: only files that an export writes, and folders that are
 * empty then. Whatever else lies there stays.
 */
async function removeClusterFolders(clusters: string): Promise<void> {
  for (const folder of await namesIn(clusters)) {
    if (!/^(\d{2,}|noise)$/.test(folder)) continue;
    for (const file of await namesIn(join(clusters, folder))) {
      if (/^(eigenface\.png|component-\d+\.png|occurrences\.svg|montage\.jpg)$/.test(file)) await rm(join(clusters, folder, file));
    }
    if ((await namesIn(join(clusters, folder))).length === 0) await rmdir(join(clusters, folder));
  }
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return [];
    throw error;
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
  const header = ['image', 'face', 'x', 'y', 'width', 'height', 'score', 'cluster', 'silhouette', ...names];
  const parts = [stringify([header])];
  for (let from = 0; from < manifest.faces; from += CHUNK) {
    const rows: unknown[][] = [];
    for (let row = from; row < Math.min(from + CHUNK, manifest.faces); row++) {
      const box = faces.box[row];
      const image = faces.image[row]!;
      rows.push([
        several ? `${labels[faces.folder[row]!]!}/${image}` : image,
        faces.face[row],
        ...(box == null ? ['', '', '', ''] : [box.x, box.y, box.width, box.height].map((value) => Math.round(value))),
        faces.score[row]?.toFixed(4) ?? '',
        clusterOf[row],
        silhouetteOfFace(stored, row)?.toFixed(4) ?? '',
        ...Array.from(probabilities.subarray(row * names.length, (row + 1) * names.length), (value) => value.toFixed(4)),
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
    clusters: clustering.clusters.map(({ id, size, silhouette, occurrences, otherOccurrences, prominent, noisy, medoid }) => ({
      id,
      size,
      silhouette,
      occurrences,
      prominent,
      noisy,
      medoid,
      otherOccurrences,
    })),
  };
}
