/**
 * ONNX Runtime, loaded when it is first asked for: it takes some 80 ms of every thread, and the
 * engine's main thread, which knows of the bundled networks from the store, and threads that only
 * decode for a GPU need none of it. Nothing else may load it: without the variables of
 * util/native-environment.ts it sends events to its maker.
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
