// Bundles the extension host, the engine, the command line, the panel and the report into dist/.
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { context, build } from 'esbuild';
import { root, main } from './process.mjs';
import { watForEsbuild } from './wat.mjs';

const watch = process.argv.includes('--watch');
const common = { bundle: true, sourcemap: true, legalComments: 'linked', logLevel: 'warning', absWorkingDir: root, minify: !watch };

/** Node programs: native modules stay outside the bundle, and `vscode` is the editor's own. */
const node = {
  ...common,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  external: ['vscode', 'onnxruntime-node', 'sharp', 'lmdb', '@julusian/jpeg-turbo'],
  // Node has this global since version 21; VS Code warns of every extension that looks at it, and a library does.
  define: { navigator: 'undefined' },
  outdir: 'dist',
  plugins: [watForEsbuild],
  // ESM-first packages in a CommonJS bundle.
  mainFields: ['module', 'main'],
  entryPoints: {
    engine: 'src/engine/main.ts',
    'clustering-worker': 'src/engine/threads/clustering-worker.ts',
    'image-worker': 'src/engine/threads/image-worker.ts',
    'inference-worker': 'src/engine/threads/inference-worker.ts',
    cli: 'src/cli.ts',
    extension: 'src/extension.ts',
  },
};

const browser = {
  ...common,
  platform: 'browser',
  target: 'es2022',
  format: 'iife',
  outdir: 'dist',
  tsconfig: join(root, 'webview', 'tsconfig.json'),
  entryPoints: { webview: 'webview/main.ts', dataset: 'webview/dataset.ts', report: 'webview/report.ts' },
};

main(async () => {
  if (!watch) await rm(join(root, 'dist'), { recursive: true, force: true });
  await mkdir(join(root, 'dist'), { recursive: true });
  if (watch) {
    for (const options of [node, browser]) await (await context({ ...options, logLevel: 'info' })).watch();
    return;
  }
  // The report is one page: its script may not point to a source map beside it.
  await Promise.all([build(node), build(browser)]);
  await build({ ...browser, entryPoints: { report: 'webview/report.ts' }, sourcemap: false, legalComments: 'inline' });
});
