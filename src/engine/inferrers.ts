/** The inferring threads of a run on a GPU. */
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { BatchRunner } from '../faces/provider-chain';
import type { InferrerReply, InferrerRequest, InferrerSetup } from './inferrer';
import { unpackError } from './thread-errors';

interface Waiting {
  resolve: (probabilities: Float32Array) => void;
  reject: (error: unknown) => void;
}

interface Thread {
  worker: Worker;
  waiting: Map<number, Waiting>;
  /** Why it ended. */
  ended: Error | undefined;
}

export class Inferrers implements BatchRunner {
  private nextId = 1;

  private constructor(private readonly threads: readonly Thread[]) {}

  /**
   * @param size threads. While one copies a batch to the GPU, another one's is computed.
   * @throws UserError where the network cannot be opened.
   */
  static async open(setup: InferrerSetup, size: number): Promise<Inferrers> {
    const threads = await Promise.allSettled(Array.from({ length: size }, () => start(setup)));
    const open = threads.filter((each) => each.status === 'fulfilled').map(({ value }) => value);
    const failed = threads.find((each) => each.status === 'rejected');
    const all = new Inferrers(open);
    if (failed === undefined) return all;
    await all.release();
    throw failed.reason;
  }

  infer(pieces: readonly Uint8Array[], count: number): Promise<Float32Array> {
    const thread = this.threads.reduce((a, b) => (b.waiting.size < a.waiting.size ? b : a));
    const id = this.nextId++;
    if (thread.ended !== undefined) return Promise.reject(thread.ended);
    return new Promise((resolve, reject) => {
      thread.waiting.set(id, { resolve, reject });
      thread.worker.postMessage({ id, pieces, count } satisfies InferrerRequest);
    });
  }

  async release(): Promise<void> {
    await Promise.all(this.threads.map(({ worker }) => worker.terminate()));
  }
}

function start(setup: InferrerSetup): Promise<Thread> {
  const worker = new Worker(join(__dirname, 'inferrer.js'), { workerData: setup });
  const waiting = new Map<number, Waiting>();
  const thread: Thread = { worker, waiting, ended: undefined };
  return new Promise((resolve, reject) => {
    const fail = (error: Error) => {
      thread.ended ??= error;
      reject(error); // does nothing once it is ready
      for (const each of waiting.values()) each.reject(error);
      waiting.clear();
    };
    worker.on('message', (reply: InferrerReply) => {
      if (reply.kind === 'ready') resolve(thread);
      else if (reply.kind === 'inferred') take(waiting, reply.id)?.resolve(reply.probabilities);
      else if (reply.id === undefined) {
        reject(unpackError(reply));
        void worker.terminate();
      } else take(waiting, reply.id)?.reject(unpackError(reply));
    });
    worker.on('error', fail);
    worker.on('exit', () => {
      fail(new Error('the inferring thread ended'));
    });
  });
}

function take(waiting: Map<number, Waiting>, id: number): Waiting | undefined {
  const found = waiting.get(id);
  waiting.delete(id);
  return found;
}
