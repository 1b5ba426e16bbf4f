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
