/** `face-clusters cluster` */
import { resolve } from 'node:path';
import { clusteringSettings, type Settings } from '../domain/settings';
import { reportScript } from '../engine/bundled-files';
import { CLUSTER_FILES, CLUSTER_OUTPUT, VECTORS_FILES } from '../engine/jobs/outputs';
import { clusteringLines, runLines } from './cluster-text';
import type { CliContext, CliOptions } from './context';
import { keptLines, type Output, outputOf } from './output';
import { printLines } from './print';
import { analysisParameters, analyzeFolders, type Session, withSession } from './session';
import { UsageError } from './status';

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
  const output = await outputOf(options, CLUSTER_OUTPUT, files);
  const lines = await withSession(context, options, output.outDir, (session) =>
    vectors === undefined
      ? clusterFolders(session, { folders, settings, output, verbose, root: context.root })
      : clusterVectors(session, { file: resolve(vectors), settings, output }),
  );
  printLines([...lines, `written to ${output.outDir}`]);
}

interface FoldersJob {
  folders: readonly string[];
  settings: Settings;
  output: Output;
  verbose: boolean;
  /** Folder that holds `dist` and `weights`. */
  root: string;
}

async function clusterFolders(
  session: Session,
  { folders, settings, output, verbose, root }: FoldersJob,
): Promise<string[]> {
  const { engine, call } = session;
  const analysis = analysisParameters({ root }, settings);
  const { runDir, manifest } = await analyzeFolders(session, folders, analysis, output);
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
  return [
    ...runLines(manifest, { peakMemory: engine.peakMemory, verbose }),
    ...keptLines(written, output),
    ...clusteringLines(clustering),
  ];
}

async function clusterVectors(
  { engine, call }: Session,
  { file, settings, output }: { file: string; settings: Settings; output: Output },
): Promise<string[]> {
  const { limit, sample } = settings;
  const params = { file, settings: clusteringSettings(settings), limit, sample, ...output };
  const { clustering, kept } = await engine.call('vectors', params, call);
  return [...keptLines({ kept }, output), ...clusteringLines(clustering)];
}
