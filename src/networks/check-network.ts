/**
 * Checks whether a network that comes from elsewhere can be used, before any other process opens
 * it. A separate process with limits of time and memory inspects the file (inspect-network.ts),
 * loads it and runs it on test images, so that a crash or an endless computation in ONNX Runtime
 * stays there. Networks that passed are remembered by their content.
 */
import type { NetworkInfo } from '../domain/networks';
import { hashOf } from '../util/content-hash';
import { messageOf, UserError } from '../util/errors';
import { guardMemory } from '../util/memory-guard';
import { type AttributeModel, checkNetworkFile, openModel, readNetwork } from './model';
import { runInChildProcess, type NetworkAnswer } from './tool-process';

/** Where networks that passed are remembered: the store between runs. */
export interface Notes {
  note(name: string): unknown;
  setNote(name: string, value: unknown): void;
}

/**
 * Raised whenever the check changes, or ONNX Runtime's version does: all networks are checked again
 * then.
 */
const VERSION = 1;

/** Time limit in milliseconds. ViT-B takes about 8 s on two cores, by its number of operations. */
const TIME_LIMIT = 30_000;

/**
 * Memory limit in bytes: a base, plus a multiple of the file, which is in memory as bytes, as a
 * message, as weights, and as weights in the order the kernels want.
 */
const MEMORY = { base: 1.5e9, perByte: 5 };

/** Crops of the larger test run; the smaller one has one. */
const BATCH = 4;

/** Largest difference between two runs on the same crops: threads may add in a different order. */
const SAME = 1e-3;

/** Networks that passed, by their hashes, as long as this process lives. */
const usable = new Map<string, NetworkInfo>();

const noteOf = (hash: string) => `network checked ${VERSION} ${hash}`;

/**
 * @param hash of the file's content.
 * @throws UserError naming the file, the problem and what was expected; the signal's reason if it
 * is aborted.
 */
export async function checkNetwork(
  file: string,
  hash: string,
  { notes, signal }: { notes?: Notes | undefined; signal?: AbortSignal | undefined } = {},
): Promise<NetworkInfo> {
  const kept = notes?.note(noteOf(hash)) as NetworkInfo | undefined;
  if (kept !== undefined) return kept;
  const info = usable.get(hash) ?? (await tryInProcess(file, hash, signal));
  usable.set(hash, info);
  notes?.setNote(noteOf(hash), info);
  return info;
}

async function tryInProcess(
  file: string,
  hash: string,
  signal: AbortSignal | undefined,
): Promise<NetworkInfo> {
  let answer: NetworkAnswer;
  try {
    answer = await runInChildProcess('checkNetwork', { file, hash }, TIME_LIMIT, signal);
  } catch (error) {
    signal?.throwIfAborted();
    throw new UserError(`the model '${file}' cannot be used: ${messageOf(error)}`, {
      cause: error,
    });
  }
  if ('problem' in answer) throw new UserError(answer.problem);
  return answer.info;
}

/**
 * What that process does; its memory is guarded from then on. Never rejects.
 */
export async function tryNetwork({
  file,
  hash,
}: {
  file: string;
  hash: string;
}): Promise<NetworkAnswer> {
  try {
    const bytes = await readNetwork(file);
    guardMemory(MEMORY.base + MEMORY.perByte * bytes.length);
    if (hashOf(bytes) !== hash)
      throw new UserError(`the model file '${file}' changed while it was being checked: try again`);
    checkNetworkFile(file, bytes);
    const model = await openModel(file, { provider: 'cpu' });
    await tryRuns(file, model);
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

/** Runs it on one crop and on several: uniform ones, whose variance is zero, and noise. */
async function tryRuns(file: string, model: AttributeModel): Promise<void> {
  const size = model.crop.width * model.crop.height * 3;
  const gray = new Uint8Array(size).fill(127);
  const noise = Uint8Array.from(
    { length: BATCH * size },
    (_, i) => Math.imul(i, 2654435761) >>> 24,
  );
  const crops = noise.fill(0, 0, size).fill(255, size, 2 * size);
  await model.infer(gray, 1);
  const first = Float32Array.from(await model.infer(crops, BATCH));
  const second = await model.infer(crops, BATCH);
  const difference = first.reduce(
    (most, value, i) => Math.max(most, Math.abs(value - second[i]!)),
    0,
  );
  if (difference > SAME) {
    throw new UserError(
      `the model '${file}' cannot be used: it gives different results for the same images (by up to ${difference.toFixed(3)})`,
    );
  }
}
