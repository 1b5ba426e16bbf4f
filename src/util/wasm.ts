/**
 * Runs WebAssembly modules whose memory is laid out anew by each user. Inputs are copied into the
 * memory, and results out of it.
 */

/** Export of every module beside its functions. */
interface WithMemory {
  memory: { buffer: ArrayBuffer; grow(pages: number): number };
}

const PAGE_BYTES = 65_536;
/** An instance with more memory, in bytes, is dropped after its use: memory never shrinks. */
const MAX_KEPT_BYTES = 16e6;
/** Unused bytes after each array: loops may read and write a few bytes beyond its end. */
const MARGIN_BYTES = 32;
const ALIGNMENT_BYTES = 16;

/** Assigns addresses in a memory. */
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

/** An instance of a module, for one user at a time. */
export interface WasmInstance<Functions> {
  functions: Functions;
  memory: ArrayBuffer;
  /** Lets others use the instance; its user must not use it any more. */
  giveBack: () => void;
}

/**
 * A module, compiled on first use in each thread.
 * @param bytes of the module, which exports its memory and `Functions`.
 */
export class WasmModule<Functions> {
  private compiled: object | undefined;
  /** An instance that nobody uses. */
  private idle: (Functions & WithMemory) | undefined;

  constructor(private readonly bytes: Uint8Array<ArrayBuffer>) {}

  /** @returns an instance with enough memory for a layout, of arbitrary contents. */
  take({ length }: Layout): WasmInstance<Functions> {
    this.compiled ??= new WebAssembly.Module(this.bytes);
    const instance =
      this.idle ??
      (new WebAssembly.Instance(this.compiled).exports as unknown as Functions & WithMemory);
    this.idle = undefined;
    const missing = length - instance.memory.buffer.byteLength;
    if (missing > 0) instance.memory.grow(Math.ceil(missing / PAGE_BYTES));
    const giveBack = () => {
      if (length <= MAX_KEPT_BYTES) this.idle = instance;
    };
    return { functions: instance, memory: instance.memory.buffer, giveBack };
  }

  /** Calls `use` with the functions and enough memory for a layout, valid during the call only. */
  with<T>(layout: Layout, use: (functions: Functions, memory: ArrayBuffer) => T): T {
    const { functions, memory, giveBack } = this.take(layout);
    const result = use(functions, memory);
    giveBack();
    return result;
  }
}
