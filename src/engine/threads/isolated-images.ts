/**
 * Images that brought a worker down, or seem to: each is tried alone, in a process of its own, with
 * limits of time and memory. What ends that process is at fault, and named.
 */
import { join } from 'node:path';
import { type ForkedProcess, forkProcess } from '../../channel/child-process';
import { ClosedError } from '../../channel/port';
import type { ImageLimits } from '../../images/image-limits';
import { megabytes } from '../../text/sizes';
import { memoryReason } from '../../util/memory-guard';
import { createMutex } from '../../util/mutex';
import { watchSilence } from '../../util/silence';
import type { ImagePath, ImageWorkerCalls } from './image-worker';

/** Memory of a worker that decodes nothing: Node, the network and the detector, in bytes. */
export const WORKER_MEMORY = 400e6;

/**
 * Time a worker has to start, in milliseconds, networks included; on a busy machine that takes
 * seconds.
 */
const START_LIMIT = 60_000;
/** A worker that is not asked for this long, in milliseconds, is ended. */
const IDLE_LIMIT = 30_000;

type Worker = ForkedProcess<ImageWorkerCalls>;

/** Why an image cannot be used: it ended the worker that was to read it. */
export class Verdict {
  constructor(readonly reason: string) {}
}

/** A process that works on images one at a time; another one takes its place where it ends. */
export class IsolatedImages {
  private worker: Promise<Worker> | undefined;
  private idle: NodeJS.Timeout | undefined;
  private readonly inTurn = createMutex();
  private readonly verdicts = new Map<string, Verdict>();

  /** @param prepare what a new worker is told before it is used. */
  constructor(
    private readonly limits: ImageLimits,
    private readonly prepare: (worker: Worker) => Promise<void> = () => Promise.resolve(),
  ) {}

  /** What was found out about an image before. */
  verdictOn(path: ImagePath): Verdict | undefined {
    return this.verdicts.get(keyOf(path));
  }

  /**
   * Does something with an image when it is its turn.
   * @returns the result, or why the image cannot be used.
   * @throws what the worker throws; Error where no worker starts.
   */
  run<T>(path: ImagePath, work: (worker: Worker) => Promise<T>): Promise<T | Verdict> {
    return this.inTurn(async () => {
      const known = this.verdictOn(path);
      if (known !== undefined) return known;
      clearTimeout(this.idle);
      const worker = await (this.worker ??= this.start());
      const result = await this.judged(worker, work);
      if (result instanceof Verdict) {
        this.verdicts.set(keyOf(path), result);
        this.worker = undefined;
      }
      this.idle = setTimeout(() => void this.close(), IDLE_LIMIT);
      this.idle.unref();
      return result;
    });
  }

  /** Ends the process. */
  async close(): Promise<void> {
    clearTimeout(this.idle);
    const worker = await this.worker?.catch(() => undefined); // it never started
    this.worker = undefined;
    worker?.kill();
  }

  private async start(): Promise<Worker> {
    const memory = WORKER_MEMORY + this.limits.memoryBytes;
    const worker = forkProcess<ImageWorkerCalls>(join(__dirname, 'image-worker.js'), [
      String(memory),
    ]);
    const silence = watchSilence(START_LIMIT, worker.kill);
    try {
      await this.prepare(worker);
      return worker;
    } catch (error) {
      this.worker = undefined;
      worker.kill();
      throw error instanceof ClosedError
        ? new Error(
            `the process that reads images one by one did not start: ${error.message} ${worker.output()}`.trim(),
          )
        : error;
    } finally {
      silence.stop();
    }
  }

  private async judged<T>(
    worker: Worker,
    work: (worker: Worker) => Promise<T>,
  ): Promise<T | Verdict> {
    const silence = watchSilence(1000 * this.limits.seconds, worker.kill);
    try {
      return await work(worker);
    } catch (error) {
      if (!(error instanceof ClosedError)) throw error;
      return new Verdict(this.reasonOf(error, silence.passed, worker.output()));
    } finally {
      silence.stop();
    }
  }

  private reasonOf(error: ClosedError, late: boolean, output: string): string {
    const { seconds, memoryBytes } = this.limits;
    if (late) return `reading it takes longer than ${String(seconds)} s (setting maxImageSeconds)`;
    if (memoryReason(output) !== undefined) {
      return `reading it takes more than ${megabytes(memoryBytes)} of memory (setting maxImageMemory)`;
    }
    if (error.signal === 'SIGKILL')
      return 'the system ended the process that read it, most likely for want of memory';
    return `the image is damaged: its decoder crashed (${error.signal ?? error.message})`;
  }
}

const keyOf = (path: ImagePath) =>
  typeof path === 'string' ? path : Buffer.from(path).toString('latin1');
