// npm run bench: speed and memory, as ratios within one run. Prints a table and writes out/bench.json.
//   -- --rounds 3   --images 9490
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { availableParallelism, cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { cacheDir, main, once, root, run } from './process.mjs';
import { samplePortraits } from './samples.mjs';
import { buildAll, installPackages } from './setup.mjs';

const exec = promisify(execFile);
const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

main(async () => {
  const { values } = parseArgs({ options: { rounds: { type: 'string', default: '3' }, images: { type: 'string', default: '9490' } } });
  const rounds = Number(values.rounds);
  const images = Number(values.images);
  await installPackages();
  await buildAll();
  await bundle();
  const { folder, what } = await aligned();
  const machine = `${cpus()[0]?.model ?? process.arch}, ${availableParallelism()} cores, ${(totalmem() / 2 ** 30).toFixed(0)} GiB, Node ${process.versions.node}`;
  console.log(`${machine}\n${what}, ${images} images, median of ${rounds} rounds\n`);

  const int8 = join(root, 'weights', 'face-attributes.int8.onnx');
  const seen = { decode: [], infer: [], whole: [], memory: [], memorySmall: [], bound: [] };
  for (let round = 0; round < rounds; round++) {
    const decode = await stage('stage', 'decode', folder, images);
    const infer = await stage('stage', 'infer', folder, 3000, int8);
    const whole = await stage('end-to-end', root, folder, images);
    const small = await stage('end-to-end', root, folder, 2000);
    seen.decode.push(decode.rate);
    seen.infer.push(infer.rate);
    seen.whole.push(whole.rate);
    seen.memory.push(whole.peakMemory);
    seen.memorySmall.push(small.peakMemory);
    seen.bound.push(whole.rate / (1 / (1 / decode.rate + 1 / infer.rate)));
  }
  const result = Object.fromEntries(Object.entries(seen).map(([name, list]) => [name, median(list)]));
  const rows = [
    ['decode alone, images/s', result.decode.toFixed(0)],
    ['inference alone (int8), crops/s', result.infer.toFixed(0)],
    ['end to end, images/s', result.whole.toFixed(0)],
    ['end to end ÷ what the cores can do (1 / (1/decode + 1/inference))', result.bound.toFixed(3)],
    [`peak memory of the engine, ${images} images, MB`, (result.memory / 1e6).toFixed(0)],
    ['the same for 2,000 images, MB', (result.memorySmall / 1e6).toFixed(0)],
    ['ratio of the two', (result.memory / result.memorySmall).toFixed(3)],
  ];
  for (const [name, value] of rows) console.log(`${name.padEnd(70)} ${value.padStart(8)}`);
  await mkdir(join(root, 'out'), { recursive: true });
  await writeFile(join(root, 'out', 'bench.json'), JSON.stringify({ machine, what, images, rounds, seen, result }, null, 2));
});

async function bundle() {
  const { build } = await import('esbuild');
  await build({
    absWorkingDir: root,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    mainFields: ['module', 'main'],
    external: ['onnxruntime-node', 'sharp'],
    outdir: join(cacheDir, 'bench'),
    entryPoints: ['test/bench/stage.ts', 'test/bench/end-to-end.ts'],
    logLevel: 'warning',
  });
}

/** A part of the bench in a process of its own, with the engine's environment. */
async function stage(script, ...args) {
  const { stdout } = await exec(process.execPath, [join(cacheDir, 'bench', `${script}.js`), ...args.map(String)], {
    env: { ...process.env, UV_THREADPOOL_SIZE: String(Math.max(4, 2 * availableParallelism())), MALLOC_ARENA_MAX: '2' },
  });
  return JSON.parse(stdout);
}

/** Aligned crops: CelebA's where they are at hand, else the sample portraits over and over. */
async function aligned() {
  const shared = join(root, '..', 'shared', 'data');
  if (existsSync(join(shared, 'celeba.tar'))) {
    const folder = await once('shared-celeba', (temporary) => run('tar', ['xf', join(shared, 'celeba.tar'), '-C', temporary]));
    return { folder: join(folder, 'celeba'), what: 'CelebA, 89×109' };
  }
  return { folder: await samplePortraits(), what: 'sample portraits, 128×128 (CelebA is not at hand)' };
}
