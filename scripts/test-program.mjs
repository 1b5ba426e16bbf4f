// Bundles and runs programs in test/ that do not use vitest. Their environment variables name the
// folders that they need.
import { basename, join } from 'node:path';
import { cacheDir, root, run } from './process.mjs';
import { samplePortraits } from './samples.mjs';
import { buildIfStale, installPackages } from './setup.mjs';
import { watForEsbuild } from './wat.mjs';

/**
 * @param source path of the TypeScript program, relative to the root.
 * @throws Error if the program fails.
 */
export async function runTestProgram(source, parameters) {
  await installPackages();
  await buildIfStale();
  const { build } = await import('esbuild');
  const program = join(cacheDir, 'programs', basename(source).replace(/\.ts$/, '.js'));
  await build({
    absWorkingDir: root,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    mainFields: ['module', 'main'],
    external: [
      'onnxruntime-node',
      'sharp',
      'lmdb',
      '@julusian/jpeg-turbo',
      'vitest',
      'esbuild',
      'wabt',
    ],
    outfile: program,
    plugins: [watForEsbuild],
    entryPoints: [source],
    logLevel: 'warning',
  });
  await run(process.execPath, [program, ...parameters], {
    env: {
      ...process.env,
      FACE_CLUSTERS_ROOT: root,
      FACE_CLUSTERS_SAMPLES: await samplePortraits(),
    },
  });
}
