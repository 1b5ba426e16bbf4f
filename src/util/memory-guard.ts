/**
 * Kills this process when it exceeds a memory limit. The main thread may be inside native code that
 * never returns to the event loop, so a second thread watches and kills the process from there.
 * Operating systems' own limits (setrlimit, job objects) cannot be set from Node.js.
 */
import { Worker } from 'node:worker_threads';
import { megabytes } from '../text/sizes';
import { t } from '../text/translate';

/**
 * Milliseconds between two samples. Memory fills at several GB a second, so the limit is exceeded
 * by about 100 MB.
 */
const INTERVAL = 20;

const MARK = 'face-clusters: memory limit';

/** Code of the watching thread. A string, so that no file is needed next to each bundle. */
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
    } catch {} // nobody reads stderr any more
    process.kill(process.pid, 'SIGKILL');
  }
  if (isOrphan()) process.kill(process.pid, 'SIGKILL');
}, interval);
`;

/**
 * From now on, this process is killed as soon as its resident memory exceeds the limit, or its
 * parent process is gone. The reason is written to stderr: `memoryReason` finds it there.
 * @param limit in bytes of resident memory of the whole process (Node.js alone takes about 50 MB).
 */
export function guardMemory(limit: number): void {
  const worker = new Worker(WATCH, {
    eval: true,
    execArgv: [],
    workerData: { limit, parent: process.ppid, interval: INTERVAL, mark: MARK },
    resourceLimits: { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 4 },
  });
  worker.unref(); // do not keep the process alive
}

/**
 * Why the guard killed a process, for people; undefined if it did not.
 * @param stderr the last lines the process wrote to stderr.
 */
export function memoryReason(stderr: string): string | undefined {
  const at = stderr.lastIndexOf(`${MARK} `);
  if (at < 0) return undefined;
  return t(
    'it needs more than {0} of memory',
    megabytes(parseInt(stderr.slice(at + MARK.length + 1), 10)),
  );
}
