/**
 * Earlier garbage collection than V8's own, which lets up to about 64 MB of freed buffers and as
 * much of objects accumulate. JPEGs of crops and records for the store live just long enough to be
 * promoted to the old generation, so this would be a large part of the engine's memory.
 */
import { getHeapStatistics } from 'node:v8';

/** Growth of the memory, in bytes, after which garbage is collected. */
export const GC_THRESHOLD_BYTES = 16e6;

let inUse = 0;

/**
 * Collects garbage if the memory has grown by `threshold` bytes since the last time, which takes
 * about 20 ms. Call it regularly in long loops.
 */
export function collectGarbage(threshold = GC_THRESHOLD_BYTES): void {
  const { gc } = globalThis; // defined with --expose-gc, which engine/client.ts passes
  if (gc === undefined || allocatedBytes() < inUse + threshold) return;
  gc();
  inUse = allocatedBytes();
}

/** Bytes of objects and buffers, garbage included. */
function allocatedBytes(): number {
  const { used_heap_size: objects, external_memory: buffers } = getHeapStatistics();
  return objects + buffers;
}
