/** Limits the memory of the images that are decoded at the same time, by all threads together. */
import { setTimeout } from 'node:timers/promises';

/** Smaller images are not counted, in bytes: a thread decodes only a few of them at a time. */
const MIN_COUNTED_BYTES = 50e6;
/** Interval in which a waiting image tries again, in milliseconds. */
const POLL_MS = 20;

/** Unit of the counter, in bytes: 32 bits hold up to two terabytes. */
const KILOBYTE = 1000;

export class MemoryBudget {
  private readonly remaining: Int32Array;

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
    if (bytes < MIN_COUNTED_BYTES) return work();
    const share = Math.ceil(bytes / KILOBYTE);
    while (!this.take(share)) await setTimeout(POLL_MS);
    try {
      return await work();
    } finally {
      Atomics.add(this.remaining, 0, share);
    }
  }

  private take(share: number): boolean {
    if (Atomics.sub(this.remaining, 0, share) >= share) return true;
    Atomics.add(this.remaining, 0, share);
    return false;
  }
}
