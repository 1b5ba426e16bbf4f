/** Number of image worker threads: one for each core. */
import { availableParallelism } from 'node:os';
import { isMainThread } from 'node:worker_threads';

/** Limit of the memory: each thread holds a network. */
export const MAX_THREADS = 16;

/**
 * Whether this is one of as many threads as there are cores. Such a thread gains nothing by handing
 * work to another thread: both would compete for a core and its cache.
 */
export const isOneACore = !isMainThread && availableParallelism() <= MAX_THREADS;
