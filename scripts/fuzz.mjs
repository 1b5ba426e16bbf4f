// npm run fuzz [-- images networks messages settings tables stores kills]: hostile input of every kind, by the thousand (test/fuzz).
//   -- --seed 1   --count 5000   of each kind   --times 10   with the seeds after it, for hours
import { join } from 'node:path';
import { cacheDir, main, root, run } from './process.mjs';
import { samplePortraits } from './samples.mjs';
import { buildAll, installPackages } from './setup.mjs';
import { watForEsbuild } from './wat.mjs';

main(async () => {
  await installPackages();
  await buildAll();
  const { build } = await import('esbuild');
  const program = join(cacheDir, 'fuzz', 'run.js');
  await build({
    absWorkingDir: root,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    mainFields: ['module', 'main'],
    external: ['onnxruntime-node', 'sharp', 'lmdb', '@julusian/jpeg-turbo', 'vitest', 'esbuild', 'wabt'],
    define: { 'import.meta.url': 'undefined' },
    outfile: program,
    plugins: [watForEsbuild],
    entryPoints: ['test/fuzz/run.ts'],
    logLevel: 'warning',
  });
  await run(process.execPath, [program, ...process.argv.slice(2)], {
    env: { ...process.env, FACE_CLUSTERS_ROOT: root, FACE_CLUSTERS_SAMPLES: await samplePortraits() },
  });
});
