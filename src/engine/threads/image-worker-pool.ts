/**
 * The image workers of a run, one a core. A worker that ends, or from which nothing is heard, costs
 * nothing but time: what it had under way is done image by image in a process of its own, which
 * names the image at fault.
 */
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { forkProcess } from '../../channel/child-process';
import { ClosedError } from '../../channel/port';
import type { Remote } from '../../channel/remote';
import type { Framing } from '../../domain/networks';
import type { AlignmentCheck } from '../../faces/alignment-check';
import type { AnalysedImages, WantedImage } from '../../faces/analyse-images';
import type { ImageLimits } from '../../images/image-limits';
import { megabytes } from '../../text/sizes';
import { clamp } from '../../util/clamp';
import { messageOf } from '../../util/errors';
import { type Silence, watchSilence, withinLimit } from '../../util/silence';
import { MAX_THREADS } from '../../util/thread-count';
import type { ImagePath, ImageWorkerCalls, ImageWorkerSetup, SearchSetup } from './image-worker';
import { IsolatedImages, Verdict, WORKER_MEMORY } from './isolated-images';
import { mergeDescribed } from './merge-described';
import { takeThread } from './prewarmed-threads';

/**
 * Where workers run. Threads are faster, since they share memory, but a decoder that crashes takes
 * the whole process along. After that the run is begun again with processes.
 */
export type WorkerHost = 'thread' | 'process';

/**
 * Calls a worker has at a time: while it computes for one, files of the next are read on the thread
 * pool.
 */
const CALLS_AT_A_TIME = 2;

/**
 * Time in which nothing is heard from a busy worker before it is given up, in milliseconds: half
 * the limit of an image, within these bounds. An image that only takes long costs that much more;
 * it is begun again.
 */
const SILENCE = { min: 5_000, max: 10_000 };
/** Time a worker has to open its networks, in milliseconds. */
const START_LIMIT = 60_000;

/**
 * Memory of the engine's process beside its image workers, in bytes; a run of millions of images
 * takes some hundred megabytes.
 */
const ENGINE_MEMORY = 2e9;
/** How often its memory is looked at, in milliseconds. */
const MEMORY_INTERVAL = 200;

/** Time a worker has to end by itself, in milliseconds. */
const CLOSE_LIMIT = 5_000;

interface PoolWorker {
  remote: Remote<ImageWorkerCalls>;
  /** Calls it has. */
  busy: number;
  /** Resolves when its networks are open, or it is given up. */
  ready: Promise<void>;
  /** Touched by everything that is heard from it; undefined while it has nothing to do. */
  silence: Silence | undefined;
  /** Gives it up: what it has under way fails with a LostWorker. */
  lose: (reason: string) => void;
  /** Rejects when it is given up. */
  lost: Promise<never>;
  /** Ends a process; undefined for a thread, which may be in a native call that cannot be ended. */
  kill: (() => void) | undefined;
  ended: Promise<unknown>;
}

/** A worker ended, or nothing is heard from it. */
class LostWorker extends Error {
  override name = 'LostWorker';
}

/** Workers for so many images. */
export const imageWorkersFor = (images: number): number =>
  Math.max(1, Math.min(availableParallelism(), MAX_THREADS, Math.ceil(images / 4)));

export class ImageWorkerPool {
  private readonly workers: PoolWorker[] = [];
  private readonly isolated: IsolatedImages;
  /** Memory of crops that nobody looks at any more. */
  private readonly spare: SharedArrayBuffer[] = [];
  private setup: ImageWorkerSetup | undefined;
  private closed = false;
  private abandonedThreads = 0;
  private readonly memoryWatch: NodeJS.Timeout | undefined;

  /** Workers, at most. */
  readonly size: number;

  /** @param images how many there are, at most: few images need few workers. */
  constructor(
    private readonly limits: ImageLimits,
    private readonly host: WorkerHost,
    images: number,
  ) {
    this.size = imageWorkersFor(images);
    this.isolated = new IsolatedImages(limits, async ({ remote }) => {
      // Its memory is its own.
      if (this.setup !== undefined)
        await remote.call('setUp', { ...this.setup, budget: undefined });
    });
    if (host === 'thread') this.memoryWatch = this.watchMemory();
  }

  /** Calls that are worked on at a time. */
  get concurrency(): number {
    return this.size * CALLS_AT_A_TIME;
  }

  /**
   * Threads that may go on in a native call for ever: their process is to be ended when its work is
   * done.
   */
  get abandoned(): number {
    return this.abandonedThreads;
  }

  /** Says what `describe` is to do. */
  setUp(setup: ImageWorkerSetup): void {
    this.setup = setup;
    for (const worker of this.workers) this.send(worker, setup);
  }

  /**
   * @returns what became of each image; one that ends its worker has failed.
   * @throws what the network throws.
   */
  async describe(images: readonly WantedImage[]): Promise<AnalysedImages> {
    if (images.some(({ path }) => this.isolated.verdictOn(path) !== undefined)) {
      return this.describeOneByOne(images);
    }
    try {
      return await this.call('describe', { images: [...images], spare: this.spare.pop() });
    } catch (error) {
      if (!(error instanceof LostWorker)) throw error;
      return this.describeOneByOne(images);
    }
  }

  /** Whether an image is one aligned face. */
  async look(path: ImagePath, search: SearchSetup, crop: Framing): Promise<AlignmentCheck> {
    const params = { path, search, crop, limits: this.limits };
    try {
      return await this.call('look', params);
    } catch (error) {
      if (!(error instanceof LostWorker)) throw error;
      const look = await this.isolated.run(path, ({ remote }) => remote.call('look', params));
      return look instanceof Verdict ? { hash: undefined, aligned: null } : look;
    }
  }

