/**
 * Image workers that start before it is known what exactly they are to do: loading their code takes
 * as long as listing thousands of images.
 */
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { type ClosedError, workerPort } from '../../channel/port';
import { Remote } from '../../channel/remote';
import type { ImageWorkerCalls } from './image-worker';

/** More would hold up what they are to wait for. */
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
 * Starts some threads for whoever describes next.
 * @param count threads there will be.
 * @param model network that they will be told to infer with on the CPU; undefined where another
 * provider infers.
 */
export function prewarm(count: number, model: string | undefined): void {
  while (idle.size < Math.min(MAX_PREWARMED, count)) {
    const thread = start();
    idle.add(thread);
    void thread.ended.then(() => idle.delete(thread));
  }
  if (model === undefined) return;
  // What cannot be opened now is told when it is to be used.
  for (const { remote } of idle) remote.call('prepare', { model }).catch(() => undefined);
}

/** One that is ready, or a new one. */
export function takeThread(): ImageThread {
  const [thread] = idle;
  if (thread === undefined) return start();
  idle.delete(thread);
  return thread;
}

/** Ends those that nobody took, when they are done with what they are at. */
export function releaseIdleThreads(): void {
  // it has ended
  for (const { remote } of idle) remote.call('close', undefined).catch(() => undefined);
  idle.clear();
}
