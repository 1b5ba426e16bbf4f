/**
 * Where a run's findings are written to the store: in this process, or, where a GPU makes thousands a second, in one of their own, since writing them
 * would take half of the main thread's time. (LMDB lets several processes use a store; several threads would share its memory map, which
 * `FaceStore.unmap` gives back.)
 */
import { type ChildProcess, fork } from 'node:child_process';
import { messageOf } from '../errors';
import { FaceStore, type KnownFile, type StoreRecord } from '../store/face-store';

export interface Findings {
  records: readonly StoreRecord[];
  /** JPEGs; `crops` of the records name them by their position here. */
  strips: readonly Buffer[];
  keys: { finder: string; model: string };
  /** Bytes the store may take. */
  limit: number;
}

/** Of known images, which is noted at the end of a run. */
export interface Uses {
  files: readonly KnownFile[];
  strips: readonly number[];
}

export interface Keeping {
  /** Resolves when more may be given. Never fails. */
  keep(findings: Findings): Promise<void>;
  /** Notes what was used, when all is written. @returns why something could not be kept, or undefined. */
  finish(uses: Uses): Promise<string | undefined>;
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

  finish({ files, strips }: Uses): Promise<string | undefined> {
    this.store.touch(files, strips);
    return Promise.resolve(this.store.problem);
  }

  end(): Promise<void> {
    return Promise.resolve();
  }
}

/** Pieces that are on their way to the process, at most. */
const UNDER_WAY = 4;

export type KeepingRequest = ({ kind: 'keep' } & Findings) | ({ kind: 'finish' } & Uses);
/** One for each request: why nothing can be kept any more, or undefined. */
export interface KeepingReply {
  problem: string | undefined;
}

/** Writes in a process of its own. */
export class KeepingElsewhere implements Keeping {
  private problem: string | undefined;
  private readonly answers: ((reply: KeepingReply) => void)[] = [];
  private readonly child: ChildProcess;
  private readonly ended: Promise<void>;

  /**
   * @param folder of the store.
   * @param script the engine's.
   */
  constructor(folder: string, script = process.argv[1] ?? __filename) {
    this.child = fork(script, ['--keep', folder], {
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      execArgv: [],
    });
    this.child.on('message', (reply: KeepingReply) => {
      this.answers.shift()?.(reply);
    });
    this.ended = new Promise((resolve) => {
      const end = (problem: string) => {
        for (const answer of this.answers.splice(0)) answer({ problem });
        resolve();
      };
      this.child.once('error', (error) => {
        end(`the process that keeps it did not start (${error.message})`);
      });
      this.child.once('exit', (code, signal) => {
        end(`the process that keeps it ended (${signal ?? `status ${String(code)}`})`);
      });
    });
  }

  async keep(findings: Findings): Promise<void> {
    const answered = this.ask({ kind: 'keep', ...findings });
    if (this.answers.length >= UNDER_WAY) await answered;
  }

  async finish(uses: Uses): Promise<string | undefined> {
    await this.ask({ kind: 'finish', ...uses });
    return this.problem;
  }

  async end(): Promise<void> {
    if (this.child.connected) this.child.disconnect(); // it hears what was sent before
    await this.ended;
  }

  private ask(request: KeepingRequest): Promise<void> {
    return new Promise((resolve) => {
      this.answers.push(({ problem }) => {
        this.problem ??= problem;
        resolve();
      });
      const lost = () => {
        for (const answer of this.answers.splice(0)) answer({ problem: 'the process that keeps it is gone' });
      };
      if (!this.child.connected) lost();
      else
        this.child.send(request, (error) => {
          if (error !== null) lost();
        });
    });
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
  process.on('message', (request: KeepingRequest) => {
    tail = tail.then(async () => {
      const store = await opening;
      if (typeof store === 'string') {
        reply(store);
        return;
      }
      if (request.kind === 'keep') {
        store.keep(request.records, request.strips, request.keys, request.limit);
        store.unmap();
      } else store.touch(request.files, request.strips);
      reply(store.problem);
    });
  });
  await new Promise((resolve) => process.once('disconnect', resolve));
  await tail;
  process.exit(0);
}
