/** `face-clusters cluster` */
import { resolve } from 'node:path';
import { clusteringSettings, type Settings } from '../domain/settings';
import { reportScript } from '../engine/bundled-files';
import { CLUSTER_FILES, CLUSTER_OUTPUT, VECTORS_FILES } from '../engine/jobs/outputs';
import { judgementLines } from '../summaries/judgement-text';
import { clusteringLines, runLines } from './cluster-text';
import type { CliContext, CliOptions } from './context';
import { keptLines, type Output, outputOf } from './output';
import { printLines } from './print';
import { analysisParameters, analyzeFolders, type Session, withSession } from './session';
import { UsageError } from './status';

/** Clusterings that are judged, at most. */
const MAX_SEEDS = 1000;

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
  const files = vectors === undefined ? CLUSTER_FILES : VECTORS_FILES;
  const judging = judgingOf(options);
  const output = await outputOf(options, CLUSTER_OUTPUT, files);
  const lines = await withSession(context, options, output.outDir, (session) =>
    vectors === undefined
      ? clusterFolders(session, { folders, settings, output, judging, verbose, root: context.root })
      : clusterVectors(session, { file: resolve(vectors), settings, output, judging }),
  );
  printLines([...lines, `written to ${output.outDir}`]);
}

/** How clusters are judged by labels. */
interface Judging {
  /** Path of a table of true attributes. */
  labels: string;
  /** Number of clusterings. */
  seeds: number;
  /** Of the faces in each, in (0, 1]. */
  share: number;
}

/** @throws UsageError where a value is out of bounds, or there are no labels for it. */
function judgingOf({ labels, seeds = 1, share = 1 }: CliOptions): Judging | undefined {
  if (typeof seeds !== 'number' || !Number.isSafeInteger(seeds) || seeds < 1 || seeds > MAX_SEEDS)
    throw new UsageError(`--seeds: expected a whole number from 1 to ${MAX_SEEDS}`);
  if (typeof share !== 'number' || !(share > 0 && share <= 1))
    throw new UsageError('--share: expected a number above 0, at most 1');
  if (typeof labels === 'string') return { labels: resolve(labels), seeds, share };
  if (seeds > 1 || share < 1) throw new UsageError('--seeds and --share need --labels FILE');
  return undefined;
}

interface FoldersJob {
  folders: readonly string[];
  settings: Settings;
  output: Output;
  judging: Judging | undefined;
  verbose: boolean;
  /** Folder that holds `dist` and `weights`. */
  root: string;
}

async function clusterFolders(
  session: Session,
  { folders, settings, output, judging, verbose, root }: FoldersJob,
): Promise<string[]> {
  const { engine, call } = session;
  const analysis = analysisParameters({ root }, settings);
  const { runDir, manifest } = await analyzeFolders(session, folders, analysis, output);
  const chosen = clusteringSettings(settings);
  const clustering = await engine.call('cluster', { runDir, settings: chosen }, call);
  const judgement =
    judging && (await engine.call('judge', { runDir, settings: chosen, ...judging }, call));
  const written = await engine.call(
    'export',
    { runDir, reportScript: reportScript(root), ...output, judgement },
    call,
  );
  return [
    ...runLines(manifest, { peakMemory: engine.peakMemory, verbose }),
    ...keptLines(written, output),
    ...clusteringLines(clustering),
    ...(judgement === undefined ? [] : judgementLines(judgement)),
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
  const { limit, sample } = settings;
  const params = { file, settings: clusteringSettings(settings), limit, sample };
  const judgement = judging && (await engine.call('judgeVectors', { ...params, ...judging }, call));
  const written = await engine.call('vectors', { ...params, ...output, judgement }, call);
  return [
    ...keptLines(written, output),
    ...clusteringLines(written.clustering),
    ...(judgement === undefined ? [] : judgementLines(judgement)),
  ];
}
