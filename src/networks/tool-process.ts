/**
 * A piece of work of the engine in a process of its own: what crashes there, or leaves memory
 * behind, takes nothing along.
 */
import { forkProcess } from '../channel/child-process';
import { ClosedError } from '../channel/port';
import type { Provider, NetworkInfo } from '../domain/networks';
import { memoryReason } from '../util/memory-guard';
import { watchSilence } from '../util/silence';

/** What such processes are for; see engine/tools.ts. */
export interface ToolCalls {
  probe: { params: { provider: Provider; file: string; reference: string }; result: string };
  checkNetwork: { params: { file: string; hash: string }; result: NetworkAnswer };
  tune: {
    params: { files: readonly string[]; provider: Provider; threads: number };
    result: Tuned;
  };
}

/** The engine's script, in the engine. */
export const ownScript = (): string => process.argv[1] ?? __filename;

/**
 * @param limit time it has, in milliseconds.
 * @param signal ends the process.
 * @throws what the work throws; Error where it does not answer; the signal's reason where it is
 * aborted.
 */
export async function runInChildProcess<Name extends keyof ToolCalls>(
  name: Name,
  params: ToolCalls[Name]['params'],
  limit: number,
  signal?: AbortSignal,
): Promise<ToolCalls[Name]['result']> {
  signal?.throwIfAborted();
  const { remote, kill, output } = forkProcess<ToolCalls>(ownScript(), ['--tool']);
  const silence = watchSilence(limit, kill);
  signal?.addEventListener('abort', kill, { once: true });
  try {
    return await remote.call(name, params);
  } catch (error) {
    if (!(error instanceof ClosedError)) throw error;
    signal?.throwIfAborted();
    const late = silence.passed
      ? `it did not finish a test batch within ${String(limit / 1000)} s`
      : undefined;
    throw new Error(late ?? memoryReason(output()) ?? `its test process failed: ${error.message}`, {
      cause: error,
    });
  } finally {
    signal?.removeEventListener('abort', kill);
    silence.stop();
    kill();
  }
}

/** What the process answers. `problem` is a message for people. */
export type NetworkAnswer = { info: NetworkInfo } | { problem: string };

/** What was fastest. */
export interface Tuned {
  file: string;
  batchSize: number;
  /** Crops a second of each candidate, for the log. */
  rates: { file: string; batchSize: number; rate: number }[];
}
