/**
 * WebAssembly modules whose memory is laid out anew for each call: what goes in is copied there,
 * what comes out is copied back.
 */

import type { Box } from '../domain/faces';
import { acquireBuffer } from './buffer-pool';
import type { Pixels } from './pixels';

/** What a module exports beside its functions. */
interface WithMemory {
  memory: { buffer: ArrayBuffer; grow(pages: number): number };
}

const PAGE = 65_536;
/**
 * Memory never shrinks: an instance that has had more than this, for one large photo, is not kept.
 * In bytes.
 */
const KEPT = 16e6;
/**
 * Loops may read and write a few bytes beyond what they need; what is next to it must not be
 * anything's.
 */
const MARGIN = 32;
const ALIGNED = 16;

/** Places in the memory of a call. */
export class Layout {
  /** Bytes so far. */
  length = 0;

  /** @returns address of `length` bytes, a multiple of 16. */
  room(length: number): number {
    const at = this.length;
    this.length = Math.ceil((at + length + MARGIN) / ALIGNED) * ALIGNED;
    return at;
  }
}

/**
 * A module, instantiated when it is first needed, in each thread.
 * @param bytes of the module, which exports its memory and `Functions`.
 */
export class WasmModule<Functions> {
  private compiled: object | undefined;
  private instance: (Functions & WithMemory) | undefined;

  constructor(private readonly bytes: Uint8Array<ArrayBuffer>) {}

  /** Gives `use` the functions and memory enough for a layout; the memory is valid until then. */
  with<T>({ length }: Layout, use: (functions: Functions, memory: ArrayBuffer) => T): T {
    this.compiled ??= new WebAssembly.Module(this.bytes);
    this.instance ??= new WebAssembly.Instance(this.compiled).exports as unknown as Functions &
      WithMemory;
    const { instance } = this;
    const missing = length - instance.memory.buffer.byteLength;
    if (missing > 0) instance.memory.grow(Math.ceil(missing / PAGE));
    if (length > KEPT) this.instance = undefined;
    return use(instance, instance.memory.buffer);
  }
}

/**
 * Copies a part of RGB pixels, row by row, to an address.
 * @param step rows of the image to one that is copied: the one in the middle of them.
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

/** @returns a copy of the bytes at an address: `into`, where it is given. */
export function copyOut(
  memory: ArrayBuffer,
  from: number,
  length: number,
  into: Buffer = acquireBuffer(length),
): Buffer {
  into.set(new Uint8Array(memory, from, length));
  return into;
}
