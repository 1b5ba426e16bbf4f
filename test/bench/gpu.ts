/**
 * The attribute network on an execution provider, from crops in the host's memory: `node gpu.js FILE PROVIDER THREADS FOLDER BATCH...`. Threads each have a
 * session of their own, as the engine's inferring threads do. Prints crops a second for each size of batch, and the differences from the same network
 * in float32 on the CPU over aligned faces of FOLDER, as JSON.
 */
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { decodeCrop, readImage } from '../../src/faces/decode';
import { alignedFrame } from '../../src/faces/framing';
import { openModel } from '../../src/faces/model';
import type { Provider } from '../../src/faces/providers';
import { rateOf } from '../../src/faces/rate';
import { scanImages } from '../../src/faces/scan';

/** Time each size is measured, in milliseconds. */
const TIME = 800;
const COMPARED = 64;

interface Task {
  file: string;
  provider: Provider;
  batchSize: number;
}

const bytes = (count: number) => Uint8Array.from({ length: count }, (_, i) => Math.imul(i, 2654435761) >>> 24);

async function thread({ file, provider, batchSize }: Task) {
  const model = await openModel(file, { provider });
  const crops = bytes(batchSize * model.crop.width * model.crop.height * 3);
  for (let i = 0; i < 3; i++) await model.infer(crops, batchSize);
  parentPort!.once('message', () => {
    void rateOf(model, crops, batchSize, TIME).then((rate) => {
      parentPort!.postMessage(rate);
    });
  });
  parentPort!.postMessage('ready');
}

async function rate(task: Task, threads: number): Promise<number> {
  const workers = Array.from({ length: threads }, () => new Worker(__filename, { workerData: task }));
  const next = () =>
    Promise.all(
      workers.map(
        (worker) =>
          new Promise((resolve, reject) => {
            worker.once('message', resolve).once('error', reject);
          }),
      ),
    );
  await next();
  const done = next();
  for (const worker of workers) worker.postMessage('go');
  const rates = (await done) as number[];
  await Promise.all(workers.map((worker) => worker.terminate()));
  return rates.reduce((a, b) => a + b, 0);
}

async function measure() {
  const [, , file = '', provider = 'cpu', threads = '1', folder = '', ...batches] = process.argv;
  const reference = await openModel(file, { provider: 'cpu' });
  const candidate = await openModel(file, { provider: provider as Provider });
  const { images } = await scanImages([folder]);
  const faces: Uint8Array[] = [];
  for (const image of [...images].slice(0, COMPARED)) {
    const encoded = await readImage(image);
    faces.push(await decodeCrop(encoded, alignedFrame(encoded, reference.crop), reference.crop));
  }
  const crops = Buffer.concat(faces);
  const expected = Float32Array.from(await reference.infer(crops, COMPARED));
  const actual = await candidate.infer(crops, COMPARED);
  const differences = expected.map((value, i) => Math.abs(value - actual[i]!)).sort();
  const difference = { largest: differences.at(-1), mean: differences.reduce((sum, each) => sum + each, 0) / differences.length };
  await candidate.release();
  const rates: Record<string, number> = {};
  for (const batch of batches) {
    rates[batch] = await rate({ file, provider: provider as Provider, batchSize: Number(batch) }, Number(threads));
  }
  console.log(JSON.stringify({ provider, threads: Number(threads), rates, difference, compared: faces.length }));
  process.exit(0);
}

void (isMainThread ? measure() : thread(workerData as Task));
