/**
 * Memory of decoded images and crops, used again and again: a describing thread fills some hundred
 * buffers a second, or some gigabytes, and each new one would cost its pages, which the system
 * clears first, and the collector's time. Each thread has its own.
 */

/**
 * Buffers that wait to be used again, at most: more than a thread has crops in the making at a
 * time.
 */
const MAX_POOLED = 64;
/** And so many bytes: four photos as they are decoded. */
const MAX_POOLED_BYTES = 32e6;
/**
 * A buffer is used for something smaller, but for nothing that needs less than this share of it.
 */
const MIN_FILL = 0.5;

const spare: ArrayBuffer[] = [];
let spareBytes = 0;

/** @returns bytes of any content, at the beginning of memory of their own. */
export function acquireBuffer(length: number): Buffer<ArrayBuffer> {
  let best: number | undefined;
  // The latest first: it may lie in the cache still.
  for (let i = spare.length - 1; i >= 0; i--) {
    const { byteLength } = spare[i]!;
    if (byteLength < length || byteLength * MIN_FILL > length) continue;
    if (best === undefined || byteLength < spare[best]!.byteLength) best = i;
  }
  if (best === undefined) return Buffer.allocUnsafeSlow(length);
  const [memory] = spare.splice(best, 1);
  spareBytes -= memory!.byteLength;
  return Buffer.from(memory!, 0, length);
}

/**
 * Takes bytes with memory of their own, none of Node's pool. Whoever gives them back looks at them
 * no more, and is the only one who has them.
 */
export function releaseBuffer({ buffer }: Uint8Array): void {
  if (
    !(buffer instanceof ArrayBuffer) ||
    spare.length >= MAX_POOLED ||
    spareBytes + buffer.byteLength > MAX_POOLED_BYTES
  )
    return;
  spare.push(buffer);
  spareBytes += buffer.byteLength;
}
