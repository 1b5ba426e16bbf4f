/** `face-clusters cluster` */
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { isRunFile, RUN_FILE_EXTENSION } from '../domain/run-file';
import { clusteringSettings, type Settings } from '../domain/settings';
import { reportScript } from '../engine/bundled-files';
import { CLUSTER_OUTPUT, clusterFiles, vectorsFiles } from '../engine/jobs/outputs';
import { megabytes } from '../text/sizes';
import { UserError } from '../util/errors';
import { fsReason } from '../util/fs-errors';
import { statOf } from '../util/user-files';
import { judgementLines } from '../summaries/judgement-text';
import { clusteringLines, runLines } from './cluster-text';
import type { CliContext, CliOptions } from './context';
import { type Judging, judgingOf } from './judging';
import { type ClusterImages, copiedLines, imagesOf } from './images';
import { keptLines, type Output, outputOf } from './output';
import { printLines } from './print';
import { OF_IMAGES, refuseOptions } from './refuse-options';
import {
  analysisParameters,
  analyzeFolders,
  embedIfWanted,
  type Session,
  withSession,
} from './session';
import { UsageError } from './status';
import { unusedOptions } from './unused-options';

/** Options that make no sense for rows of a table. */
const OF_ROWS = OF_IMAGES.filter((name) => name !== 'limit' && name !== 'sample');

export async function clusterCommand(
  folders: string[],
  options: CliOptions,
  settings: Settings,
  context: CliContext,
): Promise<void> {
  const { vectors, save, verbose = false, png = false } = options;
  if (vectors === undefined && folders.length === 0)
    throw new UsageError('expected at least one FOLDER, or --vectors FILE');
  if (vectors !== undefined && folders.length > 0)
    throw new UsageError('expected either FOLDERs or --vectors FILE, got both');
  if (vectors !== undefined && save !== undefined)
    throw new UsageError('expected --save with FOLDERs: vectors have no faces to be saved');
  if (vectors !== undefined)
    refuseOptions(options, OF_ROWS, '--vectors FILE, which has rows in place of images');
  if (folders.some(isRunFile))
    refuseOptions(options, OF_IMAGES, `a ${RUN_FILE_EXTENSION} file, whose images are analyzed`);
  const images = imagesOf(options);
  const files = (vectors === undefined ? clusterFiles : vectorsFiles)(settings.formats);
  const judging = judgingOf(options);
  const output = await outputOf(options, CLUSTER_OUTPUT, files);
  const saved = save === undefined ? undefined : await savedFile(save, output);
  const job = { settings, output, judging, png };
  const lines = await withSession(context, options, output.outDir, (session) =>
    vectors === undefined
      ? clusterFolders(session, { ...job, folders, saved, images, verbose, root: context.root })
      : clusterVectors(session, { ...job, file: resolve(vectors) }),
  );
  printLines([...lines, `written to ${output.outDir}`, ...unusedOptions(options, settings)]);
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
  /** Path of the file that holds everything. */
  saved: string | undefined;
  verbose: boolean;
  /** Folder that holds `dist` and `weights`. */
  root: string;
}

async function clusterFolders(session: Session, job: FoldersJob): Promise<string[]> {
  const { settings, output, judging, images, png, verbose, root } = job;
  const { engine, call } = session;
  const found = job.folders.find(isRunFile);
  const file = found === undefined ? undefined : resolve(found);
  const { runDir, manifest } = await runOf(session, job, file);
  const embedded = await embedIfWanted(session, runDir, settings);
  const chosen = clusteringSettings(settings);
  const clustering = await engine.call('cluster', { runDir, settings: chosen }, call);
  const judgement =
    judging && (await engine.call('judge', { runDir, settings: chosen, ...judging }, call));
  const written = await engine.call(
    'export',
    {
      runDir,
      file,
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
    ...runLines(manifest, { peakMemory: engine.peakMemory, verbose, file }),
    ...embedded,
    ...kept,
    ...clusteringLines(clustering),
    ...(judgement === undefined ? [] : judgementLines(judgement)),
    ...(copied ?? []),
    ...(await save(session, runDir, job)),
  ];
}

/** Analyzes the folders, or opens the file of a run. */
async function runOf(
  session: Session,
  { folders, settings, output, root }: FoldersJob,
  file: string | undefined,
) {
  const analysis = analysisParameters({ root }, settings);
  if (file === undefined) return analyzeFolders(session, folders, analysis, output);
  if (folders.length > 1)
    throw new UsageError(`expected one ${RUN_FILE_EXTENSION} file alone, or FOLDERs`);
  const runDir = join(await session.makeTemporaryFolder(), 'run');
  const params = { runDir, file, bundled: analysis.bundled };
  return { runDir, manifest: await session.engine.call('unpack', params, session.call) };
}

/** @returns what was saved. */
async function save(
  { engine, call }: Session,
  runDir: string,
  { saved: file, output }: FoldersJob,
): Promise<string[]> {
  if (file === undefined) return [];
  const { overwrite } = output;
  const { bytes } = await engine.call('pack', { runDir, file, overwrite }, call);
  return [`saved to ${file} (${megabytes(bytes)}), which opens in VS Code`];
}

/**
 * The path of the file to be saved, checked before the work begins.
 * @throws UserError.
 */
async function savedFile(file: string, { overwrite }: Output): Promise<string> {
  const path = resolve(isRunFile(file) ? file : `${file}${RUN_FILE_EXTENSION}`);
  const folder = dirname(path);
  try {
    await access(folder, constants.W_OK);
  } catch (error) {
    throw new UserError(`cannot save into '${folder}': ${fsReason(error)}`, { cause: error });
  }
  const isFolder = async (each: string) => (await statOf(each))?.isDirectory() === true;
  // The name alone may be that of --out, beside which the file lies.
  if (/[\\/]$/.test(file) || (await isFolder(path)))
    throw new UserError(`'${file}' is a folder: expected the path of a file after --save`);
  const isThere = (await statOf(path)) !== undefined;
  if (isThere && !overwrite)
    throw new UserError(`'${path}' is there already: choose another name, or add --overwrite`);
  return path;
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
