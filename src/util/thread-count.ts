/** Threads that describe faces: one a core. */
import { availableParallelism } from 'node:os';
import { isMainThread } from 'node:worker_threads';

/** More than this would take more memory than they save time: each holds a network of its own. */
export const MAX_THREADS = 16;

/**
 * Whether this is one of as many threads as there are cores. What such a thread hands to yet
 * another one, it only takes turns with for the cores, and each turn begins with a cache full of
 * the other's data.
 */
export const isOneACore = !isMainThread && availableParallelism() <= MAX_THREADS;
