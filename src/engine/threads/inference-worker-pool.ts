/** The inference workers of a run on a GPU. */
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { workerPort } from '../../channel/node-ports';
import { Remote } from '../../channel/remote';
import type { BatchRunner } from '../../networks/provider-chain';
import { withinLimit } from '../../util/silence';
import type { InferenceCalls, InferenceSetup } from './inference-worker';

/**
 * Time after which a batch has failed, in milliseconds. The first one is slow, since it compiles
 * the kernels.
 */
const BATCH_LIMIT_MS = 120_000;

/** Time threads have to end, in milliseconds. */
const RELEASE_LIMIT_MS = 5_000;

interface InferenceWorker {
  remote: Remote<InferenceCalls>;
  ended: Promise<unknown>;
}

export class InferenceWorkerPool implements BatchRunner {
  private constructor(private readonly workers: readonly InferenceWorker[]) {}

  /**
   * @param size number of workers. One copies its batch to the GPU while that of another is
   * computed.
   * @throws UserError where the network cannot be opened.
   */
  static async open(setup: InferenceSetup, size: number): Promise<InferenceWorkerPool> {
    const workers = Array.from({ length: size }, () => start(setup));
    const pool = new InferenceWorkerPool(workers);
    try {
      await Promise.all(
        workers.map(({ remote }) => withinLimit(remote.call('open', undefined), BATCH_LIMIT_MS)),
      );
      return pool;
    } catch (error) {
      await pool.release();
      throw error;
    }
  }

  infer(pieces: readonly Uint8Array[], count: number): Promise<Float32Array> {
    const least = this.workers.reduce((a, b) => (b.remote.calls < a.remote.calls ? b : a));
    return withinLimit(least.remote.call('infer', { pieces, count }), BATCH_LIMIT_MS);
  }

  /** Lets each thread end by itself after its batch: docs/decisions/worker-threads.md. */
  async release(): Promise<void> {
    const ended = this.workers.map(({ remote, ended }) => {
      remote.call('close', undefined).catch(() => undefined); // it ends before it answers
      return ended;
    });
    await withinLimit(Promise.all(ended), RELEASE_LIMIT_MS).catch(() => undefined);
  }
}

function start(setup: InferenceSetup): InferenceWorker {
  const worker = new Worker(join(__dirname, 'inference-worker.js'), { workerData: setup });
  const port = workerPort(worker);
  const ended = new Promise((resolve) => {
    port.onClose(resolve);
  });
  return { remote: new Remote(port), ended };
}
