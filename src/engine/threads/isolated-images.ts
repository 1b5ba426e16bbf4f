/**
 * Reads images one at a time in a separate process with limits of time and memory, to find the
 * image that crashes a worker. An image during which that process ends is at fault.
 */
import { join } from 'node:path';
import { type ForkedProcess, forkProcess } from '../../channel/child-process';
import { ClosedError } from '../../channel/port';
import type { ImageLimits } from '../../images/image-limits';
import { megabytes } from '../../text/sizes';
import { t } from '../../text/translate';
import { memoryReason } from '../../util/memory-guard';
import { createMutex } from '../../util/mutex';
import { watchSilence } from '../../util/silence';
import type { ImagePath, ImageWorkerCalls } from './image-worker';

/** Memory of an idle worker with its networks, in bytes. */
export const WORKER_MEMORY = 400e6;

/** Time a worker has to start and open its networks, in milliseconds. */
const START_LIMIT_MS = 60_000;
/** Time after which an idle worker is ended, in milliseconds. */
const IDLE_LIMIT_MS = 30_000;

type Worker = ForkedProcess<ImageWorkerCalls>;

/** Why an image cannot be used: it ended the worker that read it. */
export class Verdict {
  constructor(readonly reason: string) {}
}

/** A process that handles images one at a time, and is replaced if it ends. */
export class IsolatedImages {
  private worker: Promise<Worker> | undefined;
  private idle: NodeJS.Timeout | undefined;
  private readonly workerLock = createMutex();
  private readonly verdicts = new Map<string, Verdict>();

  /** @param prepare sets up a new worker. */
  constructor(
    private readonly limits: ImageLimits,
    private readonly prepare: (worker: Worker) => Promise<void> = () => Promise.resolve(),
  ) {}

  /** The verdict on an image that was read before. */
  verdictOn(path: ImagePath): Verdict | undefined {
    return this.verdicts.get(keyOf(path));
  }

  /**
   * Handles an image, after those of earlier calls.
   * @returns the result of `work`, or why the image cannot be used.
   * @throws what the worker throws; Error where no worker starts.
   */
  run<T>(path: ImagePath, work: (worker: Worker) => Promise<T>): Promise<T | Verdict> {
    return this.workerLock(async () => {
      const known = this.verdictOn(path);
      if (known !== undefined) return known;
      clearTimeout(this.idle);
      const worker = await (this.worker ??= this.start());
      const result = await this.judged(worker, work);
      if (result instanceof Verdict) {
        this.verdicts.set(keyOf(path), result);
        this.worker = undefined;
      }
      this.idle = setTimeout(() => void this.close(), IDLE_LIMIT_MS);
      this.idle.unref();
      return result;
    });
  }

  /** Ends the process. */
  async close(): Promise<void> {
    clearTimeout(this.idle);
    const worker = await this.worker?.catch(() => undefined); // one that did not start needs no end
    this.worker = undefined;
    worker?.kill();
  }

  /** Ends the process after the images that earlier calls wait for. */
  closeAfterCalls(): Promise<void> {
    return this.workerLock(() => this.close());
  }

  private async start(): Promise<Worker> {
    const memory = WORKER_MEMORY + this.limits.memoryBytes;
    const worker = forkProcess<ImageWorkerCalls>(join(__dirname, 'image-worker.js'), [
      String(memory),
    ]);
    const silence = watchSilence(START_LIMIT_MS, worker.kill);
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
    if (late) return t('reading it takes longer than {0} s (setting maxImageSeconds)', seconds);
    if (memoryReason(output) !== undefined) {
      return t(
        'reading it takes more than {0} of memory (setting maxImageMemory)',
        megabytes(memoryBytes),
      );
    }
    if (error.signal === 'SIGKILL')
      return t('the system ended the process that read it, most likely for want of memory');
    return t('the image is damaged: its decoder crashed ({0})', error.signal ?? error.message);
  }
}

const keyOf = (path: ImagePath) =>
  typeof path === 'string' ? path : Buffer.from(path).toString('latin1');
