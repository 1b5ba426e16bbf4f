/** Child processes of this program that answer calls. */
import { type ChildProcess, fork, type ForkOptions } from 'node:child_process';
import type { CallTable } from './messages';
import { childPort } from './node-ports';
import type { ClosedError } from './port';
import { Remote } from './remote';

/** Characters kept of a process's output. */
const OUTPUT_TAIL = 2000;

export interface ForkedProcess<Table extends CallTable<Table>> {
  readonly remote: Remote<Table>;
  readonly child: ChildProcess;
  /** The last characters of its output so far. */
  output: () => string;
  /** Kills it immediately. */
  kill: () => void;
  /** Resolves when it has ended, with the reason. */
  readonly ended: Promise<ClosedError>;
}

export interface ForkedOptions extends Pick<ForkOptions, 'env' | 'execArgv'> {
  /** Called with each part of its output. */
  onOutput?: ((text: string) => void) | undefined;
}

/** @param script path of a bundle of this program, which serves `Table` on `parentEnd()`. */
export function forkProcess<Table extends CallTable<Table>>(
  script: string,
  parameters: readonly string[],
  { env, execArgv = [], onOutput }: ForkedOptions = {},
): ForkedProcess<Table> {
  const child = fork(script, [...parameters], {
    serialization: 'advanced',
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    execArgv,
    ...(env === undefined ? {} : { env }),
  });
  let tail = '';
  const listen = (chunk: Buffer) => {
    const text = chunk.toString();
    tail = (tail + text).slice(-OUTPUT_TAIL);
    onOutput?.(text);
  };
  child.stdout?.on('data', listen);
  child.stderr?.on('data', listen);
  const port = childPort(child);
  return {
    remote: new Remote<Table>(port),
    child,
    output: () => tail,
    kill: () => void child.kill('SIGKILL'),
    ended: new Promise(port.onClose),
  };
}
