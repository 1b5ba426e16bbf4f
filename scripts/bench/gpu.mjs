import { execFile } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { root } from '../process.mjs';
import { print } from './figures.mjs';
import { aligned, copies } from './images.mjs';
import { stage } from './stage.mjs';

const exec = promisify(execFile);

/** Batch sizes and numbers of concurrent sessions. */
const GPU_CASES = [
  { provider: 'cuda', precision: 'float16', threads: 1, batches: [128, 256, 512, 1024] },
  { provider: 'cuda', precision: 'float16', threads: 2, batches: [128, 256, 512] },
  { provider: 'webgpu', precision: 'float16', threads: 1, batches: [16, 32, 64] },
  { provider: 'webgpu', precision: 'float32', threads: 1, batches: [16, 32, 64] },
];

const NETWORKS = {
  float16: join(root, 'weights', 'face-attributes.f16.onnx'),
  float32: join(root, '..', 'shared', 'weights', 'face-attributes.f32.onnx'),
};

/** The network alone on GPUs, and runs with CUDA compared with decoding on the cores. */
export async function gpuBench() {
  const gpu = await exec('nvidia-smi', [
    '--query-gpu=name,driver_version',
    '--format=csv,noheader',
  ]).catch(() => undefined);
  if (gpu === undefined) {
    console.log("GPUs are not measured: 'nvidia-smi' does not answer");
    return undefined;
  }
  const { folder, first, what } = await aligned();
  console.log(`${gpu.stdout.trim()}, ${what}`);
  const inference = [];
  for (const each of GPU_CASES) inference.push(await networkAlone(each, folder));
  const hasCuda = inference[0].failed === undefined;
  return { gpu: gpu.stdout.trim(), inference, ...(await onCores(folder, first, hasCuda)) };
}

/** Inference with an execution provider, as rates by the size of batches. */
async function networkAlone({ provider, precision, threads, batches }, folder) {
  const name = `${provider}, ${precision}, ${threads} ${threads === 1 ? 'session' : 'sessions'}`;
  const result = await stage(
    'gpu',
    NETWORKS[precision],
    provider,
    threads,
    folder,
    ...batches,
  ).catch((error) => ({
    failed: String(error.stderr).match(/^\w*Error: .*$/m)?.[0] ?? String(error),
  }));
  if (result.failed === undefined) {
    print([
      ...batches.map((batch) => [
        `${name}, batches of ${batch}: crops/s`,
        result.rates[batch].toFixed(0),
      ]),
      [
        `  largest difference of a probability from the CPU's float32, ${result.compared} faces`,
        result.difference.largest.toExponential(1),
      ],
      ['  mean difference', result.difference.mean.toExponential(1)],
    ]);
  } else {
    console.log(`${name} is not measured: ${result.failed}`);
  }
  return { provider, precision, threads, ...result };
}

/** Decoding and inference on the cores, and whole runs on them and, where it works, with CUDA. */
async function onCores(folder, first, hasCuda) {
  const cores = availableParallelism();
  const decode = {};
  for (const threads of new Set([2, Math.ceil(cores / 2), cores])) {
    decode[threads] = (await stage('threads', 'decode', folder, 2500 * threads, '', threads)).rate;
    print([[`decode alone, ${threads} threads, images/s`, decode[threads].toFixed(0)]]);
  }
  const int8 = (
    await stage(
      'threads',
      'infer',
      folder,
      20_000,
      join(root, 'weights', 'face-attributes.int8.onnx'),
    )
  ).rate;
  const many = await copies(folder, 50_000);
  const onCpu = await stage('end-to-end', root, many, 20_000, 'never', first);
  print([
    [`inference alone on the CPU (int8), ${cores} threads, crops/s`, int8.toFixed(0)],
    ['end to end on the CPU, 20000 images, the first run, images/s', onCpu.rate.toFixed(0)],
    [
      'end to end ÷ what the cores can do (1 / (1/decode + 1/inference))',
      (onCpu.rate * (1 / decode[cores] + 1 / int8)).toFixed(3),
    ],
  ]);
  const onGpu = hasCuda
    ? await stage('end-to-end', root, many, 0, 'never', first, 0, 'cuda')
    : undefined;
  await rm(many, { recursive: true });
  if (onGpu !== undefined) {
    print([
      ['end to end with CUDA, 50000 images, the first run, images/s', onGpu.rate.toFixed(0)],
      ['end to end ÷ decode alone', (onGpu.rate / decode[cores]).toFixed(3)],
      ['peak memory of the engine, MB', (onGpu.peakMemory / 1e6).toFixed(0)],
    ]);
  }
  return { decode, int8, onCpu, onGpu };
}
