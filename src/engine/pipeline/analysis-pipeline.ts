/**
 * Images → faces with their attributes, in the order of the images: from the cache where it holds
 * them, else from the image workers, on GPUs with the inference workers. The stages overlap, and
 * the queues between them are bounded, so memory does not grow with the folder.
 */
import { pMapIterable } from 'p-map';
import type { Provider } from '../../domain/networks';
import { type DetectionChoice, isMostlyCrops } from '../../faces/choose-detection';
import type { Images } from '../../images/image-list';
import type { ProviderChain } from '../../networks/provider-chain';
import type { ProviderChoice } from '../../networks/providers';
import type { FaceStore } from '../../store/face-store';
import type { Identities } from '../../store/identity';
import type { ModelInfo } from '../../store/store-records';
import { retireProcess } from '../retire';
import type { ImageWorkerPool } from '../threads/image-worker-pool';
import type { AnalyzedBatch } from './analyzed-image';
import { ChunkAnalyzer, type PendingBatch } from './chunk-analyzer';
import { ImageCache } from './image-cache';
import { imageChunks } from './image-chunks';
import { inferPending } from './infer-pending';
import type { StoreKeys } from './pipeline-keys';

/** What a pipeline consists of. */
export interface PipelineParts {
  images: Images;
  /** Of the images, in their order. */
  identities: Identities;
  /** Undefined where nothing is kept between runs. */
  store: FaceStore | undefined;
  keys: StoreKeys;
  model: ModelInfo;
  detection: DetectionChoice;
  /** Faces the network is given at a time. */
  batchSize: number;
  /** What was assumed of the network, for people. */
  notices: readonly string[];
  /** Path of a network of embeddings; undefined where faces have those of `model`. */
  embeddingModel: string | undefined;
  chain: ProviderChain;
  /** They are set up. */
  workers: ImageWorkerPool;
  signal: AbortSignal;
}

/** Owns its workers and the network, which end with it. */
export class AnalysisPipeline implements AsyncDisposable {
  readonly keys: StoreKeys;
  readonly model: ModelInfo;
  readonly detection: DetectionChoice;

  private readonly cache: ImageCache;
  private readonly analyzer: ChunkAnalyzer;
  /** Seconds in the network of another provider than the CPU. */
  private inferenceSeconds = 0;

  constructor(private readonly parts: PipelineParts) {
    const { keys, model, detection, store, workers } = parts;
    this.keys = keys;
    this.model = model;
    this.detection = detection;
    this.cache = new ImageCache(store, keys, model.attributes.length);
    this.analyzer = new ChunkAnalyzer(workers, this.cache, model);
  }

  get provider(): Provider {
    return this.parts.chain.choice.provider;
  }

  /** Path of the network. */
  get file(): string {
    return this.parts.chain.choice.file;
  }

  /** Path of a network of embeddings; undefined where faces have those of the network itself. */
  get embeddingModel(): string | undefined {
    return this.parts.embeddingModel;
  }

  get trials(): ProviderChoice['trials'] {
    return this.parts.chain.choice.trials;
  }

  /** Problems that did not stop the run, for people. */
  get notices(): readonly string[] {
    return [...this.parts.notices, ...this.parts.chain.notices];
  }

  /** Whether another provider took over from the first, maybe with another network. */
  get fellBack(): boolean {
    return this.parts.chain.fellBack;
  }

  /** Seconds spent in the workers, and in the network. */
  get timing(): { decode: number; infer: number } {
    const { decode, infer } = this.analyzer.seconds;
    return { decode, infer: infer + this.inferenceSeconds };
  }

  /**
   * Every image, in order. An image that cannot be used is a result.
   * @throws CancelledError through the signal; what the network throws on the last provider.
   */
  async *results(): AsyncGenerator<AnalyzedBatch> {
    const { chain, batchSize, model, workers, signal } = this.parts;
    const batches = this.analyzedChunks();
    // On the CPU the image workers infer by themselves.
    const inferred =
      this.provider === 'cpu'
        ? batches
        : inferPending(batches, {
            chain,
            batchSize,
            attributes: model.attributes.length,
            workers,
            onSeconds: (seconds) => {
              this.inferenceSeconds += seconds;
            },
          });
    for await (const batch of inferred) {
      signal.throwIfAborted();
      yield batch;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await closeWorkers(this.parts.workers);
    await this.parts.chain.release();
  }

  private analyzedChunks(): AsyncIterable<PendingBatch> {
    const { images, identities, detection, workers, signal } = this.parts;
    const { concurrency } = workers;
    const chunks = imageChunks({
      images,
      identities,
      cache: this.cache,
      searched: !isMostlyCrops(detection.mode),
    });
    return pMapIterable(
      chunks,
      (chunk) => {
        signal.throwIfAborted();
        return this.analyzer.analyze(chunk);
      },
      { concurrency, backpressure: 2 * concurrency },
    );
  }
}

/** Closes image workers; one that hangs in native code goes on until the process ends. */
export async function closeWorkers(workers: ImageWorkerPool): Promise<void> {
  await workers.close();
  if (workers.abandoned > 0) retireProcess();
}
