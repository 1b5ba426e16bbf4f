/**
 * Checks whether a network that comes from elsewhere can be used, before any other process opens
 * it. A child process with limits of time and memory inspects the file (inspect-network.ts), loads
 * it and runs it on test images: a crash or an endless computation in ONNX Runtime ends that
 * process only. Networks that passed are remembered by their content.
 */
import type { NetworkInfo } from '../domain/networks';
import { t } from '../text/translate';
import { hashOf } from '../util/content-hash';
import { messageOf, UserError } from '../util/errors';
import { guardMemory } from '../util/memory-guard';
import { openContent } from './model';
import { readNetwork } from './network-content';
import { NotProbabilities, testNetworkOn } from './test-network';
import type { SaidWords } from './said-words';
import { runInChildProcess, type NetworkAnswer, type ToolCalls } from './tool-process';

/** Remembers the networks that passed: the cache. */
interface NoteStore {
  note(name: string): unknown;
  setNote(name: string, value: unknown): void;
}

/**
 * Version of the check. Raise it when the check or the version of ONNX Runtime changes, so that all
 * networks are checked again.
 */
const VERSION = 3;

/** In milliseconds. ViT-B needs about 8 s on two cores, by its number of operations. */
const TIME_LIMIT_MS = 30_000;

/**
 * Memory limit in bytes: a base, plus a multiple of the network's size. It is in memory as the
 * bytes of its files, as those of the adapted network, as a message, as weights, and as weights in
 * the order of the kernels.
 */
const MEMORY_LIMIT = { base: 1.5e9, perByte: 7 };

/** Networks that passed in this process, by the hash of their content. */
const passed = new Map<string, NetworkInfo>();

const noteName = (hash: string) => `network checked ${VERSION} ${hash}`;

interface CheckOptions {
  notes?: NoteStore | undefined;
  /** What the user says now, with which the network is wrapped. */
  asked?: SaidWords | undefined;
  signal?: AbortSignal | undefined;
}

/**
 * @param hash of the network as the runtime gets it.
 * @throws UserError naming the file, the problem and what was expected; the signal's reason if it
 * is aborted.
 */
export async function checkNetwork(
  file: string,
  hash: string,
  { notes, asked, signal }: CheckOptions = {},
): Promise<NetworkInfo> {
  const noted = notes?.note(noteName(hash)) as NetworkInfo | undefined;
  if (noted !== undefined) return noted;
  const info = passed.get(hash) ?? (await checkInChildProcess({ file, hash, asked }, signal));
  passed.set(hash, info);
  notes?.setNote(noteName(hash), info);
  return info;
}

async function checkInChildProcess(
  params: ToolCalls['checkNetwork']['params'],
  signal: AbortSignal | undefined,
): Promise<NetworkInfo> {
  let answer: NetworkAnswer;
  try {
    answer = await runInChildProcess('checkNetwork', params, TIME_LIMIT_MS, signal);
  } catch (error) {
    signal?.throwIfAborted();
    throw new UserError(t("the model '{0}' cannot be used: {1}", params.file, messageOf(error)), {
      cause: error,
    });
  }
  if ('problem' in answer)
    throw answer.needsActivation
      ? new NotProbabilities(answer.problem)
      : new UserError(answer.problem);
  return answer.info;
}

/** The check itself, in the child process. Limits the memory of the process. Never rejects. */
export async function testNetwork({
  file,
  hash,
  asked,
}: ToolCalls['checkNetwork']['params']): Promise<NetworkAnswer> {
  try {
    const { bytes, form } = await readNetwork(file, asked);
    guardMemory(MEMORY_LIMIT.base + MEMORY_LIMIT.perByte * bytes.length);
    if (hashOf(bytes) !== hash)
      throw new UserError(
        t("the model file '{0}' changed while it was being checked: try again", file),
      );
    const model = await openContent(file, { bytes, form }, { provider: 'cpu' });
    const notices = await testNetworkOn(model, form);
    const { crop, attributes, batch } = model;
    return {
      info: {
        crop,
        attributes,
        batch,
        ...(form?.isEmbedding === true ? { isEmbedding: true } : {}),
        notices: [...(form?.notices ?? []), ...notices],
      },
    };
  } catch (error) {
    const isNamed =
      error instanceof UserError && /^(the|cannot load the) model /.test(error.message);
    return {
      problem: isNamed
        ? error.message
        : t("the model '{0}' cannot be used: {1}", file, messageOf(error)),
      needsActivation: error instanceof NotProbabilities,
    };
  }
}
