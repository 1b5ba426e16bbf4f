/**
 * ONNX Runtime, loaded when it is first asked for: it takes some 80 ms of every thread, and the engine's main thread, which knows of the bundled
 * networks from the store, and threads that only decode for a GPU need none of it.
 */
import { createRequire } from 'node:module';
import type * as Library from 'onnxruntime-node';

let library: typeof Library | undefined;

export const onnxruntime = (): typeof Library => (library ??= createRequire(__filename)('onnxruntime-node') as typeof Library);
