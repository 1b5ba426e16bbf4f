/**
 * Writes results to the store: in this process, or, where a GPU analyzes thousands of faces a
 * second, in a process of its own, since writing takes half of the main thread's time. (LMDB lets
 * several processes use a store. Several threads would share its memory map, which
 * `FaceStore.unmap` releases.)
 */
import { type ForkedProcess, forkProcess } from '../../channel/child-process';
import { parentEnd } from '../../channel/node-ports';
import { serve } from '../../channel/serve';
import { engineScript } from '../../networks/tool-process';
import { FaceStore } from '../../store/face-store';
import type { StoreRecord } from '../../store/store-records';
import { t } from '../../text/translate';
import { messageOf } from '../../util/errors';

export interface Findings {
  records: readonly StoreRecord[];
  /** JPEGs; `crops` of the records refer to them by their position. */
  strips: readonly Buffer[];
  keys: { finder: string; model: string };
  /** Maximum bytes of the store. */
  limit: number;
}

export interface StoreWriter {
  /** Resolves when the queue has room; never rejects. */
  write(findings: Findings): Promise<void>;
  /** Waits until all is written. @returns why something could not be stored, or undefined. */
  settled(): Promise<string | undefined>;
  /** Ends the writer when all is written. */
  close(): Promise<void>;
}

/** Writes immediately, in this process. */
export class DirectStoreWriter implements StoreWriter {
  constructor(private readonly store: FaceStore) {}

  write({ records, strips, keys, limit }: Findings): Promise<void> {
    this.store.write(records, strips, keys, limit);
    return Promise.resolve();
  }

  settled(): Promise<string | undefined> {
    return Promise.resolve(this.store.problem);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

/** Calls of the store writer process. */
export interface StoreWriterCalls {
  /** Returns why nothing can be stored any more, or undefined. */
  write: { params: Findings; result: string | undefined };
}

/** Maximum writes under way. */
const MAX_PENDING = 4;

/**
 * Writes in a process of its own, which starts with the first write: a run of cached images needs
 * none.
 */
export class ProcessStoreWriter implements StoreWriter {
  private problem: string | undefined;
  private readonly pending = new Set<Promise<void>>();
  private process: ForkedProcess<StoreWriterCalls> | undefined;

  /**
   * @param folder of the store.
   * @param script the engine's.
   */
  constructor(
    private readonly folder: string,
    private readonly script = engineScript(),
  ) {}

  async write(findings: Findings): Promise<void> {
    this.process ??= forkProcess(this.script, ['--write-store', this.folder]);
    const writing = this.process.remote.call('write', findings).then(
      (problem) => {
        this.problem ??= problem;
      },
      (error: unknown) => {
        this.problem ??= t('the process that writes it is gone: {0}', messageOf(error));
      },
    );
    this.pending.add(writing);
    void writing.then(() => this.pending.delete(writing));
    if (this.pending.size >= MAX_PENDING) await Promise.race(this.pending);
  }

  async settled(): Promise<string | undefined> {
    await Promise.all(this.pending);
    return this.problem;
  }

  async close(): Promise<void> {
    await this.settled();
    if (this.process?.child.connected === true) this.process.child.disconnect();
    await this.process?.ended;
  }
}

/** The store writer process: writes in order until its parent is gone. */
export function runStoreWriterProcess(folder: string): void {
  const opening = FaceStore.open(folder).catch(messageOf);
  let tail: Promise<unknown> = Promise.resolve();
  const port = parentEnd();
  serve<StoreWriterCalls>(port, {
    write: ({ records, strips, keys, limit }) => {
      const written = tail.then(async () => {
        const store = await opening;
        if (typeof store === 'string') return store;
        store.write(records, strips, keys, limit);
        store.unmap();
        return store.problem;
      });
      tail = written;
      return written;
    },
  });
  // Writes that were received before are finished.
  port.onClose(() => void tail.finally(() => process.exit(0)));
}
