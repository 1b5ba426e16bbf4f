/** The real engine in its own process, for tests. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { engineScript } from '../../src/engine/bundled-files';
import { EngineClient } from '../../src/engine/client';
import { ROOT } from './images';

export { bundled, settingsWith } from './settings';

export function startEngine(): EngineClient {
  const script = engineScript(ROOT);
  if (!existsSync(script))
    throw new Error(`expected the built engine at ${script}: run 'npm run build' first`);
  const engine = new EngineClient(script);
  onTestFinished(() => {
    engine.dispose();
  });
  return engine;
}

/** Ends every process of an engine, as a crash would. */
export function killEngine(engine: EngineClient): void {
  for (const pid of engine.pids) process.kill(pid, 'SIGKILL');
}

export interface CliResult {
  status: number | null;
  stdout: string;
  stderr: string;
}

/** Runs the command line to its end. */
export function cli(...args: string[]): Promise<CliResult> {
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [CLI, ...args],
      { maxBuffer: 1e8 },
      (_, stdout, stderr) => {
        resolve({ status: child.exitCode, stdout, stderr });
      },
    );
  });
}

export const CLI = join(ROOT, 'dist', 'cli.js');

/** Arguments that cluster `vectors.csv` of a folder by two attributes. */
export const vectorsCommand = (folder: string, out: string, clusters: number): string[] => [
  'cluster',
  '--vectors',
  join(folder, 'vectors.csv'),
  '--out',
  out,
  '--attributes',
  'Male,Smiling',
  '--clusters',
  String(clusters),
];
