/** A piece of work of the engine in a process of its own: what crashes there, or leaves memory behind, takes nothing along. */
import { fork } from 'node:child_process';

/** The engine's script, in the engine. */
export const ownScript = (): string => process.argv[1] ?? __filename;

/**
 * @param mode what the engine's script is to do, and `parameters` with what.
 * @param limit time it has, in milliseconds.
 * @returns what it answers.
 * @throws Error where it does not answer.
 */
export function inProcess(mode: string, parameters: readonly string[], limit: number): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const child = fork(ownScript(), [mode, ...parameters], {
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      execArgv: [],
    });
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error(`it did not finish a test batch within ${String(limit / 1000)} s`));
    }, limit);
    child.once('message', resolve);
    child.once('error', (error) => {
      reject(new Error(`the test process did not start: ${error.message}`));
    });
    child.once('exit', (code, signal) => {
      clearTimeout(timer);
      reject(new Error(`its test process ended without an answer (${signal ?? `status ${String(code)}`})`));
    });
  });
}
