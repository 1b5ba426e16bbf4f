#!/usr/bin/env node
/** The command line: the same engine as in VS Code, without VS Code. */
import { dirname } from 'node:path';
import { CancelledError, codeOf } from '../util/errors';
import { fsReason } from '../util/fs-errors';
import { printError } from './print';
import { buildProgram } from './program';
import { ExitStatus, statusOf } from './status';

const controller = new AbortController();
// SIGHUP: the terminal or the connection is gone. The second signal does not wait; what is to be
// removed is removed on exit.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    if (controller.signal.aborted) process.exit(ExitStatus.interrupted);
    controller.abort(new CancelledError());
  });
}

// Whoever read the output may have seen enough (`| head`), or be gone with the terminal: the files
// are written all the same.
const isGone = (error: Error) => ['EPIPE', 'EIO'].includes(codeOf(error) ?? '');
process.stdout.on('error', (error: Error) => {
  if (isGone(error)) return;
  process.exitCode = ExitStatus.failed;
  printError(`face-clusters: cannot print the summary: ${fsReason(error)}`);
});
process.stderr.on('error', (error: Error) => {
  if (!isGone(error)) process.exitCode = ExitStatus.failed; // there is nowhere to say why
});

const program = buildProgram({ root: dirname(__dirname), signal: controller.signal });
program.parseAsync().catch((error: unknown) => {
  process.exitCode = statusOf(error);
});
