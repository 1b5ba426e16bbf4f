/** `face-clusters cluster` */
import { join, resolve } from 'node:path';
import { COPY_NAMES, type CopyKind } from '../domain/copies';
import { clusteringSettings, type Settings } from '../domain/settings';
import { reportScript } from '../engine/bundled-files';
import { CLUSTER_OUTPUT, clusterFiles, vectorsFiles } from '../engine/jobs/outputs';
import { judgementLines } from '../summaries/judgement-text';
import { count, plural } from '../text/numbers';
import { UserError } from '../util/errors';
import { clusteringLines, runLines } from './cluster-text';
import type { CliContext, CliOptions } from './context';
import { type Judging, judgingOf } from './judging';
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

/** Folder in DIR with a folder of images for each cluster. */
const IMAGES_FOLDER = 'images';

export async function clusterCommand(
  folders: string[],
  options: CliOptions,
  settings: Settings,
  context: CliContext,
): Promise<void> {
  const { vectors, verbose = false } = options;
  if (vectors === undefined && folders.length === 0)
    throw new UsageError('expected at least one FOLDER, or --vectors FILE');
  if (vectors !== undefined && folders.length > 0)
    throw new UsageError('expected either FOLDERs or --vectors FILE, got both');
  const images = options.images as CopyKind | undefined;
  if (vectors !== undefined && images !== undefined)
    throw new UsageError('expected --images with FOLDERs: vectors have no images');
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
          verbose,
          root: context.root,
        })
      : clusterVectors(session, { file: resolve(vectors), settings, output, judging }),
  );
  printLines([...lines, `written to ${output.outDir}`]);
}

interface FoldersJob {
  folders: readonly string[];
  settings: Settings;
  output: Output;
  judging: Judging | undefined;
  /** How the images of each cluster are put into folders; undefined for not at all. */
  images: CopyKind | undefined;
  verbose: boolean;
  /** Folder that holds `dist` and `weights`. */
  root: string;
}

async function clusterFolders(
  session: Session,
  { folders, settings, output, judging, images, verbose, root }: FoldersJob,
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
    { runDir, reportScript: reportScript(root), ...output, formats: settings.formats, judgement },
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

/** Copies or links the images of each cluster into a folder of its own. */
async function copiedLines(
  { engine, call }: Session,
  { runDir, output, images }: { runDir: string; output: Output; images: CopyKind },
): Promise<string[]> {
  const outDir = join(output.outDir, IMAGES_FOLDER);
  const params = { runDir, cluster: null, outDir, as: images };
  const { copied, there, failures, refused } = await engine.call('copyImages', params, call);
  if (refused !== undefined) throw new UserError(`${refused}. Give --images copy`);
  const earlier = there === 0 ? '' : `, ${count(there)} there already`;
  return [
    `${COPY_NAMES[images]} of ${plural(copied, 'image')} in '${outDir}'${earlier}`,
    ...failures.map(({ image, reason }) => `note: '${image}' is not among them: ${reason}`),
  ];
}

interface VectorsJob {
  file: string;
  settings: Settings;
  output: Output;
  judging: Judging | undefined;
}

async function clusterVectors(
  { engine, call }: Session,
  { file, settings, output, judging }: VectorsJob,
): Promise<string[]> {
  const { limit, sample, formats } = settings;
  const params = { file, settings: clusteringSettings(settings), limit, sample, formats };
  const written = await engine.call('vectors', { ...params, ...output, judging }, call);
  const { clustering, judgement } = written;
  return [
    ...keptLines(written, output),
    ...clusteringLines(clustering),
    ...(judgement === undefined ? [] : judgementLines(judgement)),
  ];
}
