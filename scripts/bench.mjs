// npm run bench: speed and memory, as ratios within one run. Prints a table and writes out/bench.json.
//   -- --only clustering   or picture, crops, host, operators, original, scale, photos, recall, gpu
//   -- --rounds 3   --images 9490   --photos 240   --photos-long 960   --recall 0   (0: all of LFW; only where it is at hand)
//   -- --original 9000   images the original's way, all in memory as floats: 0.6 MB each      --largest 100000   of the scale
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { cacheDir, main, once, root, run } from './process.mjs';
import { samplePhotos, samplePortraits } from './samples.mjs';
import { buildAll, installPackages } from './setup.mjs';
import { watForEsbuild } from './wat.mjs';

const exec = promisify(execFile);
const median = (values) => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return (sorted[Math.floor(middle)] + sorted[Math.ceil(middle)]) / 2;
};

main(async () => {
  const { values } = parseArgs({
    options: {
      only: { type: 'string', default: '' },
      rounds: { type: 'string', default: '3' },
      images: { type: 'string', default: '9490' },
      photos: { type: 'string', default: '240' },
      'photos-long': { type: 'string', default: '960' },
      recall: { type: 'string', default: '0' },
      original: { type: 'string', default: '9000' },
      largest: { type: 'string', default: '100000' },
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
  const host = wanted('host') ? await hostBench(rounds, images) : undefined;
  const operators = wanted('operators') ? await operatorBench() : undefined;
  const original = wanted('original') ? await originalBench(Number(values.original)) : undefined;
  const scale = wanted('scale') ? await scaleBench(Number(values.largest)) : undefined;
  const photos = wanted('photos') ? await photoBench(rounds, Number(values.photos), Number(values['photos-long'])) : undefined;
  const recall = wanted('recall') ? await recallBench(Number(values.recall)) : undefined;
  const gpu = wanted('gpu') ? await gpuBench() : undefined;
  await mkdir(join(root, 'out'), { recursive: true });
  await writeFile(
    join(root, 'out', 'bench.json'),
    JSON.stringify({ machine, rounds, picture, crops, host, operators, original, scale, photos, recall, clustering, gpu }, null, 2),
  );
});

/** Aligned crops, from files to described faces. */
async function cropBench(rounds, images) {
  const { folder, first, what } = await aligned();
  console.log(`${what}, ${images} images`);
  const int8 = join(root, 'weights', 'face-attributes.int8.onnx');
  const float32 = join(root, '..', 'shared', 'weights', 'face-attributes.f32.onnx');
  const seen = {
    plain: [],
    decode: [],
    infer: [],
    float32: [],
    cold: [],
    encode: [],
    warm: [],
    stored: [],
    memory: [],
    bound: [],
    boundWithEncoding: [],
    again: [],
    decodeRatio: [],
    inferRatio: [],
  };
  for (let round = 0; round < rounds; round++) {
    const plain = await stage('stage', 'plain', folder, images);
    // The machine's speed drifts, and a core that has rested is faster: each stage is measured before and after the whole, and over as many images.
    const alone = async () => ({
      decode: (await stage('threads', 'decode', folder, images)).rate,
      infer: (await stage('threads', 'infer', folder, images, int8)).rate,
      encode: (await stage('threads', 'encode', folder, images)).rate,
      float: existsSync(float32) ? (await stage('threads', 'infer', folder, Math.ceil(images / 2), float32)).rate : NaN,
    });
    const { rates, whole } = await amid(alone, () => stage('end-to-end', root, folder, images, 'never', first));
    const { decode, infer, encode, float } = rates;
    seen.plain.push(plain.rate);
    seen.decode.push(decode);
    seen.decodeRatio.push(decode / plain.rate);
    seen.infer.push(infer);
    seen.encode.push(encode);
    seen.float32.push(float);
    seen.inferRatio.push(infer / float);
    seen.cold.push(whole.rate);
    seen.warm.push(median(whole.warm));
    seen.stored.push(median(whole.stored));
    seen.again.push(whole.cold / median(whole.warm));
    seen.memory.push(whole.peakMemory);
    seen.bound.push(whole.rate * (1 / decode + 1 / infer));
    seen.boundWithEncoding.push(whole.rate * (1 / decode + 1 / infer + 1 / encode));
  }
  const result = medians(seen);
  print([
    ['plain calls of sharp alone, images/s', result.plain.toFixed(0)],
    ['decode alone, images/s', result.decode.toFixed(0)],
    ['ratio of the two', result.decodeRatio.toFixed(2)],
    ['inference alone (int8), crops/s', result.infer.toFixed(0)],
    ['the same with the float32 network, crops/s', result.float32.toFixed(0)],
    ['ratio of the two', result.inferRatio.toFixed(2)],
    ['encoding the crops that are kept alone, crops/s', result.encode.toFixed(0)],
    ['end to end, the first run, images/s', result.cold.toFixed(0)],
    ['end to end ÷ what the cores can do (1 / (1/decode + 1/inference))', result.bound.toFixed(3)],
    ['the same with the third stage (1 / (1/decode + 1/inference + 1/encoding))', result.boundWithEncoding.toFixed(3)],
    [`end to end, a second run over ${images} images, s`, result.warm.toFixed(2)],
    ['times as fast as the first', result.again.toFixed(0)],
    ['the same where there is no run of these images: from the store, s', result.stored.toFixed(2)],
    [`peak memory of the engine, ${images} images, MB`, (result.memory / 1e6).toFixed(0)],
  ]);
  return { what, images, seen, result };
}

/** Rates of stages alone, the harmonic means of those before and after the whole is measured: the machine's speed drifts. */
async function amid(alone, measureWhole) {
  const before = await alone();
  const whole = await measureWhole();
  const after = await alone();
  const rates = Object.fromEntries(Object.keys(before).map((name) => [name, 2 / (1 / before[name] + 1 / after[name])]));
  return { rates, whole };
}

/** Aligned crops with a network that costs nothing: what a GPU leaves to the cores. */
async function hostBench(rounds, images) {
  const { folder, first, what } = await aligned();
  console.log(`without a network, ${what}, ${images} images`);
  const network = join(root, 'test', 'bench', 'nothing.onnx');
  const seen = { decode: [], encode: [], cold: [], slowest: [], bound: [] };
  for (let round = 0; round < rounds; round++) {
    const alone = async () => ({
      decode: (await stage('threads', 'decode', folder, images)).rate,
      encode: (await stage('threads', 'encode', folder, images)).rate,
    });
    const { rates, whole } = await amid(alone, () => stage('end-to-end', root, folder, images, 'never', first, 16, 'cpu', network));
    const { decode, encode } = rates;
    seen.decode.push(decode);
    seen.encode.push(encode);
    seen.cold.push(whole.rate);
    seen.slowest.push(whole.rate / decode);
    seen.bound.push(whole.rate * (1 / decode + 1 / encode));
  }
  const result = medians(seen);
  print([
    ['decode alone, images/s', result.decode.toFixed(0)],
    ['encoding the crops that are kept alone, crops/s', result.encode.toFixed(0)],
    ['end to end without a network, the first run, images/s', result.cold.toFixed(0)],
    ['end to end ÷ decode alone, the slowest stage', result.slowest.toFixed(3)],
    ['end to end ÷ what the cores can do (1 / (1/decode + 1/encoding))', result.bound.toFixed(3)],
  ]);
  return { what, images, seen, result };
}

/** Where the network's time goes in int8 and in float32, on one core. */
async function operatorBench() {
  const files = ['int8', 'f16'].map((precision) => join(root, 'weights', `face-attributes.${precision}.onnx`));
  const [int8, float32] = await stage('operators', ...files);
  const sum = (kinds) => Object.values(kinds).reduce((a, b) => a + b, 0);
  const line = (name, a, b) => [
    `${name}: int8 / float32, µs a crop; times as fast`,
    `${a.toFixed(0)} / ${b.toFixed(0)}; ${(b / a).toFixed(2)}`,
  ];
  console.log('operators of the network, one core');
  print([...Object.keys(float32).map((kind) => line(kind, int8[kind], float32[kind])), line('all', sum(int8), sum(float32))]);
  return { int8, float32 };
}

/** The original work's way on the same images: on the same engine, and in Python. */
async function originalBench(images) {
  const { folder, first, what } = await aligned();
  const float32 = join(root, '..', 'shared', 'weights', 'face-attributes.f32.onnx');
  const model = join(cacheDir, 'original-224.onnx');
  const made =
    existsSync(float32) &&
    (await exec('/usr/bin/python3', [join(root, 'test', 'bench', 'original_model.py'), float32, model]).catch(() => undefined));
  if (!made) {
    console.log("the original's way is not measured: it needs ../shared/weights and Debian's python3-onnx");
    return undefined;
  }
  console.log(`the original's way, ${what}, ${images} images`);
  const own = await stage('end-to-end', root, folder, images, 'never', first);
  const engine = await stage('original', folder, images, model);
  const few = 256;
  const python = await exec('/usr/bin/python3', [join(root, 'test', 'bench', 'original.py'), folder, String(few)], { maxBuffer: 1e7 })
    .then(({ stdout }) => JSON.parse(stdout))
    .catch(() => undefined);
  print([
    ['the engine, images/s', own.rate.toFixed(0)],
    ["the original's way on ONNX Runtime (float32, 224×224, batches of 64), images/s", engine.rate.toFixed(0)],
    ['times as fast', (own.rate / engine.rate).toFixed(2)],
    ["peak memory of the original's way, MB", (engine.peakMemory / 1e6).toFixed(0)],
    ['peak memory of the engine, MB', (own.peakMemory / 1e6).toFixed(0)],
    ['ratio of the two', (own.peakMemory / engine.peakMemory).toFixed(3)],
    [
      `the original's way in Python (PyTorch, Pillow; ${few} images), images/s`,
      python === undefined ? 'not there' : python.rate.toFixed(1),
    ],
    ['times as fast', python === undefined ? '' : (own.rate / python.rate).toFixed(1)],
  ]);
  return { images, own, engine, python };
}

/** From a thousand images to a hundred thousand. */
async function scaleBench(largest) {
  const { folder, first, what } = await aligned();
  console.log(`scale, ${what}, each a file of its own content`);
  const sizes = [1000, 5000, 20_000, 100_000].filter((size) => size < largest).concat(largest);
  const results = [];
  for (const images of sizes) {
    const many = await copies(folder, images);
    const whole = await stage('end-to-end', root, many, 0, 'never', first, 4); // memory grows with the batch: the same for all
    await rm(many, { recursive: true });
    results.push({ images, ...whole });
    print([
      [`${images} images: images/s the first time`, whole.rate.toFixed(0)],
      ['  the second time, s', median(whole.warm).toFixed(2)],
      ['  from the store, s', median(whole.stored).toFixed(2)],
      ['  clustering, s', whole.cluster.toFixed(2)],
      ['  peak memory of the engine, MB', (whole.peakMemory / 1e6).toFixed(0)],
      ['  with all of it, MB', (whole.peakMemoryOfAll / 1e6).toFixed(0)],
    ]);
  }
  const of = (images) => results.find((each) => each.images === images);
  if (of(5000) && results.length > 2) {
    const last = results.at(-1);
    print([
      [`peak memory, ${last.images} ÷ 5000 images`, (last.peakMemory / of(5000).peakMemory).toFixed(3)],
      [`time an image, ${last.images} ÷ 5000 images`, (of(5000).rate / last.rate).toFixed(3)],
    ]);
  }
  return results;
}

/** A folder of as many images, a thousand a subfolder, each with a number behind its end, so that no two have the same content. */
async function copies(folder, count) {
  const files = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.jpg')).sort();
  const target = join(cacheDir, `copies-${count}`);
  await rm(target, { recursive: true, force: true });
  for (let i = 0; i < count; i++) {
    const part = join(target, String(Math.floor(i / 1000)).padStart(4, '0'));
    if (i % 1000 === 0) await mkdir(part, { recursive: true });
    const bytes = await readFile(join(folder, files[i % files.length]));
    await writeFile(join(part, `${i}.jpg`), Buffer.concat([bytes, Buffer.from(String(i))]));
  }
  return target;
}

const medians = (seen) => Object.fromEntries(Object.entries(seen).map(([name, list]) => [name, median(list)]));

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

/** Photos of 1,920 px: what finding and cutting out their faces costs beside decoding them, and the whole. */
async function photoBench(rounds, count, longer) {
  const folder = await samplePhotos();
  const detector = join(root, 'weights', 'face-detector.onnx');
  const int8 = join(root, 'weights', 'face-attributes.int8.onnx');
  const many = await copies(folder, longer);
  const few = await copies(folder, count);
  // Enough images for what is measured at first use to be measured on them.
  const first = await copies(await samplePortraits(), 400);
  const portraits = (await aligned()).folder;
  const seen = {
    profiles: [],
    cost: [],
    faces: [],
    infer: [],
    encode: [],
    whole: [],
    bound: [],
    boundWithEncoding: [],
    warm: [],
    again: [],
    memory: [],
    memoryLong: [],
  };
  for (let round = 0; round < rounds; round++) {
    seen.profiles.push((await stage('stage', 'profiles', folder, 3 * count)).rate);
    seen.cost.push((await stage('stage', 'cost', folder, 3 * count, detector)).rate);
    const short = await stage('end-to-end', root, few, 0, 'always', first);
    // The machine's speed drifts: each stage is measured before and after the whole.
    const alone = async () => ({
      faces: (await stage('threads', 'faces', folder, longer, detector)).rate,
      infer: (await stage('threads', 'infer', folder, 4000, int8)).rate,
      encode: (await stage('threads', 'encode', portraits, 9000)).rate,
    });
    const { rates, whole: long } = await amid(alone, () => stage('end-to-end', root, many, 0, 'always', first));
    const each = long.faces / long.images;
    seen.faces.push(rates.faces);
    seen.infer.push(rates.infer);
    seen.encode.push(rates.encode);
    seen.whole.push(long.rate);
    seen.bound.push(long.rate * (1 / rates.faces + each / rates.infer));
    seen.boundWithEncoding.push(long.rate * (1 / rates.faces + each / rates.infer + each / rates.encode));
    seen.warm.push(median(long.warm));
    seen.again.push(long.cold / median(long.warm));
    seen.memory.push(short.peakMemory);
    seen.memoryLong.push(long.peakMemory);
  }
  await rm(many, { recursive: true });
  await rm(few, { recursive: true });
  await rm(first, { recursive: true });
  const result = medians(seen);
  print([
    ['time sharp takes to decode these photos with their colour profiles ÷ without (slices of both in turn)', result.profiles.toFixed(3)],
    ['time to find and cut out the faces of 1,920 px photos ÷ time to decode them (slices of both in turn)', result.cost.toFixed(3)],
    ['finding and cutting out alone, decoding included, photos/s', result.faces.toFixed(1)],
    ['inference alone (int8), crops/s', result.infer.toFixed(0)],
    ['end to end, the first run, photos/s', result.whole.toFixed(1)],
    ['encoding the crops that are kept alone, crops/s', result.encode.toFixed(0)],
    ['end to end ÷ what the cores can do (1 / (1/finding + faces a photo/inference))', result.bound.toFixed(3)],
    [
      'the same with the third stage (1 / (1/finding + faces a photo/inference + faces a photo/encoding))',
      result.boundWithEncoding.toFixed(3),
    ],
    [`end to end, a second run over ${longer} photos, s`, result.warm.toFixed(2)],
    ['times as fast as the first', result.again.toFixed(0)],
    [`peak memory of the engine, ${count} photos, MB`, (result.memory / 1e6).toFixed(0)],
    [`the same for ${longer} photos, MB`, (result.memoryLong / 1e6).toFixed(0)],
  ]);
  return { count, longer, seen, result };
}

/** Batches a GPU is measured with, and sessions beside each other. */
const GPU_CASES = [
  { provider: 'cuda', precision: 'float16', threads: 1, batches: [128, 256, 512, 1024] },
  { provider: 'cuda', precision: 'float16', threads: 2, batches: [128, 256, 512] },
  { provider: 'webgpu', precision: 'float16', threads: 1, batches: [16, 32, 64] },
  { provider: 'webgpu', precision: 'float32', threads: 1, batches: [16, 32, 64] },
];

/** The network on GPUs, and the whole with CUDA, beside what the cores decode. */
async function gpuBench() {
  const gpu = await exec('nvidia-smi', ['--query-gpu=name,driver_version', '--format=csv,noheader']).catch(() => undefined);
  if (gpu === undefined) {
    console.log("GPUs are not measured: 'nvidia-smi' does not answer");
    return undefined;
  }
  const { folder, first, what } = await aligned();
  console.log(`${gpu.stdout.trim()}, ${what}`);
  const networks = {
    float16: join(root, 'weights', 'face-attributes.f16.onnx'),
    float32: join(root, '..', 'shared', 'weights', 'face-attributes.f32.onnx'),
  };
  const inference = [];
  for (const { provider, precision, threads, batches } of GPU_CASES) {
    const name = `${provider}, ${precision}, ${threads} ${threads === 1 ? 'session' : 'sessions'}`;
    const result = await stage('gpu', networks[precision], provider, threads, folder, ...batches).catch((error) => ({
      failed: String(error.stderr).match(/^\w*Error: .*$/m)?.[0] ?? String(error),
    }));
    inference.push({ provider, precision, threads, ...result });
    if (result.failed !== undefined) {
      console.log(`${name} is not measured: ${result.failed}`);
      continue;
    }
    print([
      ...batches.map((batch) => [`${name}, batches of ${batch}: crops/s`, result.rates[batch].toFixed(0)]),
      [
        `  largest difference of a probability from the CPU's float32, ${result.compared} faces`,
        result.difference.largest.toExponential(1),
      ],
      ['  mean difference', result.difference.mean.toExponential(1)],
    ]);
  }
  const cores = availableParallelism();
  const decode = {};
  for (const threads of new Set([2, Math.ceil(cores / 2), cores])) {
    decode[threads] = (await stage('threads', 'decode', folder, 2500 * threads, '', threads)).rate;
    print([[`decode alone, ${threads} threads, images/s`, decode[threads].toFixed(0)]]);
  }
  const int8 = (await stage('threads', 'infer', folder, 20_000, join(root, 'weights', 'face-attributes.int8.onnx'))).rate;
  const many = await copies(folder, 50_000);
  const onCpu = await stage('end-to-end', root, many, 20_000, 'never', first);
  print([
    [`inference alone on the CPU (int8), ${cores} threads, crops/s`, int8.toFixed(0)],
    ['end to end on the CPU, 20000 images, the first run, images/s', onCpu.rate.toFixed(0)],
    ['end to end ÷ what the cores can do (1 / (1/decode + 1/inference))', (onCpu.rate * (1 / decode[cores] + 1 / int8)).toFixed(3)],
  ]);
  const onGpu = inference[0].failed === undefined ? await stage('end-to-end', root, many, 0, 'never', first, 0, 'cuda') : undefined;
  await rm(many, { recursive: true });
  if (onGpu !== undefined) {
    print([
      ['end to end with CUDA, 50000 images, the first run, images/s', onGpu.rate.toFixed(0)],
      ['end to end ÷ decode alone', (onGpu.rate / decode[cores]).toFixed(3)],
      ['peak memory of the engine, MB', (onGpu.peakMemory / 1e6).toFixed(0)],
    ]);
  }
  return { gpu: gpu.stdout.trim(), inference, decode, int8, onCpu, onGpu };
}

const RECALL = [
  'plain', 'turned 90°, EXIF', 'turned 180°, EXIF', 'turned 270°, EXIF', 'turned 90°, no EXIF', 'turned 180°, no EXIF',
  'turned 270°, no EXIF', 'scaled to 25 %', 'four on 2,000 px', 'four at 25 % on 2,000 px',
  'a crowd of 24 on 4,000 px',
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
    const { expected, recall, looks } = results[name];
    print([
      [`recall, LFW ${name} (${expected} faces); squares looked at, an image`, `${(100 * recall).toFixed(2)} %; ${looks.toFixed(1)}`],
    ]);
  }
  return results;
}

function print(rows) {
  for (const [name, value] of rows) console.log(`${name.padEnd(104)} ${value.padStart(8)}`);
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
    plugins: [watForEsbuild],
    entryPoints: ['stage', 'threads', 'operators', 'end-to-end', 'gpu', 'original', 'recall', 'clustering'].map(
      (name) => `test/bench/${name}.ts`,
    ),
    logLevel: 'warning',
  });
}

/** A part of the bench in a process of its own, with the engine's environment. */
async function stage(script, ...args) {
  const { stdout } = await exec(process.execPath, [join(cacheDir, 'bench', `${script}.js`), ...args.map(String)], {
    env: {
      ...process.env,
      UV_THREADPOOL_SIZE: String(availableParallelism() + 1),
      MALLOC_ARENA_MAX: '2',
      MALLOC_MMAP_THRESHOLD_: String(1 << 20),
    },
  });
  return JSON.parse(stdout);
}

/** Aligned crops: CelebA's where they are at hand, else the sample portraits over and over. */
async function aligned() {
  const shared = join(root, '..', 'shared', 'data');
  if (existsSync(join(shared, 'celeba.tar'))) {
    const unpacked = (name) => once(`shared-${name}`, (temporary) => run('tar', ['xf', join(shared, `${name}.tar`), '-C', temporary]));
    return { folder: join(await unpacked('celeba'), 'celeba'), first: await unpacked('lfw'), what: 'CelebA, 89×109' };
  }
  const portraits = await samplePortraits();
  return { folder: portraits, first: portraits, what: 'sample portraits, 128×128 (CelebA is not at hand)' };
}