  /** Takes back crops that were inferred: their memory is used for others. */
  release(crops: Uint8Array): void {
    if (crops.buffer instanceof SharedArrayBuffer) this.spare.push(crops.buffer);
  }

  /** Lets each worker finish what it is in the middle of, then ends it. */
  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    clearInterval(this.memoryWatch);
    await Promise.all([this.isolated.close(), ...this.workers.map((worker) => this.end(worker))]);
  }

  /**
   * Threads share the process: one that takes memory without end ends it, and the run is begun
   * again with processes.
   */
  private watchMemory(): NodeJS.Timeout {
    const limit = ENGINE_MEMORY + this.size * WORKER_MEMORY + this.limits.memoryBytes;
    const timer = setInterval(() => {
      if (process.memoryUsage.rss() < limit) return;
      console.error(`the engine takes more than ${megabytes(limit)} of memory`);
      process.kill(process.pid, 'SIGKILL');
    }, MEMORY_INTERVAL);
    timer.unref();
    return timer;
  }

  private async end(worker: PoolWorker): Promise<void> {
    if (worker.remote.closed !== undefined) return;
    worker.remote.call('close', undefined).catch(() => undefined); // it has ended: so it should
    try {
      await withinLimit(worker.ended, CLOSE_LIMIT);
    } catch {
      this.abandon(worker);
    }
  }

  private abandon(worker: PoolWorker): void {
    if (worker.kill !== undefined) worker.kill();
    else if (worker.remote.closed === undefined) this.abandonedThreads += 1;
  }

  private async describeOneByOne(images: readonly WantedImage[]): Promise<AnalysedImages> {
    const parts: AnalysedImages[] = [];
    for (const image of images) {
      if (this.closed) throw new Error('the image workers are closed');
      parts.push(await this.describeAlone(image));
    }
    return mergeDescribed(parts);
  }

  private async describeAlone(image: WantedImage): Promise<AnalysedImages> {
    const { path } = image;
    const hashed = this.setup?.hashed === true;
    let hash: string | undefined;
    const result = await this.isolated.run(path, async ({ remote }) => {
      if (hashed) hash = await remote.call('hash', { path, limits: this.limits });
      return remote.call('describe', { images: [image], spare: undefined });
    });
    if (!(result instanceof Verdict)) return result;
    return {
      images: [{ kind: 'failed', hash: hash ?? '', reason: result.reason, kept: 'limits' }],
      strips: [],
      crops: undefined,
      probabilities: undefined,
      seconds: { decode: 0, infer: 0 },
    };
  }

  /** @throws LostWorker */
  private async call<Name extends 'describe' | 'look'>(
    name: Name,
    params: ImageWorkerCalls[Name]['params'],
  ): Promise<ImageWorkerCalls[Name]['result']> {
    if (this.closed) throw new Error('the image workers are closed');
    const worker = this.free();
    worker.busy += 1;
    await worker.ready;
    const limit = clamp(500 * this.limits.seconds, SILENCE.min, SILENCE.max);
    const silence = (worker.silence ??= watchSilence(limit, () => {
      worker.lose('nothing was heard from an image worker');
    }));
    try {
      const answer = worker.remote.call(name, params, { onProgress: silence.touch });
      return await Promise.race([answer, worker.lost]);
    } catch (error) {
      if (!(error instanceof ClosedError)) throw error;
      throw new LostWorker(error.message, { cause: error });
    } finally {
      worker.busy -= 1;
      silence.touch();
      if (worker.busy === 0) {
        silence.stop();
        worker.silence = undefined;
      }
    }
  }

  private free(): PoolWorker {
    const [least] = [...this.workers].sort((a, b) => a.busy - b.busy);
    if (least !== undefined && (least.busy === 0 || this.workers.length >= this.size)) return least;
    const worker = this.start();
    this.workers.push(worker);
    if (this.setup !== undefined) this.send(worker, this.setup);
    return worker;
  }

  private start(): PoolWorker {
    const { remote, ended, kill } =
      this.host === 'thread' ? { ...takeThread(), kill: undefined } : this.process();
    let fail: (error: LostWorker) => void;
    const lost = new Promise<never>((_, reject) => {
      fail = reject;
    });
    lost.catch(() => undefined); // there may be no call to hear of it
    const worker: PoolWorker = {
      remote,
      busy: 0,
      ready: Promise.resolve(),
      silence: undefined,
      lost,
      kill,
      ended,
      lose: (reason) => {
        this.remove(worker);
        if (!this.closed) this.abandon(worker);
        fail(new LostWorker(reason));
      },
    };
    void ended.then(() => {
      this.remove(worker);
    });
    return worker;
  }

  private remove(worker: PoolWorker): void {
    const at = this.workers.indexOf(worker);
    if (at >= 0) this.workers.splice(at, 1);
  }

  /** Processes share the limit of memory; an image that needs more than its part is tried alone. */
  private process() {
    const memory = WORKER_MEMORY + this.limits.memoryBytes / this.size;
    return forkProcess<ImageWorkerCalls>(join(__dirname, 'image-worker.js'), [
      String(Math.ceil(memory)),
    ]);
  }

  private send(worker: PoolWorker, setup: ImageWorkerSetup): void {
    const own = this.host === 'thread' ? setup : { ...setup, budget: undefined };
    worker.ready = withinLimit(worker.remote.call('setUp', own), START_LIMIT).then(
      () => undefined,
      (error: unknown) => {
        worker.lose(messageOf(error)); // does nothing where it has ended already
      },
    );
  }
}
