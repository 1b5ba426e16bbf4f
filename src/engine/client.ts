/** The other end of the engine: starts its process, asks it, and tells when it died. Used by the extension host and the command line. */
import { type ChildProcess, fork } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { libraryPath } from '../cuda/diagnose';
import { CancelledError, UserError } from '../errors';
import type { EngineCall, EngineCalls, EngineReply, EngineRequest, Progress } from '../protocol';
import { NATIVE_ENVIRONMENT } from '../util/native-environment';

/** The engine's process ended in the middle of a call. */
export class EngineDied extends Error {
  override name = 'EngineDied';
}

/** Time the engine has to obey a cancel, in milliseconds; then its process is ended. */
const CANCEL_LIMIT = 700;

interface Pending {
  resolve: (result: unknown) => void;
  reject: (error: Error) => void;
  onProgress: ((progress: Progress) => void) | undefined;
}

export interface CallOptions {
  onProgress?: ((progress: Progress) => void) | undefined;
  signal?: AbortSignal | undefined;
}

export class EngineClient {
  private child: ChildProcess | undefined;
  private readonly pending = new Map<number, Pending>();
  private nextId = 1;
  private lastWords = '';

  /** Largest memory the engine's process has had so far, in bytes. */
  peakMemory = 0;

  /**
   * @param script path of the engine's bundle.
   * @param log takes what the engine prints.
   * @param libraries folders in which the engine finds NVIDIA's libraries, beside the system's.
   */
  constructor(
    private readonly script: string,
    private readonly log: (text: string) => void = () => undefined,
    private readonly libraries: () => readonly string[] = () => [],
  ) {}

  /** Process id, or undefined where the engine does not run. */
  get pid(): number | undefined {
    return this.child?.pid;
  }

  /**
   * Asks the engine, starting it first where it does not run.
   * @throws UserError, CancelledError, EngineDied, or an Error with the engine's stack.
   */
  async call<Name extends EngineCall>(
    name: Name,
    params: EngineCalls[Name]['params'],
    { onProgress, signal }: CallOptions = {},
  ): Promise<EngineCalls[Name]['result']> {
    if (signal?.aborted) throw new CancelledError();
    const child = this.start();
    const id = this.nextId++;
    return new Promise((resolve, reject) => {
      const onAbort = () => {
        this.send(child, { kind: 'cancel', id });
        setTimeout(() => {
          // Deep in a native call it cannot hear us. Its process holds nothing that is not on disk.
          if (this.pending.has(id)) child.kill('SIGKILL');
        }, CANCEL_LIMIT);
      };
      const settle = () => {
        this.pending.delete(id);
        signal?.removeEventListener('abort', onAbort);
      };
      this.pending.set(id, {
        onProgress,
        resolve: (result) => {
          settle();
          resolve(result as EngineCalls[Name]['result']); // the engine's handlers are typed by the same table
        },
        reject: (error) => {
          settle();
          reject(signal?.aborted ? new CancelledError() : error);
        },
      });
      signal?.addEventListener('abort', onAbort, { once: true });
      this.send(child, { kind: 'call', id, name, params } as EngineRequest);
    });
  }

  /** Ends the process. */
  dispose(): void {
    this.child?.kill('SIGKILL');
  }

  private start(): ChildProcess {
    if (this.child !== undefined) return this.child;
    this.lastWords = '';
    const child = fork(this.script, [], {
      serialization: 'advanced',
      // V8 would let its young generation grow with the length of the run; collect-garbage.ts keeps its garbage small.
      execArgv: ['--max-semi-space-size=4', '--expose-gc'],
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      env: {
        ...process.env,
        ...libraryPath(this.libraries()),
        ...NATIVE_ENVIRONMENT,
        ELECTRON_RUN_AS_NODE: '1', // desktop VS Code's own executable is Electron
        UV_THREADPOOL_SIZE: String(availableParallelism() + 1), // images decode on these threads
        MALLOC_ARENA_MAX: '2', // glibc keeps an arena a thread otherwise, and memory grows with the run
        MALLOC_MMAP_THRESHOLD_: String(1 << 20), // decoded photos go back to the system when they are freed, instead of leaving holes
      },
    });
    this.child = child;
    const hear = (chunk: Buffer) => {
      const text = chunk.toString();
      this.lastWords = (this.lastWords + text).slice(-2000);
      this.log(text);
    };
    child.stdout?.on('data', hear);
    child.stderr?.on('data', hear);
    child.on('message', (reply: EngineReply) => {
      this.receive(reply);
    });
    child.on('error', (error) => {
      this.ended(child, `it could not be started: ${error.message}`);
    });
    child.on('exit', (code, signal) => {
      this.ended(child, signal === null ? `status ${String(code)}` : `signal ${signal}`);
    });
    return child;
  }

  private send(child: ChildProcess, request: EngineRequest) {
    if (child.connected) child.send(request, () => undefined); // a failed send is followed by 'exit'
  }

  private receive(reply: EngineReply) {
    if (reply.kind === 'ready') return;
    const pending = this.pending.get(reply.id);
    if (pending === undefined) return; // cancelled meanwhile
    switch (reply.kind) {
      case 'progress':
        pending.onProgress?.(reply.progress);
        break;
      case 'done':
        this.peakMemory = Math.max(this.peakMemory, reply.peakMemory);
        pending.resolve(reply.result);
        break;
      case 'failed':
        pending.reject(failure(reply));
        break;
    }
  }

  private ended(child: ChildProcess, how: string) {
    if (this.child !== child) return;
    this.child = undefined;
    const words = this.lastWords.trim();
    const error = new EngineDied(`the engine's process ended (${how})${words === '' ? '' : `: ${words.slice(-300)}`}`);
    for (const { reject } of [...this.pending.values()]) reject(error);
  }
}

function failure({ reason, message, stack }: Extract<EngineReply, { kind: 'failed' }>): Error {
  if (reason === 'cancelled') return new CancelledError();
  if (reason === 'user') return new UserError(message);
  const error = new Error(message);
  if (stack !== undefined) error.stack = stack;
  return error;
}
