// npm run bench: speed and memory, as ratios within one run. Prints a table and writes out/bench.json.
//   -- --only clustering   or picture, photos, crops
//   -- --rounds 3   --images 9490   --photos 240   --photos-long 960   --recall 0   (0: all of LFW; only where it is at hand)
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { availableParallelism, cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { cacheDir, main, once, root, run } from './process.mjs';
import { samplePhotos, samplePortraits } from './samples.mjs';
import { buildAll, installPackages } from './setup.mjs';

const exec = promisify(execFile);
const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

main(async () => {
  const { values } = parseArgs({
    options: {
      only: { type: 'string', default: '' },
      rounds: { type: 'string', default: '3' },
      images: { type: 'string', default: '9490' },
      photos: { type: 'string', default: '240' },
      'photos-long': { type: 'string', default: '960' },
      recall: { type: 'string', default: '0' },
    },
  });
  const rounds = Number(values.rounds);
  const images = Number(values.images);
  await installPackages();
  await buildAll();
  await bundle();
  const wanted = (part) => values.only === '' || values.only === part;
  const machine = `${cpus()[0]?.model ?? process.arch}, ${availableParallelism()} cores, ${(totalmem() / 2 ** 30).toFixed(0)} GiB, Node ${process.versions.node}`;
  console.log(`${machine}\nmedian of ${rounds} rounds\n`);
  const clustering = wanted('clustering') ? await clusteringBench(rounds) : undefined;
  const picture = wanted('picture') ? await pictureBench() : undefined;
  const crops = wanted('crops') ? await cropBench(rounds, images) : undefined;

  const photos = wanted('photos') ? await photoBench(rounds, Number(values.photos), Number(values['photos-long'])) : undefined;
  const recall = wanted('photos') ? await recallBench(Number(values.recall)) : undefined;
  await mkdir(join(root, 'out'), { recursive: true });
  await writeFile(
    join(root, 'out', 'bench.json'),
    JSON.stringify({ machine, rounds, picture, crops, photos, recall, clustering }, null, 2),
  );
});

/** Aligned crops, from files to described faces. */
async function cropBench(rounds, images) {
  const { folder, what } = await aligned();
  console.log(`${what}, ${images} images`);

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
  print(rows);
  return { what, images, seen, result };
}

/** Clustering of CelebA's labels, against scikit-learn. */
async function clusteringBench(rounds) {
  const labels = join(root, '..', 'shared', 'data', 'list_attr_celeba.txt.gz');
  if (!existsSync(labels)) {
    console.log(`clustering is not measured: CelebA's labels are not at ${labels}`);
    return undefined;
  }
  const seen = { own: [], sklearn: [], memory: [] };
  for (let round = 0; round < rounds; round++) {
    const { results, peakMemory } = await stage('clustering', labels, join(root, 'dist', 'worker.js'));
    seen.own.push(results);
    seen.memory.push(peakMemory);
    const python = await exec('/usr/bin/python3', [join(root, 'test', 'bench', 'clustering_sklearn.py'), labels]).catch(() => undefined);
    if (python !== undefined) seen.sklearn.push(JSON.parse(python.stdout));
  }
  if (seen.sklearn.length === 0) console.log("scikit-learn is not at hand: install Debian's python3-sklearn to compare with it");
  const own = (name) => median(seen.own.map((each) => each[name]));
  const other = (name) => (seen.sklearn.length === 0 ? NaN : median(seen.sklearn.map((each) => each[name])));
  print([
    ...[10, 37].flatMap((columns) => [
      [`K-Means, k = 16, n_init 10, 202,599 × ${columns}, s`, own(`kmeans ${columns}`).toFixed(3)],
      ['the first time, before the code is compiled, s', own(`first kmeans ${columns}`).toFixed(3)],
      ['scikit-learn, s', other(`kmeans ${columns}`).toFixed(3)],
      ['times as fast', (other(`kmeans ${columns}`) / own(`kmeans ${columns}`)).toFixed(1)],
      ["inertia ÷ scikit-learn's", (own(`inertia ${columns}`) / other(`inertia ${columns}`)).toFixed(4)],
      ['exact silhouette of it over all 202,599 faces, s', own(`silhouette ${columns}`).toFixed(3)],
      ["scikit-learn's of 20,000 of them, s", other(`silhouette ${columns}, 20,000 rows`).toFixed(3)],
    ]),
    ['six methods, k = 2 … 50, 202,599 × 10, s', own('compare 202599').toFixed(2)],
    ['the same of 500 faces, s', own('compare 500').toFixed(2)],
    ["scikit-learn's K-Means, Agglomerative and Birch of 500 faces, s", other('compare 500, three methods').toFixed(2)],
    ['peak memory of all of it, MB', (median(seen.memory) / 1e6).toFixed(0)],
  ]);
  return seen;
}

/** The original work's comparison: 400 of 2,000 CelebA and 100 of 500 LFW images, its methods with its parameters. */
async function pictureBench() {
  const shared = join(root, '..', 'shared', 'data');
  if (!existsSync(join(shared, 'lfw.tar')) || !existsSync(join(shared, 'celeba.tar'))) {
    console.log(`the original's comparison is not made: CelebA and LFW are not at ${shared}`);
    return undefined;
  }
  const folder = await once('original-500', async (temporary) => {
    for (const [name, from, count] of [
      ['celeba', 2000, 400],
      ['lfw', 500, 100],
    ]) {
      const source = await once(`shared-${name}`, (unpacked) => run('tar', ['xf', join(shared, `${name}.tar`), '-C', unpacked]));
      const files = (await readdir(source, { recursive: true })).filter((file) => file.endsWith('.jpg')).sort();
      await mkdir(join(temporary, name));
      const step = from / count;
      for (let i = 0; i < count; i++) await cp(join(source, files[i * step]), join(temporary, name, `${i}.jpg`));
    }
  });
  const out = join(root, 'out', 'original');
  const methods = ['kmeans', 'agglomerative', 'birch', 'spectral', 'dbscan', 'optics'];
  await exec(process.execPath, [
    join(root, 'dist', 'cli.js'), 'compare', join(folder, 'celeba'), join(folder, 'lfw'), '--out', out, '--preset', 'original',
    '--detect', 'never', '--provider', 'cpu', '--methods', methods.join(','),
  ]); // prettier-ignore
  const [, ...lines] = (await readFile(join(out, 'comparison.csv'), 'utf8')).trim().split('\n');
  const points = lines.map((line) => line.split(','));
  const numbers = [2, 10, 20, 32, 50];
  for (const method of methods) {
    const own = points.filter(([name]) => name === method);
    const values =
      own[0][1] === '' ? [`${own[0][4]} with ${own[0][2]} clusters`] : numbers.map((k) => own.find((p) => Number(p[1]) === k)?.[4]);
    console.log(`${method.padEnd(14)} ${own[0][1] === '' ? '' : `silhouette at k = ${numbers.join(', ')}: `}${values.join('  ')}`);
  }
  const above = points.filter(([method, k, , , value]) => {
    const ours = points.find(([name, number]) => name === 'kmeans' && number === k);
    return method !== 'kmeans' && Number(k) >= 10 && Number(value) > Number(ours?.[4]);
  });
  console.log(`above K-Means from k = 10 on: ${above.map(([method, k]) => `${method} at ${k}`).join(', ') || 'none'}`);
  return points;
}

/** Photos of 1,920 px: what finding and cutting out their faces costs beside decoding them. */
async function photoBench(rounds, count, longer) {
  const folder = await samplePhotos();
  const detector = join(root, 'weights', 'face-detector.onnx');
  const seen = { cost: [], faces: [], memory: [], memoryLong: [] };
  for (let round = 0; round < rounds; round++) {
    seen.cost.push((await stage('stage', 'cost', folder, 3 * count, detector)).rate);
    const faces = await stage('stage', 'faces', folder, count, detector);
    const long = await stage('stage', 'faces', folder, longer, detector);
    seen.faces.push(long.rate);
    seen.memory.push(faces.peakMemory);
    seen.memoryLong.push(long.peakMemory);
  }
  const result = Object.fromEntries(Object.entries(seen).map(([name, list]) => [name, median(list)]));
  print([
    ['finding and cutting out the faces of 1,920 px photos, decoding included, photos/s', result.faces.toFixed(1)],
    ['time for that ÷ time to decode (slices of both in turn)', result.cost.toFixed(3)],
    [`peak memory of that, ${count} photos, MB`, (result.memory / 1e6).toFixed(0)],
    [`the same for ${longer} photos, MB`, (result.memoryLong / 1e6).toFixed(0)],
  ]);
  return { count, seen, result };
}

const RECALL = [
  'plain', 'turned 90°, EXIF', 'turned 180°, EXIF', 'turned 270°, EXIF', 'turned 90°, no EXIF', 'turned 180°, no EXIF',
  'turned 270°, no EXIF', 'scaled to 25 %', 'four on 2,000 px', 'four at 25 % on 2,000 px',
]; // prettier-ignore

/** Faces found in pictures made of LFW's images, and faces found where there are none. */
async function recallBench(limit) {
  const detector = join(root, 'weights', 'face-detector.onnx');
  const results = {};
  const none = await stage('recall', detector, 'empty');
  print([[`false faces in ${none.pictures} pictures without a face`, String(none.faces)]]);
  results.empty = none;
  const shared = join(root, '..', 'shared', 'data');
  if (!existsSync(join(shared, 'lfw.tar'))) {
    console.log(`recall is not measured: LFW is not at ${shared}`);
    return results;
  }
  const folder = await once('shared-lfw', (temporary) => run('tar', ['xf', join(shared, 'lfw.tar'), '-C', temporary]));
  for (const name of RECALL) {
    // The plain case is measured on all images, the others on a part.
    const count = name === 'plain' ? limit : limit === 0 ? 1000 : Math.min(limit, 1000);
    results[name] = await stage('recall', detector, name, folder, count);
    print([[`recall, LFW ${name} (${results[name].expected} faces)`, `${(100 * results[name].recall).toFixed(2)} %`]]);
  }
  return results;
}

function print(rows) {
  for (const [name, value] of rows) console.log(`${name.padEnd(84)} ${value.padStart(8)}`);
}

async function bundle() {
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
    entryPoints: ['test/bench/stage.ts', 'test/bench/end-to-end.ts', 'test/bench/recall.ts', 'test/bench/clustering.ts'],
    logLevel: 'warning',
  });
}

/** A part of the bench in a process of its own, with the engine's environment. */
async function stage(script, ...args) {
  const { stdout } = await exec(process.execPath, [join(cacheDir, 'bench', `${script}.js`), ...args.map(String)], {
    env: { ...process.env, UV_THREADPOOL_SIZE: String(availableParallelism() + 1), MALLOC_ARENA_MAX: '2' },
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
