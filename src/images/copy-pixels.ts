/** Copies pixels into the memory of WebAssembly, and out of it. */
import type { Box } from '../domain/faces';
import { acquireBuffer } from './buffer-pool';
import type { Pixels } from './pixels';

/**
 * Copies a part of RGB pixels, row by row, to an address.
 * @param step one of this many rows is copied, the middle one.
 */
export function copyIn(
  { data, width }: Pixels,
  part: Box,
  memory: ArrayBuffer,
  to: number,
  step = 1,
): void {
  const all = new Uint8Array(memory);
  const stride = part.width * 3;
  if (part.width === width && step === 1) {
    all.set(data.subarray(part.y * stride, (part.y + part.height) * stride), to);
    return;
  }
  for (let row = 0; row < part.height; row++) {
    const from = ((part.y + Math.floor((row + 0.5) * step)) * width + part.x) * 3;
    all.set(data.subarray(from, from + stride), to + row * stride);
  }
}

/** @returns a copy of the bytes at an address, in `into` if given. */
export function copyOut(
  memory: ArrayBuffer,
  from: number,
  length: number,
  into: Buffer = acquireBuffer(length),
): Buffer {
  into.set(new Uint8Array(memory, from, length));
  return into;
}
