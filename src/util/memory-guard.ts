/**
 * Ends a process that takes more memory than it may. The thread at work may be deep in native code that answers nothing, so
 * that another thread watches, and ends the process from there. Only Linux could be asked to set a limit by itself, and not
 * from Node.js.
 */
import { Worker } from 'node:worker_threads';
import { megabytes } from '../text/sizes';

/** Milliseconds between two looks: memory is filled at some GB a second, so that the limit is exceeded by some 100 MB. */
const INTERVAL = 20;

const MARK = 'face-clusters: memory limit';

/** What the watching thread runs: a text, so that it needs no file of its own beside each bundle. */
const WATCH = `
const { writeSync } = require('node:fs');
const { limit, parent, interval, mark } = require('node:worker_threads').workerData;
const isOrphan = () => {
  if (process.platform !== 'win32') return process.ppid !== parent;
  try {
    process.kill(parent, 0);
    return false;
  } catch (error) {
    return error.code === 'ESRCH';
  }
};
setInterval(() => {
  if (process.memoryUsage.rss() > limit) {
    try {
      writeSync(2, '\\n' + mark + ' ' + limit + '\\n');
    } catch {} // nobody listens: the process ends all the same
    process.kill(process.pid, 'SIGKILL');
  }
  if (isOrphan()) process.kill(process.pid, 'SIGKILL');
}, interval);
`;

/**
 * From now on this process is killed as soon as its resident memory exceeds the limit, or the process that started it is
 * gone. The reason stands on its stderr then: `memoryReason` finds it there.
 * @param limit in bytes, all of the process included (Node.js alone takes some 50 MB).
 */
export function guardMemory(limit: number): void {
  const worker = new Worker(WATCH, {
    eval: true,
    execArgv: [],
    workerData: { limit, parent: process.ppid, interval: INTERVAL, mark: MARK },
    resourceLimits: { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 4 },
  });
  worker.unref(); // the process may end by itself
}

/**
 * Why a guarded process ended, for people; undefined where it was not the guard that ended it.
 * @param stderr the end of what the process wrote there.
 */
export function memoryReason(stderr: string): string | undefined {
  const at = stderr.lastIndexOf(`${MARK} `);
  if (at < 0) return undefined;
  return `it needs more than ${megabytes(parseInt(stderr.slice(at + MARK.length + 1), 10))} of memory`;
}
