/**
 * Reads whole files, and entries of archives, synchronously or asynchronously, whichever is faster
 * on their disk. From memory or a local SSD a file comes at once. Reading it asynchronously would
 * wake another thread four times, which takes a core from a thread that computes. On a network or a
 * hard disk the wait dominates, so several files are read at a time.
 */
import { entryPlace } from '../archives/archive-path';
import { readEntry } from '../archives/read-entry';
import { readRegularFile, readRegularFileSync } from '../util/read-regular-file';

/**
 * Mean latency in milliseconds (per megabyte of larger files) above which reading is asynchronous.
 */
const SLOW_MS_PER_MB = 2;
/** Weight of the latest file in the mean. */
const LATEST_WEIGHT = 0.1;
/** Files read asynchronously before the disk is measured again. */
const RETRY_AFTER_FILES = 200;

let meanMs = 0;
let asyncReads = 0;

/**
 * @param limit largest size, in bytes.
 * @throws a system error; UserError where it is not a regular file, or too large.
 */
export async function readWhole(path: string | Buffer, limit: number): Promise<Buffer> {
  const place = entryPlace(path);
  if (meanMs > SLOW_MS_PER_MB && asyncReads < RETRY_AFTER_FILES) {
    asyncReads += 1;
    return place === undefined
      ? readRegularFile(path, limit)
      : readEntry(place, limit, { ahead: true });
  }
  if (asyncReads >= RETRY_AFTER_FILES) {
    asyncReads = 0;
    meanMs = SLOW_MS_PER_MB;
  }
  const start = performance.now();
  const bytes =
    place === undefined
      ? readRegularFileSync(path, limit)
      : await readEntry(place, limit, { ahead: false });
  // Large files take long on any disk. Dividing by the size leaves the latency.
  const latency = (performance.now() - start) / Math.max(1, bytes.length / 1e6);
  meanMs += LATEST_WEIGHT * (latency - meanMs);
  return bytes;
}
