/** `face-clusters cluster` */
import { join, resolve } from 'node:path';
import { readableAttribute } from '../domain/attributes';
import type { Clustering } from '../domain/clustering';
import type { RunManifest } from '../domain/run';
import { analysisSettings, clusteringSettings, type Settings } from '../domain/settings';
import { bundledModels, reportScript } from '../engine/bundled-files';
import { CLUSTER_FILES, CLUSTER_OUTPUT, VECTORS_FILES } from '../engine/jobs/outputs';
import { forName } from '../text/neutralize';
import { sweepTemporaryFolders } from '../util/temporary-folder';
import { cacheFolder } from './cache';
import type { CliContext, CliOptions } from './context';
import { startEngine } from './engine';
import { keptLines, outputOf, workFolder } from './output';
import { printLines } from './print';
import { progressLine } from './progress';
import { UsageError } from './status';

export async function clusterCommand(
  folders: string[],
  options: CliOptions,
  settings: Settings,
  { root, signal }: CliContext,
): Promise<void> {
  const { vectors } = options;
  if (vectors === undefined && folders.length === 0)
    throw new UsageError('expected at least one FOLDER, or --vectors FILE');
  if (vectors !== undefined && folders.length > 0)
    throw new UsageError('expected either FOLDERs or --vectors FILE, got both');
  const output = await outputOf(
    options,
    CLUSTER_OUTPUT,
    vectors === undefined ? CLUSTER_FILES : VECTORS_FILES,
  );
  const engine = startEngine(root);
  const line = progressLine(options.progress);
  const call = { signal, onProgress: line.show };
  const work = await workFolder();
  try {
    if (vectors !== undefined) {
      const { limit, sample } = settings;
      const params = {
        file: resolve(vectors),
        settings: clusteringSettings(settings),
        limit,
        sample,
        ...output,
      };
      const { clustering, kept } = await engine.call('vectors', params, call);
      line.end();
      print([...keptLines({ kept }, output), ...clusteringLines(clustering)], output.outDir);
      return;
    }
    const runDir = join(work.path, 'run');
    const manifest = await engine.call(
      'analyse',
      {
        runDir,
        id: 'cli',
        folders: folders.map((folder) => resolve(folder)),
        settings: analysisSettings({
          ...settings,
          model: settings.model === '' ? '' : resolve(settings.model),
        }),
        bundled: bundledModels(root),
        storeDir: cacheFolder(),
      },
      call,
    );
    const clustering = await engine.call(
      'cluster',
      { runDir, settings: clusteringSettings(settings) },
      call,
    );
    const written = await engine.call(
      'export',
      { runDir, reportScript: reportScript(root), ...output },
      call,
    );
    line.end();
    const notes = keptLines(written, output);
    print(
      [...runLines(manifest, engine.peakMemory), ...notes, ...clusteringLines(clustering)],
      output.outDir,
    );
  } finally {
    line.end();
    engine.dispose();
    await work.remove();
    await sweepTemporaryFolders(output.outDir); // if the engine had to be ended
  }
}

function print(lines: string[], outDir: string) {
  printLines([...lines, `written to ${outDir}`]);
}

function runLines(
  {
    images,
    known = 0,
    notices = [],
    faces,
    provider,
    trials,
    detection,
    timing,
    failures,
  }: RunManifest,
  peakMemory: number,
): string[] {
  const seconds = timing.analyse ?? 0;
  const lines = [
    `${String(faces)} faces in ${String(images.read)} of ${String(images.found)} images, ` +
      `${seconds.toFixed(1)} s (${(images.found / seconds).toFixed(0)} images/s), peak memory ${(peakMemory / 1e6).toFixed(0)} MB`,
    `execution provider ${provider}: ${trials.map(({ provider: name, reason }) => `${name}: ${reason}`).join('; ')}`,
  ];
  lines.push(
    `faces ${detection.searched ? 'searched for' : 'not searched for'}: ${detection.reason}`,
  );
  if (known > 0)
    lines.push(
      `${String(known)} of the ${String(images.found)} images were known from earlier runs and not read again`,
    );
  lines.push(...notices.map((notice) => `note: ${notice}`));
  if (images.withoutFace > 0) lines.push(`${String(images.withoutFace)} images show no face`);
  if (failures.length > 0) {
    lines.push(
      `${String(failures.length)} could not be used, see failed.csv; the first, ${forName(failures[0]?.image ?? '')}: ${failures[0]?.reason ?? ''}`,
    );
  }
  return lines;
}

function clusteringLines({
  clusters,
  silhouette,
  distinct,
  faces,
  notices,
  settings,
}: Clustering): string[] {
  const width = Math.max(...clusters.map(({ size }) => String(size).length), 4);
  return [
    ...notices.map((notice) => `note: ${notice}`),
    `${String(clusters.length)} clusters (${settings.method}) of ${String(faces)} faces, ${String(distinct)} distinct vectors, ` +
      `silhouette ${silhouette === null ? 'not defined' : silhouette.toFixed(3)}`,
    '',
    `  id  ${'size'.padStart(width)}  silhouette  prominent attributes`,
    ...clusters.map(
      ({ id, size, silhouette: own, prominent }) =>
        `  ${String(id).padStart(2)}  ${String(size).padStart(width)}  ${(own === null ? '–' : own.toFixed(3)).padStart(10)}  ` +
        prominent.map(readableAttribute).join(', '),
    ),
    '',
  ];
}
