/**
 * An inference worker: a thread with a session of its own on a GPU. ONNX Runtime's call blocks its
 * thread until the GPU is done.
 */
import { workerData } from 'node:worker_threads';
import { parentEnd } from '../../channel/node-ports';
import { serve } from '../../channel/serve';
import type { Provider } from '../../domain/networks';
import { openModel } from '../../networks/model';
import { createMutex } from '../../util/mutex';

/** Configuration of a worker. */
export interface InferenceSetup {
  /** Path of the network. */
  file: string;
  provider: Provider;
  /**
   * Crops a batch. Smaller batches are padded, since CUDA searches for the fastest kernels for
   * every new size; with 0 they are not.
   */
  batchSize: number;
}

export interface InferenceCalls {
  /** Resolves when the network is open. */
  open: { params: undefined; result: undefined };
  /** @see BatchRunner.infer */
  infer: {
    params: { pieces: readonly Uint8Array[]; count: number };
    result: Float32Array<ArrayBuffer>;
  };
  /** Ends the worker after its batch; those that wait are dropped. */
  close: { params: undefined; result: undefined };
}

const { file, provider, batchSize } = workerData as InferenceSetup;
const opened = openModel(file, { provider });
opened.catch(() => undefined); // each call throws it
/** The memory of a batch, which is reused. */
let batch = new Uint8Array();

let isClosing = false;

/** ONNX Runtime may read the batch late, so it must not be filled again until the end of a call. */
const batchLock = createMutex();

async function infer({ pieces, count }: InferenceCalls['infer']['params']) {
  if (isClosing) throw new Error('the worker is closing');
  const model = await opened;
  const faceBytes = model.crop.width * model.crop.height * 3;
  const size = Math.max(count, batchSize);
  if (batch.length < size * faceBytes) batch = new Uint8Array(size * faceBytes);
  let at = 0;
  for (const piece of pieces) {
    batch.set(piece, at);
    at += piece.length;
  }
  const all = await model.infer(batch.subarray(0, size * faceBytes), size);
  return all.slice(0, count * model.attributes.length);
}

const port = parentEnd();
serve<InferenceCalls>(port, {
  open: async () => {
    await opened;
    return undefined;
  },
  infer: async (params, { transfer }) => {
    const probabilities = await batchLock(() => infer(params));
    transfer(probabilities.buffer);
    return probabilities;
  },
  close: async () => {
    isClosing = true;
    const model = await opened.catch(() => undefined); // thrown already
    await batchLock(async () => model?.release());
    setImmediate(port.close); // after the answer
    return undefined;
  },
});
