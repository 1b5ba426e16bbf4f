/**
 * Clustering workers, one a core, started when they are first needed. Whoever asks waits for a free
 * one; cancelling ends the thread in the middle of its work, so it takes effect at once whatever
 * the work is.
 */
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { workerPort } from '../../channel/port';
import { Remote } from '../../channel/remote';
import type { RunTask, TaskName, TaskOptions, Tasks } from '../../clustering/tasks';
import type { ClusteringWorkerCalls } from './clustering-worker';

interface ClusteringWorker {
  thread: Worker;
  remote: Remote<ClusteringWorkerCalls>;
}

/** A piece of work that waits for a worker. */
interface Job {
  name: TaskName;
  params: Tasks[TaskName]['params'];
  options: TaskOptions;
  resolve: (result: unknown) => void;
  reject: (error: unknown) => void;
}

export class ClusteringWorkerPool {
  private readonly idle: ClusteringWorker[] = [];
  private readonly waiting: Job[] = [];
  private started = 0;

  /** @param size threads, at most. */
  constructor(
    private readonly script: string,
    readonly size = availableParallelism(),
  ) {}

  /**
   * @throws what the work throws; the signal's reason; ClosedError where the thread ends by itself.
   */
  readonly run: RunTask = (name, params, options) =>
    new Promise((resolve, reject) => {
      // The type of the result follows from the name.
      this.waiting.push({ name, params, options, resolve: resolve as Job['resolve'], reject });
      this.next();
    });

  private next(): void {
    while (this.waiting.length > 0 && (this.idle.length > 0 || this.started < this.size)) {
      const job = this.waiting.shift()!;
      const { signal } = job.options;
      if (signal?.aborted === true) job.reject(signal.reason);
      else void this.work(this.idle.pop() ?? this.start(), job);
    }
  }

  private start(): ClusteringWorker {
    this.started += 1;
    const thread = new Worker(this.script);
    const port = workerPort(thread);
    const worker = { thread, remote: new Remote<ClusteringWorkerCalls>(port) };
    thread.unref(); // threads that wait for work keep no process alive
    port.onClose(() => {
      this.started -= 1;
      const at = this.idle.indexOf(worker);
      if (at >= 0) this.idle.splice(at, 1);
      this.next();
    });
    return worker;
  }

  private async work(worker: ClusteringWorker, { name, params, options, resolve, reject }: Job) {
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
      reject(error); // does nothing where it was cancelled
    } finally {
      signal?.removeEventListener('abort', cancel);
      if (signal?.aborted !== true && remote.closed === undefined) this.idle.push(worker);
      this.next();
    }
  }
}

/** The engine's own. */
export const clusteringWorkers = new ClusteringWorkerPool(join(__dirname, 'clustering-worker.js'));
