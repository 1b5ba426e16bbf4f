// npm test [-- unit|vscode] [-- --node-lines]: set-up, then all checks: types, style, unit and engine tests, and the packaged extension in
// VS Code. With --node-lines, as in the CI, the unit tests and the main job also run on the other release lines of Node.js.
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { audit, shippedPackages } from './audit.mjs';
import { aptInstall, installChromium } from './debian.mjs';
import { NODE_LINES, nodeOfLine, noNodeLines, ownLine } from './node-lines.mjs';
import { cacheDir, main, onPath, root, run } from './process.mjs';
import { samplePortraits } from './samples.mjs';
import { buildIfStale, installPackages } from './setup.mjs';

/**
 * Not repeated on other release lines of Node.js, because they take minutes and do not depend on
 * the line: training is Python, networks and detection run inside ONNX Runtime's library, the store
 * inside LMDB's, the host inside VS Code, which has a Node.js of its own, and benchmarks are no
 * tests.
 */
const LEFT_OUT = [
  ...['training', 'networks', 'faces', 'store', 'host', 'bench'].map((folder) => `${folder}/**`),
  'engine/store.test.ts',
  'engine/poison.test.ts',
].map((tests) => `--exclude=test/${tests}`);

const bin = (name) => join(root, 'node_modules', '.bin', name);
const counts = { passed: 0, failed: 0, skipped: 0 };
/** Failures of checks that do not count single tests. */
const failures = [];
/** Failed unit tests and their messages, repeated at the end, where a reader of the log looks. */
const failedTests = [];

main(async () => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { 'node-lines': { type: 'boolean' } },
  });
  const [only] = positionals;
  if (only !== undefined && only !== 'unit' && only !== 'vscode')
    throw new Error(`expected unit or vscode, got '${only}'`);
  await installPackages();
  await samplePortraits();
  await mkdir(cacheDir, { recursive: true });
  await step('build', buildIfStale);
  await step('types', () => run('npm', ['run', '--silent', 'typecheck']));
  await step('style', () => run('npm', ['run', '--silent', 'lint']));
  await step('audit', async () => console.log(await audit(await shippedPackages())));
  if (only !== 'vscode') await unit();
  if (values['node-lines']) await onNodeLines();
  if (only !== 'unit') await inVsCode();
  for (const test of failedTests) console.error(`\nfailed: ${test}`);
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

/** Debian's Python packages, for the tests that need Python; without them those are skipped. */
async function pythonPackages() {
  const wanted = [
    [
      'numpy, onnx, flatbuffers',
      ['python3', 'python3-numpy', 'python3-onnx', 'python3-flatbuffers'],
    ],
    ['pandas', ['python3-pandas']],
    [
      'torch, torchvision, PIL, tqdm, matplotlib',
      ['python3-torchvision', 'python3-pil', 'python3-tqdm', 'python3-matplotlib'],
    ],
  ];
  for (const [modules, packages] of wanted) {
    const has = await run('/usr/bin/python3', ['-c', `import ${modules}`], {
      quiet: true,
      silent: true,
    }).then(
      () => true,
      () => false,
    );
    if (!has) await aptInstall(...packages).catch((error) => console.error(error.message));
  }
}

/** strace, for the tests of files and connections. Without it those tests are skipped. */
async function strace() {
  if (process.platform === 'linux' && !onPath('strace'))
    await aptInstall('strace').catch((error) => console.error(error.message));
}

async function unit() {
  await pythonPackages();
  // Without Chromium the tests of WebGPU are skipped.
  await installChromium().catch((error) => console.error(error.message));
  await strace();
  await vitest('unit and engine tests');
}

