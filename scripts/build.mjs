// Bundles the extension host, the engine, the command line, the panel and the report into dist/.
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { context, build } from 'esbuild';
import { root, main } from './process.mjs';
import { DIGEST_FILE, sourcesDigest } from './sources-digest.mjs';
import { watForEsbuild } from './wat.mjs';

const watch = process.argv.includes('--watch');
const common = {
  bundle: true,
  metafile: true,
  sourcemap: true,
  legalComments: 'linked',
  logLevel: 'warning',
  absWorkingDir: root,
  minify: !watch,
};

/**
 * Node.js programs, without native modules, decoders in WebAssembly (which are
 * loaded by their names at run time), and `vscode`, which the editor provides.
 */
const node = {
  ...common,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  external: ['vscode', 'onnxruntime-node', 'sharp', 'lmdb', '@julusian/jpeg-turbo'],
  // A library reads this global, which Node.js has since version 21, and VS Code warns about every
  // extension that reads it.
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
    'map-worker': 'src/engine/threads/map-worker.ts',
    'picture-worker': 'src/engine/threads/picture-worker.ts',
    cli: 'src/cli/main.ts',
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
  entryPoints: {
    webview: 'webview/main.ts',
    dataset: 'webview/dataset.ts',
    report: 'webview/report.ts',
  },
};

main(async () => {
  const digest = sourcesDigest(); // sources that change during the build make the bundles stale
  if (watch) await rm(DIGEST_FILE, { force: true });
  else await rm(join(root, 'dist'), { recursive: true, force: true });
  await mkdir(join(root, 'dist'), { recursive: true });
  if (watch) {
    for (const options of [node, browser])
      await (await context({ ...options, logLevel: 'info' })).watch();
    return;
  }
  const results = await Promise.all([build(node), build(browser)]);
  // The report is a single page: its script has no source map beside it.
  results.push(
    await build({
      ...browser,
      entryPoints: { report: 'webview/report.ts' },
      sourcemap: false,
      legalComments: 'inline',
    }),
  );
  await refuseWide(results[0].metafile.outputs);
  const packages = Object.fromEntries(
    results.flatMap(({ metafile }) => Object.entries(metafile.outputs).flatMap(packagesOf)),
  );
  await writeFile(join(root, 'dist', 'bundled-packages.json'), JSON.stringify(packages, null, 2));
  await writeFile(DIGEST_FILE, digest);
});

/**
 * V8 keeps and reads a bundle with a character beyond Latin-1 in two bytes a character. esbuild
 * escapes them, but for those in regular expressions (and in templates of Lit, so not for the
 * browser).
 */
async function refuseWide(outputs) {
  for (const file of Object.keys(outputs).filter((name) => name.endsWith('.js'))) {
    const [wide] = /.{0,40}[^\0-\xff]/.exec(await readFile(join(root, file), 'utf8')) ?? [];
    if (wide !== undefined) throw new Error(`expected only Latin-1 in ${file}, found '${wide}'`);
  }
}

/**
 * Packages whose code is in an output of esbuild, for the license notices.
 * @returns `[[bundle, folders of packages]]`; empty for outputs that are no bundles.
 */
function packagesOf([output, { inputs, entryPoint }]) {
  if (entryPoint === undefined) return [];
  const used = Object.entries(inputs).filter(([, { bytesInOutput }]) => bytesInOutput > 0);
  const folders = used.flatMap(
    ([input]) => /node_modules\/(?:.*node_modules\/)?(?:@[^/]+\/)?[^/]+/.exec(input) ?? [],
  );
  return [[basename(output), [...new Set(folders)].sort()]];
}
