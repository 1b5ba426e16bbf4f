/** A piece of work of the engine in a process of its own: what crashes there, or leaves memory behind, takes nothing along. */
import { ClosedError } from '../channel/port';
import { forkProcess } from '../util/child-process';
import { watchSilence } from '../util/silence';
import type { Provider } from './providers';
import type { Tuned } from './tune';

/** What such processes are for; see engine/tools.ts. */
export interface ToolCalls {
  probe: { params: { provider: Provider; file: string; reference: string }; result: string };
  tune: { params: { files: readonly string[]; provider: Provider; threads: number }; result: Tuned };
}

/** The engine's script, in the engine. */
export const ownScript = (): string => process.argv[1] ?? __filename;

/**
 * @param limit time it has, in milliseconds.
 * @throws what the work throws; Error where it does not answer.
 */
export async function runInChildProcess<Name extends keyof ToolCalls>(
  name: Name,
  params: ToolCalls[Name]['params'],
  limit: number,
): Promise<ToolCalls[Name]['result']> {
  const { remote, kill } = forkProcess<ToolCalls>(ownScript(), ['--tool']);
  const silence = watchSilence(limit, kill);
  try {
    return await remote.call(name, params);
  } catch (error) {
    if (!(error instanceof ClosedError)) throw error;
    const reason = silence.passed ? `it did not finish a test batch within ${String(limit / 1000)} s` : `its test process failed: ${error.message}`;
    throw new Error(reason, { cause: error });
  } finally {
    silence.stop();
    kill();
  }
}
