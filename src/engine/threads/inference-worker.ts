/**
 * An inference worker: a network on a GPU, with a session of its own. ONNX Runtime's call holds its
 * thread until the GPU is done; here nothing else waits for it.
 */
import { workerData } from 'node:worker_threads';
import { parentEnd } from '../../channel/port';
import { serve } from '../../channel/serve';
import type { Provider } from '../../domain/networks';
import { openModel } from '../../networks/model';
import { createMutex } from '../../util/mutex';

/** What a worker is to run. */
export interface InferenceSetup {
  /** Path of the network. */
  file: string;
  provider: Provider;
  /**
   * Crops a batch. Smaller ones are filled up: for every new size CUDA would look for the fastest
   * kernels anew. 0: they are taken as they come.
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
}

const { file, provider, batchSize } = workerData as InferenceSetup;
const opened = openModel(file, { provider });
opened.catch(() => undefined); // thrown to whoever calls
/** One batch, filled again and again. */
let batch = new Uint8Array();

/** One after the other: ONNX Runtime reads the batch some time after it was asked to. */
const inTurn = createMutex();

async function infer({ pieces, count }: InferenceCalls['infer']['params']) {
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

serve<InferenceCalls>(parentEnd(), {
  open: async () => {
    await opened;
    return undefined;
  },
  infer: async (params, { transfer }) => {
    const probabilities = await inTurn(() => infer(params));
    transfer(probabilities.buffer);
    return probabilities;
  },
});