/** @param node binary that runs the tests. @param options options of vitest. */
async function vitest(name, node = process.execPath, options = []) {
  const report = join(cacheDir, 'vitest.json');
  await rm(report, { force: true });
  console.log(`\n== ${name}`);
  const script = join(root, 'node_modules', 'vitest', 'vitest.mjs');
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const failed = await run(node, [script, 'run', ...reporters, ...options]).then(
    () => undefined,
    (error) => error,
  );
  if (!existsSync(report))
    return void failures.push(`${name}: ${failed?.message ?? 'no report was written'}`);
  const result = JSON.parse(await readFile(report, 'utf8'));
  counts.passed += result.numPassedTests;
  counts.failed += result.numFailedTests;
  counts.skipped += result.numPendingTests + result.numTodoTests;
  for (const { assertionResults } of result.testResults)
    for (const { status, fullName, failureMessages } of assertionResults)
      if (status === 'failed')
        failedTests.push(`${name}: ${fullName}\n${failureMessages.join('\n')}`);
  // Test files that fail to load do not count in the report.
  if (failed && result.numFailedTests === 0) failures.push(`${name}: ${failed.message}`);
}

/**
 * Runs the unit tests on the oldest and the newest release line of Node.js, and the main job on all
 * of them. Its results must be equal.
 */
async function onNodeLines() {
  const portraits = await samplePortraits();
  const isEnd = (line) => line === NODE_LINES.at(0) || line === NODE_LINES.at(-1);
  let expected;
  for (const line of NODE_LINES) {
    const own = line === ownLine;
    if (!own && noNodeLines !== undefined) {
      console.log(`\nskipped: the tests on Node.js ${line}: ${noNodeLines}`);
      counts.skipped += isEnd(line) ? 2 : 1; // the unit tests and the main job
      continue;
    }
    await step(`set-up of Node.js ${line}`, async () => {
      const node = own ? process.execPath : await nodeOfLine(line);
      if (!own && isEnd(line))
        await vitest(`unit and engine tests on Node.js ${line}`, node, LEFT_OUT);
      await step(`the main job on Node.js ${line}`, async () => {
        const result = await mainJob(node, portraits, line);
        expected ??= result;
        if (result !== expected)
          throw new Error(`faces and clusters differ from those of Node.js ${NODE_LINES[0]}`);
        counts.passed++;
      });
    });
  }
}

/**
 * @returns faces.csv of the sample portraits.
 * @throws Error if the command line fails or prints anything on stderr.
 */
async function mainJob(node, portraits, line) {
  const out = join(cacheDir, 'node-lines', line);
  await rm(out, { recursive: true, force: true });
  const options = [
    '--clusters',
    'auto',
    '--auto-from',
    '4',
    '--auto-to',
    '12',
    '--provider',
    'cpu',
    '--no-cache',
    '--out',
    out,
  ];
  const { stdout, stderr } = await promisify(execFile)(node, [
    join(root, 'dist', 'cli.js'),
    'cluster',
    portraits,
    ...options,
  ]);
  console.log(stdout.split('\n')[0]);
  if (stderr !== '') throw new Error(`expected nothing on stderr, got: ${stderr.trim()}`);
  return readFile(join(out, 'faces.csv'), 'utf8');
}

async function inVsCode() {
  const report = join(cacheDir, 'playwright.json');
  await rm(report, { force: true });
  await step('package', async () => {
    const { packageExtension } = await import('./package.mjs');
    console.log(await packageExtension(`${process.platform}-${process.arch}`));
  });
  console.log('\n== tests in VS Code');
  await installChromium();
  const { installCodeServer } = await import('./code-server.mjs');
  await installCodeServer();
  const failed = await run(
    bin('playwright'),
    ['test', '-c', join(root, 'test', 'vscode', 'playwright.config.ts')],
    {
      env: { ...process.env, FACE_CLUSTERS_PLAYWRIGHT_JSON: report },
    },
  ).then(
    () => undefined,
    (error) => error,
  );
  if (!existsSync(report))
    return void failures.push(`tests in VS Code: ${failed?.message ?? 'no report was written'}`);
  const { stats, errors } = JSON.parse(await readFile(report, 'utf8'));
  counts.passed += stats.expected + stats.flaky;
  counts.failed += stats.unexpected;
  counts.skipped += stats.skipped;
  if (errors.length > 0 || (failed && stats.unexpected === 0))
    failures.push(`tests in VS Code: ${errors[0]?.message ?? failed.message}`);
}
