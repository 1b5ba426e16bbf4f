/**
 * Clustering workers, one a core, which start when they are first needed. Tasks wait for a free
 * one. A cancel terminates the thread in the middle of its task, so it takes effect at once.
 */
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { workerPort } from '../../channel/node-ports';
import { ClosedError } from '../../channel/port';
import { Remote } from '../../channel/remote';
import type { RunTask, TaskName, TaskOptions, Tasks } from '../../clustering/tasks';
import type { ClusteringWorkerCalls } from './clustering-worker';

interface ClusteringWorker {
  thread: Worker;
  remote: Remote<ClusteringWorkerCalls>;
}

/** A task that waits for a worker. */
interface WaitingTask {
  name: TaskName;
  params: Tasks[TaskName]['params'];
  options: TaskOptions;
  resolve: (result: unknown) => void;
  reject: (error: unknown) => void;
}

export class ClusteringWorkerPool {
  private readonly idle: ClusteringWorker[] = [];
  private readonly waiting: WaitingTask[] = [];
  private started = 0;

  /** @param size maximum threads. */
  constructor(
    private readonly script: string,
    readonly size = availableParallelism(),
  ) {}

  /** @throws what the task throws; the signal's reason; Error where the worker crashes. */
  readonly run: RunTask = (name, params, options) =>
    new Promise((resolve, reject) => {
      // The name determines the type of the result.
      this.waiting.push({
        name,
        params,
        options,
        resolve: resolve as WaitingTask['resolve'],
        reject,
      });
      this.next();
    });

  private next(): void {
    while (this.waiting.length > 0 && (this.idle.length > 0 || this.started < this.size)) {
      const task = this.waiting.shift()!;
      const { signal } = task.options;
      if (signal?.aborted === true) task.reject(signal.reason);
      else void this.work(this.idle.pop() ?? this.start(), task);
    }
  }

  private start(): ClusteringWorker {
    this.started += 1;
    const thread = new Worker(this.script);
    const port = workerPort(thread);
    const worker = { thread, remote: new Remote<ClusteringWorkerCalls>(port) };
    thread.unref(); // idle threads do not keep the process alive
    port.onClose(() => {
      this.started -= 1;
      const at = this.idle.indexOf(worker);
      if (at >= 0) this.idle.splice(at, 1);
      this.next();
    });
    return worker;
  }

  private async work(
    worker: ClusteringWorker,
    { name, params, options, resolve, reject }: WaitingTask,
  ) {
    const { thread, remote } = worker;
    const { signal, onStep } = options;
    const cancel = () => {
      reject(signal!.reason);
      void thread.terminate();
    };
    signal?.addEventListener('abort', cancel, { once: true });
    try {
      resolve(await remote.call(name, params, { onProgress: onStep }));
    } catch (error) {
      // Does nothing where the task was cancelled.
      reject(error instanceof ClosedError ? workerFailed(error) : error);
    } finally {
      signal?.removeEventListener('abort', cancel);
      if (signal?.aborted !== true && remote.closed === undefined) this.idle.push(worker);
      this.next();
    }
  }
}

const workerFailed = (cause: ClosedError) =>
  new Error(`a clustering worker failed: ${cause.message}`, { cause });

/** The engine's pool. */
export const clusteringWorkers = new ClusteringWorkerPool(join(__dirname, 'clustering-worker.js'));
