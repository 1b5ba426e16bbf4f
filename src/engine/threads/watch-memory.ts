/** Ends a process that takes too much memory. */
import { megabytes } from '../../text/sizes';

/** How often the memory is measured, in milliseconds. */
const INTERVAL_MS = 200;

/**
 * Kills this process when its resident memory exceeds a limit. Threads share the process, so one
 * that takes memory without end cannot be ended alone; the client begins the run again with
 * processes.
 * @param limit in bytes.
 */
export function killAboveMemory(limit: number): NodeJS.Timeout {
  const timer = setInterval(() => {
    if (process.memoryUsage.rss() < limit) return;
    console.error(`the engine takes more than ${megabytes(limit)} of memory`);
    process.kill(process.pid, 'SIGKILL');
  }, INTERVAL_MS);
  timer.unref();
  return timer;
}
