/** The inference workers of a run on a GPU. */
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { workerPort } from '../../channel/port';
import { Remote } from '../../channel/remote';
import type { BatchRunner } from '../../networks/provider-chain';
import { withinLimit } from '../../util/silence';
import type { InferenceCalls, InferenceSetup } from './inference-worker';

/**
 * Time a batch may take before the provider counts as failed, in milliseconds: kernels are compiled
 * in the first.
 */
const BATCH_LIMIT = 120_000;

/** Time threads have to end, in milliseconds. */
const RELEASE_LIMIT = 5_000;

interface InferenceWorker {
  worker: Worker;
  remote: Remote<InferenceCalls>;
}

export class InferenceWorkerPool implements BatchRunner {
  private constructor(private readonly workers: readonly InferenceWorker[]) {}

  /**
   * @param size workers. While one copies a batch to the GPU, another one's is computed.
   * @throws UserError where the network cannot be opened.
   */
  static async open(setup: InferenceSetup, size: number): Promise<InferenceWorkerPool> {
    const workers = Array.from({ length: size }, () => start(setup));
    const pool = new InferenceWorkerPool(workers);
    try {
      await Promise.all(
        workers.map(({ remote }) => withinLimit(remote.call('open', undefined), BATCH_LIMIT)),
      );
      return pool;
    } catch (error) {
      await pool.release();
      throw error;
    }
  }

  infer(pieces: readonly Uint8Array[], count: number): Promise<Float32Array> {
    const least = this.workers.reduce((a, b) => (b.remote.calls < a.remote.calls ? b : a));
    return withinLimit(least.remote.call('infer', { pieces, count }), BATCH_LIMIT);
  }

  async release(): Promise<void> {
    // A thread that is deep in a driver may never hear of it.
    const ended = Promise.all(this.workers.map(({ worker }) => worker.terminate()));
    await withinLimit(ended, RELEASE_LIMIT).catch(() => undefined);
  }
}

function start(setup: InferenceSetup): InferenceWorker {
  const worker = new Worker(join(__dirname, 'inference-worker.js'), { workerData: setup });
  return { worker, remote: new Remote(workerPort(worker)) };
}
