// Runs scripts of test/bench in separate processes with the engine's environment.
import { execFile } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cacheDir, root } from '../process.mjs';
import { watForEsbuild } from '../wat.mjs';

const SCRIPTS = [
  'stage',
  'threads',
  'operators',
  'end-to-end',
  'gpu',
  'original',
  'recall',
  'conditions',
  'clustering',
  'tables',
  'map',
  'panel-run',
  'copies',
];

/** Bundles the scripts of test/bench. */
export async function bundle() {
  const { build } = await import('esbuild');
  await build({
    absWorkingDir: root,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    mainFields: ['module', 'main'],
    external: ['onnxruntime-node', 'sharp', 'lmdb', '@julusian/jpeg-turbo'],
    outdir: join(cacheDir, 'bench'),
    plugins: [watForEsbuild],
    entryPoints: SCRIPTS.map((name) => `test/bench/${name}.ts`),
    logLevel: 'warning',
  });
}

/** Arguments of Node.js for a script of test/bench. */
export const scriptOf = ([name, ...args]) => [
  join(cacheDir, 'bench', `${name}.js`),
  ...args.map(String),
];

/** Environment of the engine (src/engine/client.ts). */
export const engineEnvironment = () => ({
  ...process.env,
  UV_THREADPOOL_SIZE: String(availableParallelism() + 1),
  MALLOC_ARENA_MAX: '2',
  MALLOC_MMAP_THRESHOLD_: String(1 << 20),
});

/** Runs a script of test/bench. @returns its output. */
export async function stage(...command) {
  const { stdout } = await promisify(execFile)(process.execPath, scriptOf(command), {
    env: engineEnvironment(),
  });
  return JSON.parse(stdout);
}
