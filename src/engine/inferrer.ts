/**
 * An inferring thread: a network on a GPU with a session of its own. ONNX Runtime's call holds its thread until the GPU is done; here nothing else
 * waits for it.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { openModel } from '../faces/model';
import type { Provider } from '../faces/providers';
import { oneAtATime } from '../one-at-a-time';
import { packError, type ThreadError } from './thread-errors';

/** What a thread is to run. */
export interface InferrerSetup {
  /** Path of the network. */
  file: string;
  provider: Provider;
  /** Crops a batch. Smaller ones are filled up: for every new size CUDA would look for the fastest kernels anew. 0: they are taken as they come. */
  batchSize: number;
}

export interface InferrerRequest {
  id: number;
  pieces: readonly Uint8Array[];
  count: number;
}
export type InferrerReply =
  | { kind: 'ready' }
  | { kind: 'inferred'; id: number; probabilities: Float32Array<ArrayBuffer> }
  /** Without an id the network could not be opened. */
  | ({ kind: 'failed'; id: number | undefined } & ThreadError);

const { file, provider, batchSize } = workerData as InferrerSetup;
const opened = openModel(file, { provider });
/** One batch, filled again and again. */
let batch = new Uint8Array();

/** One after the other: ONNX Runtime reads the batch some time after it was asked to. */
const alone = oneAtATime();

const reply = (message: InferrerReply, transfer: ArrayBuffer[] = []) => parentPort?.postMessage(message, transfer);

async function infer({ pieces, count }: InferrerRequest): Promise<Float32Array<ArrayBuffer>> {
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

opened.then(
  () => {
    reply({ kind: 'ready' });
  },
  (error: unknown) => {
    reply({ kind: 'failed', id: undefined, ...packError(error) });
  },
);

parentPort?.on('message', (request: InferrerRequest) => {
  const { id } = request;
  alone(() => infer(request)).then(
    (probabilities) => {
      reply({ kind: 'inferred', id, probabilities }, [probabilities.buffer]);
    },
    (error: unknown) => {
      reply({ kind: 'failed', id, ...packError(error) });
    },
  );
});
