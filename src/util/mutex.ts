/** Work that shares something only one may use at a time. */

/**
 * @returns a function that runs what it is given one after the other, each when the one before is
 * done or has failed.
 */
export function createMutex(): <T>(work: () => Promise<T>) => Promise<T> {
  let tail: Promise<unknown> = Promise.resolve();
  return (work) => {
    const result = tail.then(work);
    tail = result.catch(() => undefined); // thrown to whoever asked
    return result;
  };
}
