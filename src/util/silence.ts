/** Timeouts for processes and threads that stop responding. */

/** Milliseconds between two checks. */
const TICK = 250;

export interface Silence {
  /** Restarts the timeout. */
  touch: () => void;
  stop: () => void;
  /** Whether the timeout has passed. */
  readonly passed: boolean;
}

/**
 * Calls `onSilent` once after `limit` milliseconds without a `touch`. Counts ticks of a timer, so
 * time in which the machine sleeps or this process is stopped does not count.
 */
export function watchSilence(limit: number, onSilent: () => void): Silence {
  let ticks = Math.ceil(limit / TICK);
  let passed = false;
  const timer = setInterval(() => {
    ticks -= 1;
    if (ticks > 0) return;
    clearInterval(timer);
    passed = true;
    onSilent();
  }, TICK);
  timer.unref();
  return {
    touch: () => {
      ticks = Math.ceil(limit / TICK);
    },
    stop: () => {
      clearInterval(timer);
    },
    get passed() {
      return passed;
    },
  };
}

/**
 * @param limit in milliseconds.
 * @throws what the work throws; Error where it takes longer, while the work continues.
 */
export function withinLimit<T>(work: Promise<T>, limit: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const silence = watchSilence(limit, () => {
      reject(new Error(`no answer within ${String(limit / 1000)} s`));
    });
    void work.then(resolve, reject).finally(silence.stop);
  });
}
