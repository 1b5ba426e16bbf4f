/** Notices when nothing has been heard for too long. */

/** How often it is looked, in milliseconds. */
const TICK = 250;

export interface Silence {
  /** Something was heard. */
  touch: () => void;
  stop: () => void;
  /** Whether it lasted too long. */
  readonly passed: boolean;
}

/**
 * Calls `onSilent` once when nothing was heard for `limit` milliseconds. What is counted is the
 * time in which this process ran: a machine that slept, or a process that was stopped, was not
 * silent meanwhile.
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
 * @throws what the work throws; Error where it takes longer. It goes on then: whoever asks may end
 * it.
 */
export function withinLimit<T>(work: Promise<T>, limit: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const silence = watchSilence(limit, () => {
      reject(new Error(`no answer within ${String(limit / 1000)} s`));
    });
    void work.then(resolve, reject).finally(silence.stop);
  });
}
