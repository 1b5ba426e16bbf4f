/** Lets the event loop process messages (cancel, progress) during a long computation. */
import { setImmediate } from 'node:timers/promises';

/** Longest computation between two turns of the event loop, in milliseconds. */
const MAX_STRETCH_MS = 30;
let last = performance.now();

/**
 * Await it often in long loops; it costs almost nothing until `MAX_STRETCH_MS` have passed.
 * @throws the signal's reason where it is aborted.
 */
export async function yieldToEventLoop(signal?: AbortSignal): Promise<void> {
  if (performance.now() - last > MAX_STRETCH_MS) {
    await setImmediate();
    last = performance.now();
  }
  signal?.throwIfAborted();
}
