/**
 * The client of the engine, for the extension host and the command line: starts the engine's
 * processes, and makes calls to them.
 */
import { availableParallelism } from 'node:os';
import pLimit from 'p-limit';
import { type ForkedProcess, forkProcess } from '../channel/child-process';
import { unpackError } from '../channel/messages';
import { ClosedError } from '../channel/port';
import { libraryPath } from '../cuda/diagnose';
import type { Progress } from '../domain/progress';
import type { EngineCalls, EngineCall } from '../protocol/engine';
import { t } from '../text/translate';
import { CancelledError } from '../util/errors';
import { NATIVE_ENVIRONMENT } from '../util/native-environment';
import { outputCleaner } from '../util/unfinished-output';
import { CALL_KINDS, type EngineTable } from './call-kinds';
import { lateOptimization } from './late-optimization';
import type { WorkerHost } from './threads/image-worker-pool';

/** A process of the engine ended in the middle of a call. */
export class EngineDied extends Error {
  override name = 'EngineDied';
}

/** Time a cancelled job has to end, in milliseconds; then its process is killed. */
const CANCEL_LIMIT_MS = 700;
/** Maximum jobs at a time; others wait. Each uses all cores by itself. */
const MAX_JOBS = 3;
/** Maximum processes without work that are kept for later calls. */
const MAX_IDLE = 1;
/** Characters of the output of a process that an error quotes. */
const OUTPUT_TAIL_CHARS = 300;

export interface CallOptions {
  onProgress?: ((progress: Progress) => void) | undefined;
  signal?: AbortSignal | undefined;
}

type EngineProcess = ForkedProcess<EngineTable>;
type Params<Name extends EngineCall> = EngineCalls[Name]['params'];
type Result<Name extends EngineCall> = EngineCalls[Name]['result'];

export class EngineClient {
  /** All running processes. */
  private readonly processes = new Set<EngineProcess>();
  /** Processes without work. */
  private idle: EngineProcess[] = [];
  /** The process that all views share. */
  private views: EngineProcess | undefined;
  private readonly jobs = pLimit(MAX_JOBS);
  private disposed = false;

  /** Peak memory of any process of the engine, in bytes. */
  peakMemory = 0;

  /**
   * @param script path of the engine's bundle.
   * @param log takes the output of the engine.
   * @param libraries folders with NVIDIA's libraries, besides those of the system.
   */
  constructor(
    private readonly script: string,
    private readonly log: (text: string) => void = () => undefined,
    private readonly libraries: () => readonly string[] = () => [],
  ) {}

  /** Process ids of the engine. */
  get pids(): number[] {
    return [...this.processes].map(({ child }) => child.pid).filter((pid) => pid !== undefined);
  }

  /**
   * Makes a call, starting a process where none is free.
   * @throws UserError, CancelledError, EngineDied, or an Error with the engine's stack.
   */
  async call<Name extends EngineCall>(
    name: Name,
    params: Params<Name>,
    options: CallOptions = {},
  ): Promise<Result<Name>> {
    throwIfCancelled(options);
    const kind = CALL_KINDS[name];
    if (kind !== 'view') return this.inQueue(options.signal, () => this.job(name, params, options));
    try {
      return await this.view(name, params, options);
    } catch (error) {
      // Another view may have crashed the process they share.
      if (!(error instanceof EngineDied)) throw error;
      return await this.view(name, params, options);
    }
  }

  /** Ends every process when its calls are done, so that new ones use newly installed libraries. */
  renew(): void {
    for (const process of this.idle) process.kill();
    this.idle = [];
    for (const process of this.processes) this.retire(process);
  }

  /** Kills all processes; none is started any more. */
  dispose(): void {
    this.disposed = true;
    for (const { kill } of this.processes) kill();
  }

  // ----------------------------------------------------------------------------------------- calls

  /** Does work when fewer than `MAX_JOBS` are under way; a cancel ends the wait at once. */
  private inQueue<Value>(signal: AbortSignal | undefined, work: () => Promise<Value>) {
    return new Promise<Value>((resolve, reject) => {
      const cancel = () => {
        reject(new CancelledError());
      };
      signal?.addEventListener('abort', cancel, { once: true });
      const begin = () => {
        signal?.removeEventListener('abort', cancel);
        return work();
      };
      this.jobs(begin).then(resolve, reject);
    });
  }

  private async view<Name extends EngineCall>(
    name: Name,
    params: Params<Name>,
    options: CallOptions,
  ) {
    const process = (this.views ??= this.take());
    try {
      return await this.ask(process, name, params, 'thread', options);
    } finally {
      this.rest(process);
    }
  }

