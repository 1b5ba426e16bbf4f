/** Decoders in WebAssembly: loaded when the first image needs them, in the thread that decodes. */
import { t } from '../../text/translate';
import { readFileSync } from 'node:fs';

/**
 * Memory of an instance that is kept for the next image, at most, in bytes: it never shrinks. That
 * of a photo of 12 megapixels is larger.
 */
const MAX_KEPT_BYTES = 64e6;

/** What the code around a WebAssembly module, which Emscripten writes, offers. */
export interface EmscriptenModule {
  HEAPU8: Uint8Array;
}

/** The parameters of the functions that Emscripten writes. */
export interface EmscriptenOptions {
  print: () => void;
  printErr: () => void;
  /** Instantiates the module that is compiled already. */
  instantiateWasm: (
    imports: object,
    done: (instance: { exports: Record<string, unknown> }) => void,
  ) => Record<string, unknown>;
}

/**
 * One decoder. After an image that it cannot decode its memory may be in any state, so the next
 * image gets a new instance. Compiled code, which is fast only after some images, is kept.
 */
export class WasmDecoder<Module extends EmscriptenModule> {
  private compiled: object | undefined;
  private instance: Promise<Module> | undefined;

  /** @param start calls the function that Emscripten wrote. */
  constructor(
    private readonly file: () => string,
    private readonly start: (options: EmscriptenOptions) => Module | Promise<Module>,
  ) {}

  async use<T>(work: (module: Module) => T): Promise<T> {
    const instance = (this.instance ??= this.create());
    try {
      const module = await instance;
      const result = work(module);
      if (module.HEAPU8.byteLength > MAX_KEPT_BYTES) this.discard(instance);
      return result;
    } catch (error) {
      this.discard(instance);
      // Exceptions of C++ are numbers, or objects of their own.
      throw error instanceof Error ? error : new Error(t('its decoder found an error'));
    }
  }

  private discard(instance: Promise<Module>): void {
    if (this.instance === instance) this.instance = undefined;
  }

  private async create(): Promise<Module> {
    this.compiled ??= new WebAssembly.Module(new Uint8Array(readFileSync(this.file())));
    const { compiled } = this;
    return this.start({
      print: () => undefined,
      printErr: () => undefined,
      instantiateWasm: (imports, done) => {
        const instance = new WebAssembly.Instance(compiled, imports);
        done(instance);
        return instance.exports;
      },
    });
  }
}
