/**
 * Worker threads for clustering, one a core, started when they are first needed. Whoever asks waits for a free one; cancelling ends the thread
 * in the middle of its work, so it takes effect at once whatever the work is.
 */
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { RunTask, TaskOptions } from '../clustering/tasks';
import { unpackError } from './thread-errors';
import type { WorkerReply } from './worker';

interface Job {
  message: unknown;
  options: TaskOptions;
  resolve: (result: unknown) => void;
  reject: (error: unknown) => void;
}

export class Workers {
  private readonly idle: Worker[] = [];
  private readonly waiting: Job[] = [];
  private started = 0;

  /** @param size threads, at most. */
  constructor(
    private readonly script: string,
    readonly size = availableParallelism(),
  ) {}

  readonly run: RunTask = (name, params, options) =>
    new Promise((resolve, reject) => {
      // The type of the result follows from the name.
      this.waiting.push({ message: { name, params }, options, resolve: resolve as Job['resolve'], reject });
      this.next();
    });

  private next(): void {
    if (this.waiting.length === 0 || (this.idle.length === 0 && this.started >= this.size)) return;
    const job = this.waiting.shift()!;
    const { signal } = job.options;
    if (signal?.aborted === true) {
      job.reject(signal.reason);
      this.next();
      return;
    }
    this.work(this.idle.pop() ?? this.start(), job);
    this.next();
  }

  private start(): Worker {
    this.started += 1;
    const worker = new Worker(this.script);
    worker.unref(); // threads that wait for work keep no process alive
    return worker;
  }

  private work(worker: Worker, { message, options: { signal, onStep }, resolve, reject }: Job): void {
    const end = (gone: boolean) => {
      worker.off('message', onMessage).off('error', onError);
      signal?.removeEventListener('abort', onAbort);
      if (gone) {
        this.started -= 1;
        void worker.terminate();
      } else this.idle.push(worker);
      this.next();
    };
    const onAbort = () => {
      end(true);
      reject(signal!.reason);
    };
    const onMessage = (reply: WorkerReply) => {
      if (reply.kind === 'step') {
        onStep?.();
        return;
      }
      end(false);
      if (reply.kind === 'done') resolve(reply.result);
      else reject(unpackError(reply));
    };
    const onError = (error: unknown) => {
      end(true);
      reject(error);
    };
    signal?.addEventListener('abort', onAbort, { once: true });
    worker.on('message', onMessage).on('error', onError);
    worker.postMessage(message);
  }
}

/** The engine's own threads. */
export const workers = new Workers(join(__dirname, 'worker.js'));
