/**
 * A pool of memory for decoded images and crops, one per thread. An image worker fills hundreds of
 * buffers per second, up to some gigabytes. For each new buffer the system would have to clear
 * pages, and the garbage collector to free them.
 */

/** Buffers in the pool, at most: more than the crops that a thread makes at a time. */
const MAX_POOLED = 64;
/** Bytes in the pool, at most: about four decoded photos. */
const MAX_POOLED_BYTES = 32e6;
/** Smallest share of a buffer that is used: smaller requests do not take a large buffer. */
const MIN_FILL = 0.5;

const pool: ArrayBuffer[] = [];
let pooledBytes = 0;

/** @returns uninitialized bytes, at the beginning of an ArrayBuffer of their own. */
export function acquireBuffer(length: number): Buffer<ArrayBuffer> {
  let best: number | undefined;
  // The latest first: it may still be in the processor's cache.
  for (let i = pool.length - 1; i >= 0; i--) {
    const { byteLength } = pool[i]!;
    if (byteLength < length || byteLength * MIN_FILL > length) continue;
    if (best === undefined || byteLength < pool[best]!.byteLength) best = i;
  }
  if (best === undefined) return Buffer.allocUnsafeSlow(length);
  const [memory] = pool.splice(best, 1);
  pooledBytes -= memory!.byteLength;
  return Buffer.from(memory!, 0, length);
}

/**
 * Returns the memory of bytes to the pool. They must not be used afterwards, and must not share
 * their memory with others (as small Buffers of Node's pool do). Shared memory is ignored.
 */
export function releaseBuffer({ buffer }: Uint8Array): void {
  if (
    !(buffer instanceof ArrayBuffer) ||
    pool.length >= MAX_POOLED ||
    pooledBytes + buffer.byteLength > MAX_POOLED_BYTES
  )
    return;
  pool.push(buffer);
  pooledBytes += buffer.byteLength;
}
