/**
 * Memory of crops, used again and again: a describing thread makes some hundred a second, and each new one would cost its pages and the collector's
 * time.
 */

/** Crops that wait to be used again, at most: more than a thread has in the making at a time. */
const SPARE = 64;

const spare: Buffer[] = [];

/** @returns bytes of any content. */
export function takeBuffer(length: number): Buffer {
  for (let buffer = spare.pop(); buffer !== undefined; buffer = spare.pop()) if (buffer.length === length) return buffer;
  return Buffer.allocUnsafeSlow(length); // of its own memory, so that it can be given to another thread
}

/** Whoever gives a buffer back looks at it no more, and is the only one who has it. */
export function giveBack(buffer: Buffer): void {
  if (spare.length < SPARE) spare.push(buffer);
}
