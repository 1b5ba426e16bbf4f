/** Bundles test programs that run in separate processes. */
import { join } from 'node:path';
import { build } from 'esbuild';
import { watForEsbuild } from '../../scripts/wat.mjs';
import { ROOT } from './settings';

/** Bundles a TypeScript program. `PROGRAM_ENVIRONMENT` lets it find native modules. */
export async function bundleProgram(source: string, program: string): Promise<void> {
  await build({
    entryPoints: [source],
    outfile: program,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20', // `using` is new syntax
    external: [
      'lmdb',
      'sharp',
      'onnxruntime-node',
      '@julusian/jpeg-turbo',
      'esbuild',
      'vitest',
      'wabt',
    ],
    mainFields: ['module', 'main'],
    plugins: [watForEsbuild],
    logLevel: 'warning',
  });
}

export const PROGRAM_ENVIRONMENT = { ...process.env, NODE_PATH: join(ROOT, 'node_modules') };
