/**
 * Environment variables that keep native libraries from sending reports and from leaving files in
 * the user's folders. Libraries read them with `getenv`, in the environment of the process: a
 * worker thread's `process.env` is a copy they never see, so only a main thread can set them,
 * before it loads anything.
 */
import { getEnvironmentData, isMainThread, setEnvironmentData } from 'node:worker_threads';

/** Variables and their values, for the environment of every process that loads native libraries. */
export const NATIVE_ENVIRONMENT = {
  // ONNX Runtime's builds for Linux and macOS send events (name and metadata of the model, an id of
  // the device) to mobile.events.data.microsoft.com, keep a queue of them in the user's cache
  // folder, and write `mat-debug-PID.log` and `.ses` to the temporary folder, through links that
  // lie there. Any value but '0' and '' stops all four.
  ORT_DISABLE_TELEMETRY: '1',
  // Drivers of graphics processors keep compiled kernels in ~/.cache/mesa_shader_cache,
  // ~/.cache/nvidia/GLCache and ~/.nv/ComputeCache; the last only where a GPU is newer than the
  // library.
  MESA_SHADER_CACHE_DISABLE: 'true',
  __GL_SHADER_DISK_CACHE: '0',
  CUDA_CACHE_DISABLE: '1',
} as const;

/** Key of the environment data by which the main thread informs worker threads. */
const KEY = 'face-clusters-native-environment';

/**
 * Sets the variables in this process, and informs the threads it starts from now on.
 * @throws Error in a worker thread, where it would change a copy only.
 */
export function setNativeEnvironment(): void {
  if (!isMainThread) {
    throw new Error(
      'expected to be called in the main thread: a worker thread cannot set variables that native libraries see',
    );
  }
  Object.assign(process.env, NATIVE_ENVIRONMENT);
  setEnvironmentData(KEY, true);
}

/**
 * To be called right before ONNX Runtime is loaded: sets the variables in a main thread.
 * @throws Error in a worker thread whose process did not set them before it started the thread.
 */
export function ensureNativeEnvironment(): void {
  if (isMainThread) setNativeEnvironment();
  else if (getEnvironmentData(KEY) !== true) {
    throw new Error(
      `will not load ONNX Runtime in this thread: expected setNativeEnvironment() to have been called in the main ` +
        `thread before it started this one, so that ${Object.keys(NATIVE_ENVIRONMENT).join(', ')} are set`,
    );
  }
}
