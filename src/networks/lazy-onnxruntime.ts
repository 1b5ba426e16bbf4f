/**
 * Loads ONNX Runtime on first use. Loading takes about 80 ms per thread, and some threads never
 * need it: the engine's main thread, which reads about the bundled networks in the cache, and
 * threads that only decode for a GPU. No other module may load it: without the variables of
 * util/native-environment.ts it sends telemetry.
 */
import { createRequire } from 'node:module';
import type * as Library from 'onnxruntime-node';
import { ensureNativeEnvironment } from '../util/native-environment';

let library: typeof Library | undefined;

/**
 * @throws Error in a thread whose process did not set the variables.
 * @see ensureNativeEnvironment
 */
export function onnxruntime(): typeof Library {
  if (library === undefined) {
    ensureNativeEnvironment();
    library = createRequire(__filename)('onnxruntime-node') as typeof Library;
  }
  return library;
}
