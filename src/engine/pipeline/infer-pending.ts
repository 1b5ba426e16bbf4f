/**
 * Infers the attributes of faces on another execution provider than the CPU. The network's batches
 * are formed across images, and run while the next images are read.
 */
import type { Provider } from '../../domain/networks';
import type { ProviderChain } from '../../networks/provider-chain';
import type { ImageWorkerPool } from '../threads/image-worker-pool';
import type { AnalyzedBatch } from './analyzed-image';
import { Batches } from './batches';
import type { PendingBatch } from './chunk-analyzer';

/**
 * Maximum images that wait for the network: cached ones come fast, and few new faces between them
 * fill no batch for long.
 */
const MAX_WAITING_IMAGES = 4096;

/**
 * Inference workers for each provider. Of two on a GPU, one copies a batch there while that of the
 * other is computed.
 */
export const INFERENCE_WORKERS: Record<Provider, number> = {
  cpu: 1,
  cuda: 2,
  dml: 1,
  coreml: 1,
  webgpu: 1,
};

export interface InferenceStage {
  chain: ProviderChain;
  /** Faces a batch. */
  batchSize: number;
  /** Attributes a face. */
  attributes: number;
  /** Get the memory of crops back. */
  workers: ImageWorkerPool;
  /** Takes the seconds that inference took, at the end. */
  onSeconds: (seconds: number) => void;
}

/**
 * Fills in the attributes of pending faces.
 * @returns the batches in their order, without pending faces.
 * @throws what the network throws on the last provider.
 */
export async function* inferPending(
  batches: AsyncIterable<PendingBatch>,
  stage: InferenceStage,
): AsyncGenerator<AnalyzedBatch> {
  const { chain, batchSize, attributes, onSeconds } = stage;
  const inference = new Batches(chain, batchSize, attributes);
  const waiting: PendingBatch[] = [];
  const maxBusy = INFERENCE_WORKERS[chain.choice.provider] + 1;
  for await (const batch of batches) {
    waiting.push(batch);
    inference.add(batch.pending);
    const isFull =
      waiting.reduce((sum, { images }) => sum + images.length, 0) >= MAX_WAITING_IMAGES;
    if (isFull) inference.flush();
    while (inference.busy > (isFull ? 0 : maxBusy)) await inference.next();
    yield* takeFinished(waiting, stage);
  }
  inference.flush();
  while (inference.busy > 0) await inference.next();
  onSeconds(inference.seconds);
  yield* takeFinished(waiting, stage);
}

/** Removes the batches at the beginning that have no pending face. */
function* takeFinished(
  waiting: PendingBatch[],
  { chain, attributes, workers }: InferenceStage,
): Generator<AnalyzedBatch> {
  while (
    waiting[0]?.pending.every(({ face }) => face.probabilities.length === attributes) === true
  ) {
    const batch = waiting.shift()!;
    for (const crops of batch.crops) workers.release(crops);
    // The results of another network must not be stored as those of the chosen one.
    if (chain.fellBack)
      for (const image of batch.images) if (image.kind !== 'cached') image.hash = undefined;
    yield batch;
  }
}
