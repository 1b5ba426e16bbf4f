/** Work that may wait, so that frames are in time while a person scrolls. */

/** What of it is done in a frame: about a millisecond. */
const A_FRAME = 2;

const waiting = new Set<() => void>();

/** Resolves in one of the next frames, or at once when `hurry` is called. */
export function turn(): { come: Promise<void>; hurry: () => void } {
  let hurry: () => void = () => undefined;
  const come = new Promise<void>((resolve) => {
    hurry = () => {
      waiting.delete(hurry);
      resolve();
    };
  });
  if (waiting.size === 0) requestAnimationFrame(next);
  waiting.add(hurry);
  return { come, hurry };
}

function next() {
  for (const hurry of [...waiting].slice(0, A_FRAME)) hurry();
  if (waiting.size > 0) requestAnimationFrame(next);
}

/** How long a person has done nothing before work is done in advance, in milliseconds. */
const REST = 300;
/** What a person does that must not wait for such work. */
const ACTIVITY = ['scroll', 'wheel', 'pointermove', 'keydown'] as const;

/** Does work before it is needed, one thing at a time, while a person does nothing. */
export class InAdvance<T> {
  private readonly items = new Set<T>();
  private isRunning = false;
  /** When to begin, by `performance.now()`. */
  private from = 0;

  /** @param work must not fail. */
  constructor(private readonly work: (item: T) => Promise<void>) {
    for (const type of ACTIVITY)
      window.addEventListener(type, this.wait, { capture: true, passive: true });
  }

  /** Adds what is to be done, after all the rest. */
  add(item: T): void {
    this.items.add(item);
    this.wait();
    if (!this.isRunning) void this.run();
  }

  forget(item: T): void {
    this.items.delete(item);
  }

  private readonly wait = () => {
    this.from = performance.now() + REST;
  };

  private async run() {
    this.isRunning = true;
    for (const item of this.items) {
      for (;;) {
        const rest = this.from - performance.now();
        if (rest <= 0) break;
        await new Promise((resolve) => setTimeout(resolve, rest));
      }
      if (!this.items.delete(item)) continue; // it was forgotten meanwhile
      await this.work(item);
    }
    this.isRunning = false;
  }
}

/** Makes requests, a few at a time, and none that is no longer wanted when its turn comes. */
export class RequestQueue {
  private readonly queue: (() => Promise<void>)[] = [];
  private running = 0;

  /** @param most requests at a time. */
  constructor(private readonly most: number) {}

  /** @returns undefined where it was not wanted any more when its turn came. */
  add<T>(isWanted: () => boolean, request: () => Promise<T>): Promise<T | undefined> {
    return new Promise((resolve, reject) => {
      const start = async () => {
        if (isWanted()) await request().then(resolve, reject);
        else resolve(undefined);
      };
      this.queue.push(start);
      this.next();
    });
  }

  private next(): void {
    while (this.running < this.most && this.queue.length > 0) {
      const start = this.queue.shift()!;
      this.running += 1;
      void start().finally(() => {
        this.running -= 1;
        this.next();
      });
    }
  }
}
