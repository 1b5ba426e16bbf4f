/** Lets other work (a cancel message, progress) through in the middle of a long computation. */
import { setImmediate } from 'node:timers/promises';

/** Longest stretch of computation between two looks at the messages, in milliseconds. */
const MAX_STRETCH_MS = 30;
let last = performance.now();

/**
 * To be awaited often in long loops; costs almost nothing until `STRETCH` has passed.
 * @throws the signal's reason where it is aborted.
 */
export async function yieldToEventLoop(signal?: AbortSignal): Promise<void> {
  if (performance.now() - last > MAX_STRETCH_MS) {
    await setImmediate();
    last = performance.now();
  }
  signal?.throwIfAborted();
}
