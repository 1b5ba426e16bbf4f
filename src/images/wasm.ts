/**
 * Runs WebAssembly modules whose memory is laid out anew for each call. Inputs are copied into the
 * memory, and results out of it.
 */
import type { Box } from '../domain/faces';
import { acquireBuffer } from './buffer-pool';
import type { Pixels } from './pixels';

/** Export of every module beside its functions. */
interface WithMemory {
  memory: { buffer: ArrayBuffer; grow(pages: number): number };
}

const PAGE_BYTES = 65_536;
/** An instance with more memory, in bytes, is dropped after the call: memory never shrinks. */
const MAX_KEPT_BYTES = 16e6;
/** Unused bytes after each array: loops may read and write a few bytes beyond its end. */
const MARGIN_BYTES = 32;
const ALIGNMENT_BYTES = 16;

/** Assigns addresses in the memory of a call. */
export class Layout {
  /** In bytes. */
  length = 0;

  /** @returns address of `length` bytes, a multiple of 16. */
  room(length: number): number {
    const at = this.length;
    this.length = Math.ceil((at + length + MARGIN_BYTES) / ALIGNMENT_BYTES) * ALIGNMENT_BYTES;
    return at;
  }
}

/**
 * A module, instantiated on first use in each thread.
 * @param bytes of the module, which exports its memory and `Functions`.
 */
export class WasmModule<Functions> {
  private compiled: object | undefined;
  private instance: (Functions & WithMemory) | undefined;

  constructor(private readonly bytes: Uint8Array<ArrayBuffer>) {}

  /** Calls `use` with the functions and enough memory for a layout, valid during the call only. */
  with<T>({ length }: Layout, use: (functions: Functions, memory: ArrayBuffer) => T): T {
    this.compiled ??= new WebAssembly.Module(this.bytes);
    this.instance ??= new WebAssembly.Instance(this.compiled).exports as unknown as Functions &
      WithMemory;
    const { instance } = this;
    const missing = length - instance.memory.buffer.byteLength;
    if (missing > 0) instance.memory.grow(Math.ceil(missing / PAGE_BYTES));
    if (length > MAX_KEPT_BYTES) this.instance = undefined;
    return use(instance, instance.memory.buffer);
  }
}

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
