/**
 * The image workers of a run, one a core. Losing a worker costs only time: its calls are repeated
 * image by image in a process of its own, which identifies the image at fault.
 */
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { forkProcess } from '../../channel/child-process';
import { workerPort } from '../../channel/node-ports';
import type { ClosedError } from '../../channel/port';
import { Remote } from '../../channel/remote';
import type { Framing } from '../../domain/networks';
import type { AlignmentCheckResult } from '../../faces/alignment-check';
import type { AnalyzedImages, ImageRequest } from '../../faces/analyze-images';
import type { ImageLimits } from '../../images/image-limits';
import { clamp } from '../../util/clamp';
import { MAX_THREADS } from '../../util/thread-count';
import type { ImagePath, ImageWorkerCalls, ImageWorkerSetup, SearchSetup } from './image-worker';
import { IsolatedImages, Verdict, WORKER_MEMORY } from './isolated-images';
import { mergeAnalyzed } from './merge-analyzed';
import { LostWorker, PoolWorker, type WorkerConnection } from './pool-worker';
import { killAboveMemory } from './watch-memory';

/**
 * Where workers run. Threads are faster, since they share memory, but a decoder that crashes ends
 * the whole process. The run is then begun again with processes.
 */
export type WorkerHost = 'thread' | 'process';

/** Calls per worker: while it computes for one, the thread pool reads the files of the next. */
const CALLS_PER_WORKER = 2;

/**
 * Time without a message in which a busy worker is lost, in milliseconds: half the limit of an
 * image, within these bounds. An image that only takes long is begun again, which costs that time.
 */
const SILENCE_MS = { min: 5_000, max: 10_000 };

/**
 * Memory of the engine's process beside its image workers, in bytes; a run of millions of images
 * takes some hundred megabytes.
 */
const ENGINE_MEMORY = 2e9;

/** Number of workers for a number of images. */
const imageWorkersFor = (images: number): number =>
  Math.max(1, Math.min(availableParallelism(), MAX_THREADS, Math.ceil(images / 4)));

export class ImageWorkerPool {
  /** Maximum workers. */
  readonly size: number;

  private readonly workers: PoolWorker[] = [];
  private readonly isolated: IsolatedImages;
  /** Memory of crops that are not used any more. */
  private readonly spare: SharedArrayBuffer[] = [];
  private setup: ImageWorkerSetup | undefined;
  private closed = false;
  private abandonedThreads = 0;
  private readonly memoryWatch: NodeJS.Timeout | undefined;

  /** @param images maximum number of images: few images need few workers. */
  constructor(
    private readonly limits: ImageLimits,
    private readonly host: WorkerHost,
    images: number,
  ) {
    this.size = imageWorkersFor(images);
    this.isolated = new IsolatedImages(limits, async ({ remote }) => {
      if (this.setup !== undefined) await remote.call('setUp', withoutBudget(this.setup));
    });
    if (host === 'thread') {
      this.memoryWatch = killAboveMemory(
        ENGINE_MEMORY + this.size * WORKER_MEMORY + limits.memoryBytes,
      );
    }
  }

  /** Maximum calls under way. */
  get concurrency(): number {
    return this.size * CALLS_PER_WORKER;
  }

  /**
   * Threads that may never return from a native call: their process must end when its work is done.
   */
  get abandoned(): number {
    return this.abandonedThreads;
  }

  /** Sets how `analyze` analyzes images. */
  setUp(setup: ImageWorkerSetup): void {
    this.setup = setup;
    for (const worker of this.workers) worker.setUp(this.setupFor(setup));
  }

  /**
   * @returns the result of each image; one that ends its worker has failed.
   * @throws what the network throws.
   */
  async analyze(images: readonly ImageRequest[]): Promise<AnalyzedImages> {
    if (images.some(({ path }) => this.isolated.verdictOn(path) !== undefined))
      return this.analyzeOneByOne(images);
    try {
      const params = { images: [...images], spare: this.spare.pop() };
      return await this.withTrueReasons(images, await this.takeWorker().call('describe', params));
    } catch (error) {
      if (!(error instanceof LostWorker)) throw error;
      return this.analyzeOneByOne(images);
    }
  }

  /** Whether an image is one aligned face. */
  async checkAligned(
    path: ImagePath,
    search: SearchSetup,
    crop: Framing,
  ): Promise<AlignmentCheckResult> {
    const params = { path, search, crop, limits: this.limits };
    try {
      return await this.takeWorker().call('look', params);
    } catch (error) {
      if (!(error instanceof LostWorker)) throw error;
      const check = await this.isolated.run(path, ({ remote }) => remote.call('look', params));
      return check instanceof Verdict ? { hash: undefined, check: null } : check;
    }
  }

