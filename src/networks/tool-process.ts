/**
 * Runs a tool (`probe`, `tune` or `checkNetwork`) in a child process. A crash in ONNX Runtime or a
 * driver ends that process only, and its memory is freed when it ends. engine/tools.ts is the other
 * end.
 */
import { forkProcess } from '../channel/child-process';
import { ClosedError } from '../channel/port';
import type { Provider, NetworkInfo } from '../domain/networks';
import { t } from '../text/translate';
import { memoryReason } from '../util/memory-guard';
import { watchSilence } from '../util/silence';
import type { ProbeProblem } from './probe';
import type { SaidWords } from './said-words';

/** The tools, with their parameters and results. */
export interface ToolCalls {
  probe: {
    params: { provider: Provider; file: string; reference: string };
    result: ProbeProblem | undefined;
  };
  checkNetwork: {
    params: { file: string; hash: string; asked?: SaidWords | undefined };
    result: NetworkAnswer;
  };
  tune: {
    params: { files: readonly string[]; provider: Provider; threads: number };
    result: TuningResult;
  };
}

/** Path of the engine's script. Meaningful in the engine's processes only. */
export const engineScript = (): string => process.argv[1] ?? __filename;

/**
 * @param limit time limit, in milliseconds.
 * @param signal ends the process.
 * @throws what the tool throws; Error where the process ends or exceeds the limit; the signal's
 * reason if it is aborted.
 */
export async function runInChildProcess<Name extends keyof ToolCalls>(
  name: Name,
  params: ToolCalls[Name]['params'],
  limit: number,
  signal?: AbortSignal,
): Promise<ToolCalls[Name]['result']> {
  signal?.throwIfAborted();
  const { remote, kill, output } = forkProcess<ToolCalls>(engineScript(), ['--tool']);
  const silence = watchSilence(limit, kill);
  signal?.addEventListener('abort', kill, { once: true });
  try {
    return await remote.call(name, params);
  } catch (error) {
    if (!(error instanceof ClosedError)) throw error;
    signal?.throwIfAborted();
    const timeout = silence.passed
      ? t('it did not finish a test batch within {0} s', limit / 1000)
      : undefined;
    throw new Error(
      timeout ?? memoryReason(output()) ?? t('its test process failed: {0}', error.message),
      { cause: error },
    );
  } finally {
    signal?.removeEventListener('abort', kill);
    silence.stop();
    kill();
  }
}

/**
 * Result of `checkNetwork`. `problem` is a message for users; `needsActivation` whether its outputs
 * are numbers, but not probabilities.
 */
export type NetworkAnswer = { info: NetworkInfo } | { problem: string; needsActivation: boolean };

/** Result of `tune`: the fastest network, and the best batch size for it. */
export interface TuningResult {
  file: string;
  batchSize: number;
  /** Crops per second of each candidate, for the log. */
  rates: { file: string; batchSize: number; rate: number }[];
}
