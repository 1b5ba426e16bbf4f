/** The describing threads of a run, one a core. */
import { availableParallelism } from 'node:os';
import type { Worker } from 'node:worker_threads';
import type { DescribedImages, WantedImage } from '../faces/describe';
import { MOST_THREADS } from '../faces/threads';
import { unpackError } from './thread-errors';
import type { DescriberReply, DescriberSetup } from './describer';
import { send, takeThread } from './ready-threads';

/** Requests a thread has at a time: while it computes for one, files of the next are read on the pool's threads, and decoded where libvips does it. */
const AT_A_TIME = 2;

interface Waiting {
  thread: Thread;
  resolve: (result: DescribedImages) => void;
  reject: (error: unknown) => void;
}

interface Thread {
  worker: Worker;
  /** Requests it has. */
  busy: number;
}

/** Threads for so many images. */
export const describersFor = (images: number): number => Math.max(1, Math.min(availableParallelism(), MOST_THREADS, Math.ceil(images / 4)));

export class Describers {
  private readonly threads: Thread[] = [];
  private readonly waiting = new Map<number, Waiting>();
  /** Memory of crops that nobody looks at any more. */
  private readonly spare: SharedArrayBuffer[] = [];
  private nextId = 1;
  private closed = false;

  /** @param images how many there are to describe, at most: few images need few threads. */
  constructor(
    private readonly setup: DescriberSetup,
    images: number,
  ) {
    this.size = describersFor(images);
  }

  /** Threads, at most. */
  readonly size: number;

  /** Requests that are worked on at a time. */
  get concurrency(): number {
    return this.size * AT_A_TIME;
  }

  /** @throws whatever the network throws; UserError where it cannot be loaded. */
  describe(images: WantedImage[]): Promise<DescribedImages> {
    if (this.closed) return Promise.reject(new Error('the describing threads are closed'));
    const thread = this.free();
    const id = this.nextId++;
    thread.busy += 1;
    return new Promise<DescribedImages>((resolve, reject) => {
      this.waiting.set(id, { thread, resolve, reject });
      send(thread.worker, { kind: 'describe', id, images, spare: this.spare.pop() });
    });
  }

  /** Crops that were described are looked at no more: their memory is used for others. */
  giveBack(crops: Uint8Array<SharedArrayBuffer>): void {
    this.spare.push(crops.buffer);
  }

  /** Lets each thread finish what it is in the middle of, then ends it. */
  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    await Promise.all(
      this.threads.map(
        ({ worker }) =>
          new Promise<void>((resolve) => {
            worker.once('exit', () => {
              resolve();
            });
            send(worker, { kind: 'close' });
          }),
      ),
    );
  }

  private free(): Thread {
    const [least] = [...this.threads].sort((a, b) => a.busy - b.busy);
    if (least !== undefined && (least.busy === 0 || this.threads.length >= this.size)) return least;
    const worker = takeThread();
    const thread = { worker, busy: 0 };
    worker.on('message', (reply: DescriberReply) => {
      this.receive(reply);
    });
    worker.on('error', (error) => {
      this.fail(thread, error);
    });
    worker.on('exit', () => {
      this.fail(thread, new Error('a describing thread ended by itself'));
    });
    send(worker, { kind: 'setup', setup: this.setup });
    this.threads.push(thread);
    return thread;
  }

  private receive(reply: DescriberReply) {
    const waiting = this.waiting.get(reply.id);
    if (waiting === undefined) return;
    this.waiting.delete(reply.id);
    waiting.thread.busy -= 1;
    if (reply.kind === 'described') waiting.resolve(reply.result);
    else waiting.reject(unpackError(reply));
  }

  private fail(thread: Thread, error: unknown) {
    for (const [id, waiting] of this.waiting) {
      if (waiting.thread !== thread) continue;
      this.waiting.delete(id);
      waiting.reject(error);
    }
  }
}
