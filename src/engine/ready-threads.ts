/** Describing threads that start before it is known what exactly they are to do: loading their code takes as long as listing thousands of images. */
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { DescriberRequest } from './describer';

/** More would hold up what they are to wait for. */
const MOST = 4;

const ready = new Set<Worker>();
const start = () => new Worker(join(__dirname, 'describer.js'));
export const send = (worker: Worker, request: DescriberRequest): void => {
  worker.postMessage(request);
};

/**
 * Starts some threads for whoever describes next.
 * @param count threads there will be.
 * @param network that they will be told to infer with on the CPU; undefined where another provider infers.
 */
export function prepareThreads(count: number, network: string | undefined): void {
  while (ready.size < Math.min(MOST, count)) {
    const worker = start();
    ready.add(worker);
    // What ended this one ends the one that is started in its place, and is told then.
    worker.once('error', () => undefined).once('exit', () => ready.delete(worker));
  }
  if (network !== undefined) for (const worker of ready) send(worker, { kind: 'load', file: network });
}

/** One that is ready, or a new one. */
export function takeThread(): Worker {
  const [worker] = ready;
  if (worker === undefined) return start();
  ready.delete(worker);
  return worker;
}

/** Ends those that nobody took, when they are done with what they are at. */
export function dismissThreads(): void {
  for (const worker of ready) send(worker, { kind: 'close' });
  ready.clear();
}
