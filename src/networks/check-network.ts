/**
 * Checks whether a network that comes from elsewhere can be used, before any other process opens
 * it. A child process with limits of time and memory inspects the file (inspect-network.ts), loads
 * it and runs it on test images: a crash or an endless computation in ONNX Runtime ends that
 * process only. Networks that passed are remembered by their content.
 */
import type { NetworkInfo } from '../domain/networks';
import { hashOf } from '../util/content-hash';
import { messageOf, UserError } from '../util/errors';
import { guardMemory } from '../util/memory-guard';
import { type AttributeModel, checkNetworkFile, openModel, readNetwork } from './model';
import { runInChildProcess, type NetworkAnswer } from './tool-process';

/** Remembers the networks that passed: the cache. */
export interface NoteStore {
  note(name: string): unknown;
  setNote(name: string, value: unknown): void;
}

/**
 * Version of the check. Raise it when the check or the version of ONNX Runtime changes, so that all
 * networks are checked again.
 */
const VERSION = 1;

/** In milliseconds. ViT-B needs about 8 s on two cores, by its number of operations. */
const TIME_LIMIT_MS = 30_000;

/**
 * Memory limit in bytes: a base, plus a multiple of the file's size. The network is in memory as
 * bytes, as a message, as weights, and as weights in the order of the kernels.
 */
const MEMORY_LIMIT = { base: 1.5e9, perByte: 5 };

/** Crops of the second and third test runs; the first has one. */
const BATCH_SIZE = 4;

/** Largest difference between two runs on the same crops: threads may add in different orders. */
const REPEAT_TOLERANCE = 1e-3;

/** Networks that passed in this process, by the hash of their content. */
const passed = new Map<string, NetworkInfo>();

const noteName = (hash: string) => `network checked ${VERSION} ${hash}`;

/**
 * @param hash of the file's content.
 * @throws UserError naming the file, the problem and what was expected; the signal's reason if it
 * is aborted.
 */
export async function checkNetwork(
  file: string,
  hash: string,
  { notes, signal }: { notes?: NoteStore | undefined; signal?: AbortSignal | undefined } = {},
): Promise<NetworkInfo> {
  const noted = notes?.note(noteName(hash)) as NetworkInfo | undefined;
  if (noted !== undefined) return noted;
  const info = passed.get(hash) ?? (await checkInChildProcess(file, hash, signal));
  passed.set(hash, info);
  notes?.setNote(noteName(hash), info);
  return info;
}

async function checkInChildProcess(
  file: string,
  hash: string,
  signal: AbortSignal | undefined,
): Promise<NetworkInfo> {
  let answer: NetworkAnswer;
  try {
    answer = await runInChildProcess('checkNetwork', { file, hash }, TIME_LIMIT_MS, signal);
  } catch (error) {
    signal?.throwIfAborted();
    throw new UserError(`the model '${file}' cannot be used: ${messageOf(error)}`, {
      cause: error,
    });
  }
  if ('problem' in answer) throw new UserError(answer.problem);
  return answer.info;
}

/** The check itself, in the child process. Limits the memory of the process. Never rejects. */
export async function testNetwork({
  file,
  hash,
}: {
  file: string;
  hash: string;
}): Promise<NetworkAnswer> {
  try {
    const bytes = await readNetwork(file);
    guardMemory(MEMORY_LIMIT.base + MEMORY_LIMIT.perByte * bytes.length);
    if (hashOf(bytes) !== hash)
      throw new UserError(`the model file '${file}' changed while it was being checked: try again`);
    checkNetworkFile(file, bytes);
    const model = await openModel(file, { provider: 'cpu' });
    await testRuns(file, model);
    const { crop, attributes } = model;
    return { info: { crop, attributes } };
  } catch (error) {
    return {
      problem:
        error instanceof UserError
          ? error.message
          : `the model '${file}' cannot be used: ${messageOf(error)}`,
    };
  }
}

/**
 * Runs a network on one crop, and twice on several: black and white ones, whose variance is zero,
 * and noise.
 */
async function testRuns(file: string, model: AttributeModel): Promise<void> {
  const size = model.crop.width * model.crop.height * 3;
  const gray = new Uint8Array(size).fill(127);
  const noise = Uint8Array.from(
    { length: BATCH_SIZE * size },
    (_, i) => Math.imul(i, 2654435761) >>> 24,
  );
  const crops = noise.fill(0, 0, size).fill(255, size, 2 * size);
  await model.infer(gray, 1);
  const first = Float32Array.from(await model.infer(crops, BATCH_SIZE));
  const second = await model.infer(crops, BATCH_SIZE);
  const difference = first.reduce(
    (most, value, i) => Math.max(most, Math.abs(value - second[i]!)),
    0,
  );
  if (difference > REPEAT_TOLERANCE) {
    throw new UserError(
      `the model '${file}' cannot be used: it gives different results for the same images (by up to ${difference.toFixed(3)})`,
    );
  }
}
