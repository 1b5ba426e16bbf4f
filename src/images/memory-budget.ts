/** Memory that images under way may take, all threads together. */
import { setTimeout } from 'node:timers/promises';

/**
 * Images that take less than this, in bytes, are not counted: a thread has a handful of them under
 * way.
 */
const SMALL = 50e6;
/** How often it is looked whether others have given memory back, in milliseconds. */
const POLL = 20;

/** Counted in kilobytes, so that terabytes fit. */
const KILO = 1000;

export class MemoryBudget {
  private readonly left: Int32Array;

  /** @param memory shared by the threads; see `shared`. */
  constructor(readonly memory: SharedArrayBuffer) {
    this.left = new Int32Array(memory);
  }

  /** @param bytes what all images under way may take. */
  static of(bytes: number): MemoryBudget {
    const budget = new MemoryBudget(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
    budget.left[0] = Math.floor(bytes / KILO);
    return budget;
  }

  /**
   * Runs `work` when there is room for what it takes.
   * @param bytes at most what the budget was made with, else it would wait for ever.
   */
  async with<T>(bytes: number, work: () => Promise<T>): Promise<T> {
    if (bytes < SMALL) return work();
    const share = Math.ceil(bytes / KILO);
    while (!this.take(share)) await setTimeout(POLL);
    try {
      return await work();
    } finally {
      Atomics.add(this.left, 0, share);
    }
  }

  private take(share: number): boolean {
    if (Atomics.sub(this.left, 0, share) >= share) return true;
    Atomics.add(this.left, 0, share);
    return false;
  }
}