  /** Takes the memory of crops back, to use it for others. */
  release(crops: Uint8Array): void {
    if (crops.buffer instanceof SharedArrayBuffer) this.spare.push(crops.buffer);
  }

  /** Lets each worker finish its calls, then ends it. */
  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    clearInterval(this.memoryWatch);
    await Promise.all([
      this.isolated.close(),
      ...this.workers.map(async (worker) => {
        if (!(await worker.close())) this.abandonedThreads += 1;
      }),
    ]);
  }

  private async analyzeOneByOne(images: readonly ImageRequest[]): Promise<AnalyzedImages> {
    const parts: AnalyzedImages[] = [];
    for (const image of images) {
      this.throwIfClosed();
      parts.push(await this.analyzeAlone(image));
    }
    return mergeAnalyzed(parts);
  }

  /**
   * Reads images that failed for a doubtful reason once more, alone in a process. If one does not
   * fail there, the answer does not count, and all are read alone.
   */
  private async withTrueReasons(
    images: readonly ImageRequest[],
    answer: AnalyzedImages,
  ): Promise<AnalyzedImages> {
    const results = [...answer.images];
    for (const [i, result] of answer.images.entries()) {
      if (result.kind !== 'failed' || !result.isDoubtful) continue;
      this.throwIfClosed();
      const alone = (await this.analyzeAlone(images[i]!)).images[0]!;
      if (alone.kind !== 'failed') {
        if (answer.crops !== undefined) this.release(answer.crops);
        return this.analyzeOneByOne(images);
      }
      results[i] = alone;
    }
    return { ...answer, images: results };
  }

  private async analyzeAlone(image: ImageRequest): Promise<AnalyzedImages> {
    const { path } = image;
    const hashed = this.setup?.hashed === true;
    let hash: string | undefined;
    const result = await this.isolated.run(path, async ({ remote }) => {
      if (hashed) hash = await remote.call('hash', { path, limits: this.limits });
      return remote.call('describe', { images: [image], spare: undefined });
    });
    if (!(result instanceof Verdict)) return result;
    return {
      images: [
        {
          kind: 'failed',
          hash,
          reason: result.reason,
          validity: 'untilLimitsChange',
          isDoubtful: false,
        },
      ],
      strips: [],
      crops: undefined,
      probabilities: undefined,
      seconds: { decode: 0, infer: 0 },
    };
  }

  private throwIfClosed(): void {
    if (this.closed) throw new Error('the image workers are closed');
  }

  /** The least busy worker; a new one where all are busy and there may be more. */
  private takeWorker(): PoolWorker {
    this.throwIfClosed();
    const [least] = [...this.workers].sort((a, b) => a.busy - b.busy);
    if (least !== undefined && (least.busy === 0 || this.workers.length >= this.size)) return least;
    const worker = this.start();
    this.workers.push(worker);
    if (this.setup !== undefined) worker.setUp(this.setupFor(this.setup));
    return worker;
  }

  private start(): PoolWorker {
    const connection = this.host === 'thread' ? startThread() : this.startProcess();
    const silenceLimit = clamp(500 * this.limits.seconds, SILENCE_MS.min, SILENCE_MS.max);
    const worker = new PoolWorker(connection, silenceLimit, () => {
      this.remove(worker);
      if (!this.closed && !worker.terminate()) this.abandonedThreads += 1;
    });
    void worker.ended.then(() => {
      this.remove(worker);
    });
    return worker;
  }

  private remove(worker: PoolWorker): void {
    const at = this.workers.indexOf(worker);
    if (at >= 0) this.workers.splice(at, 1);
  }

  /** Processes share the limit of memory; an image that needs more than its part is tried alone. */
  private startProcess() {
    const memory = WORKER_MEMORY + this.limits.memoryBytes / this.size;
    return forkProcess<ImageWorkerCalls>(join(__dirname, 'image-worker.js'), [
      String(Math.ceil(memory)),
    ]);
  }

  private setupFor(setup: ImageWorkerSetup): ImageWorkerSetup {
    return this.host === 'thread' ? setup : withoutBudget(setup);
  }
}

function startThread(): WorkerConnection {
  const port = workerPort(new Worker(join(__dirname, 'image-worker.js')));
  const ended = new Promise<ClosedError>(port.onClose);
  return { remote: new Remote(port), ended, kill: undefined };
}

/** For a process, which shares no memory with others. */
const withoutBudget = (setup: ImageWorkerSetup): ImageWorkerSetup => ({
  ...setup,
  budget: undefined,
});
