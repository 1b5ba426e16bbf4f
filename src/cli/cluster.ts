/** `face-clusters cluster` */
import { resolve } from 'node:path';
import { clusteringSettings, type Settings } from '../domain/settings';
import { reportScript } from '../engine/bundled-files';
import { CLUSTER_OUTPUT, clusterFiles, vectorsFiles } from '../engine/jobs/outputs';
import { judgementLines } from '../summaries/judgement-text';
import { clusteringLines, runLines } from './cluster-text';
import type { CliContext, CliOptions } from './context';
import { type Judging, judgingOf } from './judging';
import { type ClusterImages, copiedLines, imagesOf } from './images';
import { keptLines, type Output, outputOf } from './output';
import { printLines } from './print';
import {
  analysisParameters,
  analyzeFolders,
  embedIfWanted,
  type Session,
  withSession,
} from './session';
import { UsageError } from './status';

export async function clusterCommand(
  folders: string[],
  options: CliOptions,
  settings: Settings,
  context: CliContext,
): Promise<void> {
  const { vectors, verbose = false, png = false } = options;
  if (vectors === undefined && folders.length === 0)
    throw new UsageError('expected at least one FOLDER, or --vectors FILE');
  if (vectors !== undefined && folders.length > 0)
    throw new UsageError('expected either FOLDERs or --vectors FILE, got both');
  const images = imagesOf(options);
  const files = (vectors === undefined ? clusterFiles : vectorsFiles)(settings.formats);
  const judging = judgingOf(options);
  const output = await outputOf(options, CLUSTER_OUTPUT, files);
  const lines = await withSession(context, options, output.outDir, (session) =>
    vectors === undefined
      ? clusterFolders(session, {
          folders,
          settings,
          output,
          judging,
          images,
          png,
          verbose,
          root: context.root,
        })
      : clusterVectors(session, { file: resolve(vectors), settings, output, judging, png }),
  );
  printLines([...lines, `written to ${output.outDir}`]);
}

interface FoldersJob {
  folders: readonly string[];
  settings: Settings;
  output: Output;
  judging: Judging | undefined;
  /** How the images of each cluster are put into folders; undefined for not at all. */
  images: ClusterImages | undefined;
  /** Whether charts are also written as PNG. */
  png: boolean;
  verbose: boolean;
  /** Folder that holds `dist` and `weights`. */
  root: string;
}

async function clusterFolders(
  session: Session,
  { folders, settings, output, judging, images, png, verbose, root }: FoldersJob,
): Promise<string[]> {
  const { engine, call } = session;
  const analysis = analysisParameters({ root }, settings);
  const { runDir, manifest } = await analyzeFolders(session, folders, analysis, output);
  const embedded = await embedIfWanted(session, runDir, settings);
  const chosen = clusteringSettings(settings);
  const clustering = await engine.call('cluster', { runDir, settings: chosen }, call);
  const judgement =
    judging && (await engine.call('judge', { runDir, settings: chosen, ...judging }, call));
  const written = await engine.call(
    'export',
    {
      runDir,
      reportScript: reportScript(root),
      ...output,
      formats: settings.formats,
      png,
      judgement,
    },
    call,
  );
  const kept = keptLines(written, output);
  const copied = images && (await copiedLines(session, { runDir, output, images }));
  return [
    ...runLines(manifest, { peakMemory: engine.peakMemory, verbose }),
    ...embedded,
    ...kept,
    ...clusteringLines(clustering),
    ...(judgement === undefined ? [] : judgementLines(judgement)),
    ...(copied ?? []),
  ];
}

interface VectorsJob {
  file: string;
  settings: Settings;
  output: Output;
  judging: Judging | undefined;
  png: boolean;
}

async function clusterVectors(
  { engine, call }: Session,
  { file, settings, output, judging, png }: VectorsJob,
): Promise<string[]> {
  const { limit, sample, formats } = settings;
  const params = { file, settings: clusteringSettings(settings), limit, sample, formats };
  const written = await engine.call('vectors', { ...params, ...output, judging, png }, call);
  const { clustering, judgement } = written;
  return [
    ...keptLines(written, output),
    ...clusteringLines(clustering),
    ...(judgement === undefined ? [] : judgementLines(judgement)),
  ];
}
