/**
 * Reads whole files the way the disk they lie on is fastest at. From memory or a near disk a file
 * comes at once, and handing the work to another thread costs more than the work: its four calls
 * wake that thread four times, which takes the core from one that computes. From a far or turning
 * disk files are waited for, so several are asked for at a time.
 */
import { readRegularFile, readRegularFileSync } from '../util/read-regular-file';

/** Mean time of a file, in milliseconds, from which on files are worth waiting for elsewhere. */
const SLOW = 2;
/** Weight of the latest file in the mean. */
const LATEST = 0.1;
/** Files read elsewhere until the disk is tried again. */
const AGAIN = 200;

let mean = 0;
let elsewhere = 0;

/**
 * @param limit largest file, in bytes.
 * @throws a system error; UserError where it is no regular file, or too large.
 */
export async function readWhole(path: string | Buffer, limit: number): Promise<Buffer> {
  if (mean > SLOW && elsewhere < AGAIN) {
    elsewhere += 1;
    return readRegularFile(path, limit);
  }
  if (elsewhere >= AGAIN) {
    elsewhere = 0;
    mean = SLOW;
  }
  const start = performance.now();
  const bytes = readRegularFileSync(path, limit);
  // A large file takes its time on any disk: what counts is the time until it comes, not that of
  // copying a megabyte.
  const waited = (performance.now() - start) / Math.max(1, bytes.length / 1e6);
  mean += LATEST * (waited - mean);
  return bytes;
}
