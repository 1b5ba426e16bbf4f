/** Mutual exclusion of asynchronous work. */

/** @returns a function that runs work in order, each after the previous one has ended or failed. */
export function createMutex(): <T>(work: () => Promise<T>) => Promise<T> {
  let tail: Promise<unknown> = Promise.resolve();
  return (work) => {
    const result = tail.then(work);
    tail = result.catch(() => undefined); // the caller receives the error
    return result;
  };
}
