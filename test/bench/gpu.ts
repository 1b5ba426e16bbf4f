/**
 * The attribute network on an execution provider, from crops in the host's memory: `node gpu.js
 * FILE PROVIDER THREADS FOLDER BATCH...`. Threads each have a session of their own, as the engine's
 * inferring threads do. Prints crops a second for each size of batch, and the differences from the
 * same network in float32 on the CPU over aligned faces of FOLDER, as JSON.
 */
import { isMainThread, workerData } from 'node:worker_threads';
import pMap from 'p-map';
import type { Provider } from '../../src/domain/networks';
import { scanImages } from '../../src/images/scan-folders';
import { openModel } from '../../src/networks/model';
import { measureRate } from '../../src/networks/rate';
import { setNativeEnvironment } from '../../src/util/native-environment';
import { alignedCrop } from './aligned-crop';
import { together, whenTold } from './together';

/** Time each size is measured, in milliseconds. */
const TIME = 800;
const COMPARED = 64;

interface Task {
  file: string;
  provider: Provider;
  batchSize: number;
}

const bytes = (count: number) =>
  Uint8Array.from({ length: count }, (_, i) => Math.imul(i, 2654435761) >>> 24);

async function thread({ file, provider, batchSize }: Task) {
  const model = await openModel(file, { provider });
  const crops = bytes(batchSize * model.crop.width * model.crop.height * 3);
  for (let i = 0; i < 3; i++) await model.infer(crops, batchSize);
  whenTold(() => measureRate(model, crops, batchSize, TIME));
}

async function measure() {
  const [, , file = '', provider = 'cpu', threads = '1', folder = '', ...batches] = process.argv;
  const reference = await openModel(file, { provider: 'cpu' });
  const candidate = await openModel(file, { provider: provider as Provider });
  const { images } = await scanImages([folder]);
  const faces = await pMap([...images].slice(0, COMPARED), (image) =>
    alignedCrop(image, reference.crop),
  );
  const crops = Buffer.concat(faces);
  const expected = Float32Array.from(await reference.infer(crops, faces.length));
  const actual = await candidate.infer(crops, faces.length);
  const differences = expected.map((value, i) => Math.abs(value - actual[i]!)).sort();
  const difference = {
    largest: differences.at(-1),
    mean: differences.reduce((sum, each) => sum + each, 0) / differences.length,
  };
  await candidate.release();
  const rates: Record<string, number> = {};
  for (const batch of batches) {
    const task: Task = { file, provider: provider as Provider, batchSize: Number(batch) };
    const { answers } = await together(__filename, new Array<Task>(Number(threads)).fill(task));
    rates[batch] = (answers as number[]).reduce((a, b) => a + b, 0);
  }
  console.log(
    JSON.stringify({
      provider,
      threads: Number(threads),
      rates,
      difference,
      compared: faces.length,
    }),
  );
  process.exit(0);
}

if (isMainThread) setNativeEnvironment(); // before any thread starts
void (isMainThread ? measure() : thread(workerData as Task));
