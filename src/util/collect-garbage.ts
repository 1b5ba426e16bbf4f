/**
 * V8 lets garbage gather as long as it finds memory plenty: some 64 MB of freed buffers, and as
 * much again of objects. What a run passes on (crops as JPEGs, records on their way to the store)
 * lives just long enough to be taken for long-lived, so that this would be a good part of the
 * engine's memory.
 */
import { getHeapStatistics } from 'node:v8';

/** Bytes beyond what was in use the last time after which it is looked at what is in use still. */
export const GC_THRESHOLD_BYTES = 16e6;

let inUse = 0;

/**
 * To be called now and then in a long loop. Takes some twenty milliseconds where it has something
 * to do.
 */
export function collectGarbage(letGather = GC_THRESHOLD_BYTES): void {
  const { gc } = globalThis; // there with --expose-gc, which engine/client.ts gives the engine
  if (gc === undefined || taken() < inUse + letGather) return;
  gc();
  inUse = taken();
}

/** Bytes of objects and buffers, garbage included. */
function taken(): number {
  const { used_heap_size: objects, external_memory: buffers } = getHeapStatistics();
  return objects + buffers;
}
