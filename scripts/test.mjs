// npm test [-- unit|vscode]: set-up, then every check: types, style, unit and engine tests, and the packaged extension in a real VS Code.
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { aptInstall } from './debian.mjs';
import { cacheDir, main, root, run } from './process.mjs';
import { samplePortraits } from './samples.mjs';
import { buildAll, installPackages } from './setup.mjs';

const bin = (name) => join(root, 'node_modules', '.bin', name);
const counts = { passed: 0, failed: 0, skipped: 0 };
/** Checks that do not count single tests. */
const failures = [];

main(async () => {
  const [only] = process.argv.slice(2);
  await installPackages();
  await samplePortraits();
  await mkdir(cacheDir, { recursive: true });
  await step('build', buildAll);
  await step('types', () => run('npm', ['run', '--silent', 'typecheck']));
  await step('style', () => run('npm', ['run', '--silent', 'lint']));
  if (only !== 'vscode') await unit();
  if (only !== 'unit') await inVsCode();
  for (const failure of failures) console.error(`failed: ${failure}`);
  counts.failed += failures.length;
  console.log(`\n${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
  if (counts.failed > 0 || counts.passed === 0) process.exitCode = 1;
});

async function step(name, work) {
  console.log(`\n== ${name}`);
  try {
    await work();
  } catch (error) {
    failures.push(`${name}: ${error.message}`);
  }
}

/** What is in Python is tested with Debian's where that can be had; elsewhere its tests are skipped, saying so. */
async function pythonPackages() {
  const wanted = [
    ['numpy, onnx, flatbuffers', ['python3', 'python3-numpy', 'python3-onnx', 'python3-flatbuffers']],
    ['torch, torchvision, PIL, tqdm, matplotlib', ['python3-torchvision', 'python3-pil', 'python3-tqdm', 'python3-matplotlib']],
  ];
  for (const [modules, packages] of wanted) {
    const has = await run('/usr/bin/python3', ['-c', `import ${modules}`], { quiet: true, silent: true }).then(
      () => true,
      () => false,
    );
    if (!has) await aptInstall(...packages).catch((error) => console.error(error.message));
  }
}

/** VS Code runs in it, and its Vulkan in software lets WebGPU be tested where there is no GPU. */
async function chromium() {
  if (process.env.FACE_CLUSTERS_CHROMIUM === undefined && !existsSync('/usr/bin/chromium'))
    await aptInstall('chromium', 'fonts-dejavu-core');
}

async function unit() {
  await pythonPackages();
  await chromium().catch((error) => console.error(error.message)); // without it those tests are skipped
  const report = join(cacheDir, 'vitest.json');
  await rm(report, { force: true });
  console.log('\n== unit and engine tests');
  const failed = await run(bin('vitest'), ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`]).then(
    () => undefined,
    (error) => error,
  );
  if (!existsSync(report)) return void failures.push(`unit and engine tests: ${failed?.message ?? 'no report was written'}`);
  const result = JSON.parse(await readFile(report, 'utf8'));
  counts.passed += result.numPassedTests;
  counts.failed += result.numFailedTests;
  counts.skipped += result.numPendingTests + result.numTodoTests;
  // A file that cannot even be loaded counts no test.
  if (failed && result.numFailedTests === 0) failures.push(`unit and engine tests: ${failed.message}`);
}

async function inVsCode() {
  const report = join(cacheDir, 'playwright.json');
  await rm(report, { force: true });
  await step('package', async () => {
    const { packageExtension } = await import('./package.mjs');
    console.log(await packageExtension(`${process.platform}-${process.arch}`));
  });
  console.log('\n== tests in VS Code');
  await chromium();
  const { installCodeServer } = await import('./code-server.mjs');
  await installCodeServer();
  const failed = await run(bin('playwright'), ['test', '-c', join(root, 'test', 'vscode', 'playwright.config.ts')], {
    env: { ...process.env, FACE_CLUSTERS_PLAYWRIGHT_JSON: report },
  }).then(
    () => undefined,
    (error) => error,
  );
  if (!existsSync(report)) return void failures.push(`tests in VS Code: ${failed?.message ?? 'no report was written'}`);
  const { stats, errors } = JSON.parse(await readFile(report, 'utf8'));
  counts.passed += stats.expected + stats.flaky;
  counts.failed += stats.unexpected;
  counts.skipped += stats.skipped;
  if (errors.length > 0 || (failed && stats.unexpected === 0)) failures.push(`tests in VS Code: ${errors[0]?.message ?? failed.message}`);
}
