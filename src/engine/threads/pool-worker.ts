/** One image worker of a pool: a thread or a process, and the calls it has. */
import { ClosedError } from '../../channel/port';
import type { Remote } from '../../channel/remote';
import { messageOf } from '../../util/errors';
import { type Silence, watchSilence, withinLimit } from '../../util/silence';
import type { ImageWorkerCalls, ImageWorkerSetup } from './image-worker';

/** Time a worker has to open its networks, in milliseconds. */
const START_LIMIT_MS = 60_000;

/** Time a worker has to end by itself, in milliseconds. */
const CLOSE_LIMIT_MS = 5_000;

/** A worker ended, or did not answer in time. */
export class LostWorker extends Error {
  override name = 'LostWorker';
}

export interface WorkerConnection {
  remote: Remote<ImageWorkerCalls>;
  /** Kills a process; undefined for a thread, which cannot be ended in a native call. */
  kill: (() => void) | undefined;
  ended: Promise<unknown>;
}

export class PoolWorker {
  /** Calls under way. */
  busy = 0;
  /** Resolves when its networks are open, or it is lost. */
  private ready: Promise<void> = Promise.resolve();
  /** Touched by every message; undefined while the worker is idle. */
  private silence: Silence | undefined;
  /** Rejects when the worker is lost. */
  private readonly lost: Promise<never>;
  private failLost: (error: LostWorker) => void = () => undefined;

  /**
   * @param silenceLimit time without a message in which a busy worker is lost, in milliseconds.
   * @param onLost called when the worker is not to be used any more, but may still run.
   */
  constructor(
    private readonly connection: WorkerConnection,
    private readonly silenceLimit: number,
    private readonly onLost: (worker: PoolWorker) => void,
  ) {
    this.lost = new Promise<never>((_, reject) => {
      this.failLost = reject;
    });
    this.lost.catch(() => undefined); // there may be no call that waits for it
  }

  get ended(): Promise<unknown> {
    return this.connection.ended;
  }

  /** Opens its networks; a worker that cannot is lost. */
  setUp(setup: ImageWorkerSetup): void {
    const call = this.connection.remote.call('setUp', setup);
    this.ready = withinLimit(call, START_LIMIT_MS).then(
      () => undefined,
      (error: unknown) => {
        this.lose(messageOf(error)); // does nothing where the worker has ended
      },
    );
  }

  /** @throws LostWorker; what the worker throws. */
  async call<Name extends 'describe' | 'look'>(
    name: Name,
    params: ImageWorkerCalls[Name]['params'],
  ): Promise<ImageWorkerCalls[Name]['result']> {
    this.busy += 1;
    await this.ready;
    const silence = (this.silence ??= watchSilence(this.silenceLimit, () => {
      this.lose('nothing was heard from an image worker');
    }));
    try {
      const answer = this.connection.remote.call(name, params, { onProgress: silence.touch });
      return await Promise.race([answer, this.lost]);
    } catch (error) {
      if (!(error instanceof ClosedError)) throw error;
      throw new LostWorker(error.message, { cause: error });
    } finally {
      this.busy -= 1;
      silence.touch();
      if (this.busy === 0) {
        silence.stop();
        this.silence = undefined;
      }
    }
  }

  /** Lets the worker finish its calls, then ends it. @returns whether it ended. */
  async close(): Promise<boolean> {
    const { remote, ended } = this.connection;
    if (remote.closed !== undefined) return true;
    remote.call('close', undefined).catch(() => undefined); // the worker ends before it answers
    try {
      await withinLimit(ended, CLOSE_LIMIT_MS);
      return true;
    } catch {
      return this.terminate();
    }
  }

  /** Ends the worker in the middle of its calls. @returns false for a thread that goes on. */
  terminate(): boolean {
    const { remote, kill } = this.connection;
    kill?.();
    return kill !== undefined || remote.closed !== undefined;
  }

  /** Gives the worker up: its calls fail with a LostWorker. */
  private lose(reason: string): void {
    this.onLost(this);
    this.failLost(new LostWorker(reason));
  }
}
