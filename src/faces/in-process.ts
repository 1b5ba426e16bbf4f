/** A piece of work of the engine in a process of its own: what crashes there, or leaves memory behind, takes nothing along. */
import { fork } from 'node:child_process';
import { memoryReason } from '../util/memory-guard';

/** The engine's script, in the engine. */
export const ownScript = (): string => process.argv[1] ?? __filename;

/** Characters of stderr that are kept: the memory guard writes there why it killed the process. */
const LAST_WORDS = 2000;

/**
 * @param mode what the engine's script is to do, and `parameters` with what.
 * @param limit time it has, in milliseconds.
 * @param signal kills it.
 * @returns what it answers.
 * @throws Error where it does not answer; the signal's reason if it is aborted.
 */
export function inProcess(mode: string, parameters: readonly string[], limit: number, signal?: AbortSignal): Promise<unknown> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const child = fork(ownScript(), [mode, ...parameters], {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      execArgv: [],
    });
    const end = (reason: unknown) => {
      child.kill('SIGKILL');
      // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- the signal's reason may be anything
      reject(reason);
    };
    const onAbort = () => {
      end(signal?.reason);
    };
    signal?.addEventListener('abort', onAbort, { once: true });
    const timer = setTimeout(() => {
      end(new Error(`it did not finish a test batch within ${String(limit / 1000)} s`));
    }, limit);
    let lastWords = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      lastWords = (lastWords + text).slice(-LAST_WORDS);
    });
    child.once('message', resolve);
    child.once('error', (error) => {
      reject(new Error(`the test process did not start: ${error.message}`));
    });
    child.once('exit', () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
    });
    // Unlike 'exit', after all of stderr was received.
    child.once('close', (code, how) => {
      const status = how ?? `status ${String(code)}`;
      reject(new Error(memoryReason(lastWords) ?? `its test process ended without an answer (${status})`));
    });
  });
}
