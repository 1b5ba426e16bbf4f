/**
 * Image workers that start before their configuration is known: loading their code takes as long as
 * listing thousands of images.
 */
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { workerPort } from '../../channel/node-ports';
import type { ClosedError } from '../../channel/port';
import { Remote } from '../../channel/remote';
import type { ImageWorkerCalls } from './image-worker';

/** Maximum prewarmed threads. More would slow down the listing. */
const MAX_PREWARMED = 4;

export interface ImageThread {
  remote: Remote<ImageWorkerCalls>;
  ended: Promise<ClosedError>;
}

const idle = new Set<ImageThread>();

function start(): ImageThread {
  const port = workerPort(new Worker(join(__dirname, 'image-worker.js')));
  return { remote: new Remote(port), ended: new Promise(port.onClose) };
}

/**
 * Starts some threads for the next analysis.
 * @param count number of threads that it will use.
 * @param model path of the network that they will use on the CPU; undefined where another provider
 * infers.
 */
export function prewarm(count: number, model: string | undefined): void {
  while (idle.size < Math.min(MAX_PREWARMED, count)) {
    const thread = start();
    idle.add(thread);
    void thread.ended.then(() => idle.delete(thread));
  }
  if (model === undefined) return;
  // A network that cannot be opened fails again when the worker is set up.
  for (const { remote } of idle) remote.call('prepare', { model }).catch(() => undefined);
}

/** Takes a prewarmed thread, or starts one. */
export function takeThread(): ImageThread {
  const [thread] = idle;
  if (thread === undefined) return start();
  idle.delete(thread);
  return thread;
}

/** Ends the threads that were not taken, when their calls are done. */
export function releaseIdleThreads(): void {
  for (const { remote } of idle) {
    remote.call('close', undefined).catch(() => undefined); // it may have ended already
  }
  idle.clear();
}
