/**
 * Worker threads for tasks, one a core, which start when they are first needed. Tasks wait for a
 * free one. A cancel takes effect at once: it terminates the thread in the middle of its task, or
 * lets it finish a short task that calls native code. A thread that has long had nothing to do
 * ends, and its memory is free.
 */
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { workerPort } from '../../channel/node-ports';
import { ClosedError } from '../../channel/port';
import { Remote } from '../../channel/remote';
import { t } from '../../text/translate';
import type { RunTask, TaskOptions, TaskTable } from '../../util/tasks';
import type { TaskCalls } from './serve-tasks';

const MAX_IDLE_MS = 30_000;

interface TaskWorker<Tasks extends TaskTable<Tasks>> {
  thread: Worker;
  remote: Remote<TaskCalls<Tasks>>;
  /** Ends the thread while it is idle. */
  end: NodeJS.Timeout | undefined;
  isTerminated: boolean;
}

/** A task that waits for a worker. */
interface WaitingTask<Tasks extends TaskTable<Tasks>> {
  name: keyof Tasks & string;
  params: Tasks[keyof Tasks & string]['params'];
  options: TaskOptions;
  resolve: (result: unknown) => void;
  reject: (error: unknown) => void;
}

export interface TaskPoolOptions<Name> {
  /** Maximum threads. */
  size?: number;
  /** Time without a task after which a thread ends, in milliseconds. */
  maxIdleMs?: number;
  /**
   * Tasks that are not terminated, since they call native code, which could end the whole process
   * (docs/decisions/worker-threads.md): they must be short.
   */
  finishing?: readonly Name[];
}

export class TaskPool<Tasks extends TaskTable<Tasks>> {
  private readonly idle: TaskWorker<Tasks>[] = [];
  private readonly waiting: WaitingTask<Tasks>[] = [];
  private started = 0;

  readonly size: number;
  private readonly maxIdleMs: number;
  private readonly finishing: ReadonlySet<string>;

  /** @param script of the threads, which calls `serveTasks`. */
  constructor(
    private readonly script: string,
    options: TaskPoolOptions<keyof Tasks & string> = {},
  ) {
    this.size = options.size ?? availableParallelism();
    this.maxIdleMs = options.maxIdleMs ?? MAX_IDLE_MS;
    this.finishing = new Set(options.finishing);
  }

  /** Number of threads now. */
  get threads(): number {
    return this.started;
  }

  /** @throws what the task throws; the signal's reason; Error where the worker crashes. */
  readonly run: RunTask<Tasks> = (name, params, options) =>
    new Promise((resolve, reject) => {
      this.waiting.push({
        name,
        params,
        options,
        resolve,
        reject,
      });
      this.next();
    });

  /** Starts a thread for the next task, if there is none: its code loads meanwhile. */
  warm(): void {
    if (this.started === 0) this.rest(this.start());
  }

  private next(): void {
    while (this.waiting.length > 0 && (this.idle.length > 0 || this.started < this.size)) {
      const task = this.waiting.shift()!;
      const { signal } = task.options;
      if (signal?.aborted === true) task.reject(signal.reason);
      else void this.work(this.idle.pop() ?? this.start(), task);
    }
  }

  private start(): TaskWorker<Tasks> {
    this.started += 1;
    const thread = new Worker(this.script);
    const port = workerPort(thread);
    const worker: TaskWorker<Tasks> = {
      thread,
      remote: new Remote<TaskCalls<Tasks>>(port),
      end: undefined,
      isTerminated: false,
    };
    port.onClose(() => {
      this.started -= 1;
      clearTimeout(worker.end);
      this.forget(worker);
      this.next();
    });
    return worker;
  }

  private rest(worker: TaskWorker<Tasks>): void {
    this.idle.push(worker);
    worker.thread.unref(); // idle threads do not keep the process alive
    worker.end = setTimeout(() => {
      this.forget(worker);
      void worker.thread.terminate();
    }, this.maxIdleMs).unref();
  }

  /** Gives the worker no more tasks. */
  private forget(worker: TaskWorker<Tasks>): void {
    const at = this.idle.indexOf(worker);
    if (at >= 0) this.idle.splice(at, 1);
  }

  private async work(
    worker: TaskWorker<Tasks>,
    { name, params, options, resolve, reject }: WaitingTask<Tasks>,
  ) {
    const { thread, remote } = worker;
    clearTimeout(worker.end);
    thread.ref();
    const { signal, onStep } = options;
    const cancel = () => {
      reject(signal!.reason);
      if (this.finishing.has(name)) return;
      worker.isTerminated = true;
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
      if (!worker.isTerminated && remote.closed === undefined) this.rest(worker);
      this.next();
    }
  }
}

const workerFailed = (cause: ClosedError) =>
  new Error(t('a worker thread failed: {0}', cause.message), { cause });
