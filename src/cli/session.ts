/** What a command works with, and its cleanup. */
import { join, resolve } from 'node:path';
import type { Progress } from '../domain/progress';
import type { RunManifest } from '../domain/run';
import { analysisSettings, type Settings } from '../domain/settings';
import { bundledModels, engineScript } from '../engine/bundled-files';
import { EngineClient } from '../engine/client';
import { count, plural } from '../text/numbers';
import { sweepTemporaryFolders, type TemporaryFolder } from '../util/temporary-folder';
import { cacheFolder } from './cache';
import type { CliContext, CliOptions } from './context';
import { type Output, workFolder } from './output';
import { printErrorText } from './print';
import { progressLine } from './progress';

export interface Session {
  engine: EngineClient;
  /** Options of every call of the engine. */
  call: { signal: AbortSignal; onProgress: (progress: Progress) => void };
  /** @returns a temporary folder, removed at the end of the session. */
  makeTemporaryFolder: () => Promise<string>;
}

/**
 * Runs `work` with an engine and a progress line, and ends both.
 * @param outDir folder of the results; temporary folders that an ended engine left there are
 * removed.
 */
export async function withSession<Result>(
  { root, signal }: CliContext,
  { progress }: Pick<CliOptions, 'progress'>,
  outDir: string,
  work: (session: Session) => Promise<Result>,
): Promise<Result> {
  const engine = startEngine(root);
  const line = progressLine(progress);
  const folders: TemporaryFolder[] = [];
  const makeTemporaryFolder = async () => {
    const folder = await workFolder();
    folders.push(folder);
    return folder.path;
  };
  try {
    return await work({ engine, call: { signal, onProgress: line.show }, makeTemporaryFolder });
  } finally {
    line.end();
    engine.dispose();
    for (const folder of folders) await folder.remove();
    await sweepTemporaryFolders(outDir);
  }
}

function startEngine(root: string): EngineClient {
  const engine = new EngineClient(engineScript(root), printErrorText);
  // A second signal ends this process at once, and an engine that hangs does not notice that its
  // parent has ended.
  process.once('exit', () => {
    engine.dispose();
  });
  return engine;
}

/** Settings and networks of an analysis, as calls of the engine take them. */
export function analysisParameters({ root }: Pick<CliContext, 'root'>, settings: Settings) {
  const model = settings.model === '' ? '' : resolve(settings.model);
  return { settings: analysisSettings({ ...settings, model }), bundled: bundledModels(root) };
}

/** Makes the embeddings of a run, if its faces are to be compared by them. @returns lines. */
export async function embedIfWanted(
  { engine, call }: Session,
  runDir: string,
  { features }: Pick<Settings, 'features'>,
): Promise<string[]> {
  if (features !== 'embedding') return [];
  const { faces, known, seconds, notices } = await engine.call(
    'embed',
    { runDir, storeDir: cacheFolder() },
    call,
  );
  return [
    `embeddings of ${plural(faces, 'face')}, ${count(known)} of them from the cache: ${seconds.toFixed(1)} s`,
    ...notices.map((notice) => `note: ${notice}`),
  ];
}

/**
 * @param lists where failed.csv and without-face.csv are written if no image shows a face.
 * @returns the manifest of the run, and the temporary folder that holds it.
 */
export async function analyzeFolders(
  { engine, call, makeTemporaryFolder }: Session,
  folders: readonly string[],
  parameters: ReturnType<typeof analysisParameters>,
  lists?: Output,
): Promise<{ runDir: string; manifest: RunManifest }> {
  const runDir = join(await makeTemporaryFolder(), 'run');
  const manifest = await engine.call(
    'analyze',
    {
      runDir,
      id: 'cli',
      folders: folders.map((folder) => resolve(folder)),
      ...parameters,
      storeDir: cacheFolder(),
      ...(lists === undefined ? {} : { lists }),
    },
    call,
  );
  return { runDir, manifest };
}