  private async job<Name extends EngineCall>(
    name: Name,
    params: Params<Name>,
    options: CallOptions,
  ) {
    try {
      return await this.jobOnce(name, params, 'thread', options);
    } catch (error) {
      if (!(error instanceof EngineDied) || CALL_KINDS[name] !== 'images') throw error;
      this.log(`${error.message}; images are read in processes of their own now\n`);
      return await this.jobOnce(name, params, 'process', options);
    }
  }

  private async jobOnce<Name extends EngineCall>(
    name: Name,
    params: Params<Name>,
    host: WorkerHost,
    options: CallOptions,
  ): Promise<Result<Name>> {
    throwIfCancelled(options);
    const { signal } = options;
    const clean = 'outDir' in params && params.outDir ? outputCleaner(params.outDir) : undefined;
    const process = this.take();
    let limit: NodeJS.Timeout | undefined;
    const cancel = () => {
      // In a native call the process does not receive the cancel. All of its state is on disk.
      limit = setTimeout(process.kill, CANCEL_LIMIT_MS);
    };
    signal?.addEventListener('abort', cancel, { once: true });
    try {
      return await this.ask(process, name, params, host, options);
    } catch (error) {
      if (process.remote.closed !== undefined) await clean?.();
      throw signal?.aborted === true ? new CancelledError() : error;
    } finally {
      clearTimeout(limit);
      signal?.removeEventListener('abort', cancel);
      this.rest(process);
    }
  }

  private async ask<Name extends EngineCall>(
    process: EngineProcess,
    name: Name,
    params: Params<Name>,
    host: WorkerHost,
    { signal, onProgress }: CallOptions,
  ): Promise<Result<Name>> {
    try {
      const answer = await process.remote.call(name, { params, host }, { signal, onProgress });
      this.peakMemory = Math.max(this.peakMemory, answer.peakMemory);
      if (answer.retired) this.retire(process);
      if ('error' in answer.outcome) throw unpackError(answer.outcome.error);
      return answer.outcome.result;
    } catch (error) {
      if (!(error instanceof ClosedError)) throw error;
      const output = process.output().trim();
      const last = output === '' ? '' : `: ${output.slice(-OUTPUT_TAIL_CHARS)}`;
      throw new EngineDied(t('the engine failed: {0}', error.message + last), { cause: error });
    }
  }

  // ------------------------------------------------------------------------------------- processes

  private readonly retired = new WeakSet<EngineProcess>();

  private retire(process: EngineProcess): void {
    this.retired.add(process);
    if (this.views === process) this.views = undefined;
    this.rest(process);
  }

  /** Takes a process without work, or starts one. */
  private take(): EngineProcess {
    if (this.disposed) throw new CancelledError();
    return this.idle.pop() ?? this.start();
  }

  /** Keeps a process without work for later calls, or kills it. */
  private rest(process: EngineProcess): void {
    if (
      process.remote.calls > 0 ||
      process.remote.closed !== undefined ||
      this.idle.includes(process)
    )
      return;
    if (this.views === process) this.views = undefined;
    if (this.retired.has(process) || this.idle.length >= MAX_IDLE) process.kill();
    else this.idle.push(process);
  }

  private start(): EngineProcess {
    const started = forkProcess<EngineTable>(this.script, [], {
      // Otherwise V8's young generation grows with the length of the run. collect-garbage.ts
      // collects garbage often.
      execArgv: ['--max-semi-space-size=4', '--expose-gc', ...lateOptimization()],
      env: {
        ...process.env,
        ...libraryPath(this.libraries()),
        ...NATIVE_ENVIRONMENT,
        ELECTRON_RUN_AS_NODE: '1', // desktop VS Code's own executable is Electron
        UV_THREADPOOL_SIZE: String(availableParallelism() + 1), // images decode on these threads
        // otherwise glibc keeps an arena for each thread, and memory grows with the run
        MALLOC_ARENA_MAX: '2',
        // memory of decoded photos returns to the system when it is freed, and leaves no holes
        MALLOC_MMAP_THRESHOLD_: String(1 << 20),
      },
      onOutput: this.log,
    });
    this.processes.add(started);
    void started.ended.then(() => {
      this.processes.delete(started);
      this.idle = this.idle.filter((other) => other !== started);
      if (this.views === started) this.views = undefined;
    });
    return started;
  }
}

function throwIfCancelled({ signal }: CallOptions): void {
  if (signal?.aborted === true) throw new CancelledError();
}
