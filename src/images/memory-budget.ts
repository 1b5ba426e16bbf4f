/** Limits the memory of the images that are decoded at the same time, by all threads together. */
import { setTimeout } from 'node:timers/promises';

/** Smaller images are not counted, in bytes: a thread decodes only a few of them at a time. */
const MIN_COUNTED_BYTES = 50e6;
/** Interval in which a waiting image tries again, in milliseconds. */
const POLL_MS = 20;

/** Unit of the counter, in bytes: 32 bits hold up to two terabytes. */
const KILOBYTE = 1000;

/**
 * Time for which a thread may do nothing but wait, in milliseconds: the memory of a decoder that
 * hangs never comes back.
 */
const MAX_WAIT_MS = 120_000;

export class MemoryBudget {
  private readonly remaining: Int32Array;
  /** Images of this thread that are decoded, and when one that waits began to. */
  private decoding = 0;
  private readonly waiting = new Set<{ since: number }>();

  /** @param memory the counter of a budget that was made with `of`, shared by the threads. */
  constructor(readonly memory: SharedArrayBuffer) {
    this.remaining = new Int32Array(memory);
  }

  /** @param bytes size of the budget. */
  static withSize(bytes: number): MemoryBudget {
    const budget = new MemoryBudget(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
    budget.remaining[0] = Math.floor(bytes / KILOBYTE);
    return budget;
  }

  /**
   * Runs `work` as soon as the budget has room for its memory.
   * @param bytes at most the size of the budget: with more it would wait forever.
   */
  async run<T>(bytes: number, work: () => Promise<T>): Promise<T> {
    if (bytes < MIN_COUNTED_BYTES) return this.counted(work);
    const share = Math.ceil(bytes / KILOBYTE);
    await this.takeLater(share);
    try {
      return await this.counted(work);
    } finally {
      Atomics.add(this.remaining, 0, share);
    }
  }

  /** Whether all images of this thread wait for memory, and not for too long. */
  get isWaiting(): boolean {
    const now = performance.now();
    const all = [...this.waiting];
    return (
      this.decoding === 0 && all.length > 0 && all.every(({ since }) => now - since < MAX_WAIT_MS)
    );
  }

  private async takeLater(share: number): Promise<void> {
    const wait = { since: performance.now() };
    this.waiting.add(wait);
    try {
      while (!this.take(share)) await setTimeout(POLL_MS);
    } finally {
      this.waiting.delete(wait);
    }
  }

  private async counted<T>(work: () => Promise<T>): Promise<T> {
    this.decoding += 1;
    try {
      return await work();
    } finally {
      this.decoding -= 1;
    }
  }

  private take(share: number): boolean {
    if (Atomics.sub(this.remaining, 0, share) >= share) return true;
    Atomics.add(this.remaining, 0, share);
    return false;
  }
}
