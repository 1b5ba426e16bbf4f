/**
 * Where a run's findings are written to the store: in this process, or, where a GPU makes thousands a second, in one of their own, since writing them
 * would take half of the main thread's time. (LMDB lets several processes use a store; several threads would share its memory map, which
 * `FaceStore.unmap` gives back.)
 */
import { type ChildProcess, fork } from 'node:child_process';
import { messageOf } from '../errors';
import { ownScript } from '../faces/in-process';
import { FaceStore, type StoreRecord } from '../store/face-store';

export interface Findings {
  records: readonly StoreRecord[];
  /** JPEGs; `crops` of the records name them by their position here. */
  strips: readonly Buffer[];
  keys: { finder: string; model: string };
  /** Bytes the store may take. */
  limit: number;
}

export interface Keeping {
  /** Resolves when more may be given. Never fails. */
  keep(findings: Findings): Promise<void>;
  /** Resolves when all is written. @returns why something could not be kept, or undefined. */
  settled(): Promise<string | undefined>;
  /** Lets go of it when what was given is written. */
  end(): Promise<void>;
}

/** Writes at once. */
export class KeepingHere implements Keeping {
  constructor(private readonly store: FaceStore) {}

  keep({ records, strips, keys, limit }: Findings): Promise<void> {
    this.store.keep(records, strips, keys, limit);
    return Promise.resolve();
  }

  settled(): Promise<string | undefined> {
    return Promise.resolve(this.store.problem);
  }

  end(): Promise<void> {
    return Promise.resolve();
  }
}

/** Pieces that are on their way to the process, at most. */
const UNDER_WAY = 4;

/** What the process answers to each piece: why nothing can be kept any more, or undefined. */
interface KeepingReply {
  problem: string | undefined;
}

/** Writes in a process of its own, which starts with the first piece: a run of known images needs none. */
export class KeepingElsewhere implements Keeping {
  private problem: string | undefined;
  /** To be called when a piece is written or lost, in their order. */
  private readonly underWay: (() => void)[] = [];
  private last: Promise<void> = Promise.resolve();
  private child: ChildProcess | undefined;
  private ended: Promise<void> = Promise.resolve();

  /**
   * @param folder of the store.
   * @param script the engine's.
   */
  constructor(
    private readonly folder: string,
    private readonly script = ownScript(),
  ) {}

  async keep(findings: Findings): Promise<void> {
    const child = (this.child ??= this.start());
    this.last = new Promise((resolve) => this.underWay.push(resolve));
    if (!child.connected) this.lost('the process that keeps it is gone');
    else {
      child.send(findings, (error) => {
        if (error !== null) this.lost('the process that keeps it is gone');
      });
    }
    if (this.underWay.length >= UNDER_WAY) await this.last;
  }

  async settled(): Promise<string | undefined> {
    await this.last;
    return this.problem;
  }

  async end(): Promise<void> {
    if (this.child?.connected === true) this.child.disconnect(); // it hears what was sent before
    await this.ended;
  }

  private start(): ChildProcess {
    const child = fork(this.script, ['--keep', this.folder], {
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      execArgv: [],
    });
    child.on('message', ({ problem }: KeepingReply) => {
      this.problem ??= problem;
      this.underWay.shift()?.();
    });
    this.ended = new Promise((resolve) => {
      const end = (how: string) => {
        this.lost(`the process that keeps it ${how}`);
        resolve();
      };
      child.once('error', (error) => {
        end(`did not start (${error.message})`);
      });
      child.once('exit', (code, signal) => {
        end(`ended (${signal ?? `status ${String(code)}`})`);
      });
    });
    return child;
  }

  /** What is under way will not be answered. */
  private lost(problem: string): void {
    if (this.underWay.length > 0) this.problem ??= problem;
    for (const resolve of this.underWay.splice(0)) resolve();
  }
}

/** What the process does: it writes what it is sent, in order, until whoever started it is gone. */
export async function keepFor(folder: string): Promise<void> {
  const reply = (problem: string | undefined) => {
    if (process.connected) process.send?.({ problem } satisfies KeepingReply, () => undefined); // a failed answer has nobody to hear it
  };
  // Asked while it is opened, it answers when it is.
  const opening = FaceStore.open(folder).catch(messageOf);
  let tail: Promise<void> = Promise.resolve();
  process.on('message', ({ records, strips, keys, limit }: Findings) => {
    tail = tail.then(async () => {
      const store = await opening;
      if (typeof store === 'string') {
        reply(store);
        return;
      }
      store.keep(records, strips, keys, limit);
      store.unmap();
      reply(store.problem);
    });
  });
  await new Promise((resolve) => process.once('disconnect', resolve));
  await tail;
  process.exit(0);
}
