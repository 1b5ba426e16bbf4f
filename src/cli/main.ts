#!/usr/bin/env node
/** The command line. It uses the same engine as the extension. */
import { dirname } from 'node:path';
import { CancelledError, codeOf } from '../util/errors';
import { fsReason } from '../util/fs-errors';
import { printError } from './print';
import { buildProgram } from './program';
import { ExitStatus, statusOf } from './status';

const controller = new AbortController();
// SIGHUP means that the terminal or the connection was closed. A second signal ends the process at
// once; temporary folders are removed on exit.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    if (controller.signal.aborted) process.exit(ExitStatus.interrupted);
    controller.abort(new CancelledError());
  });
}

// The reader of the output may stop reading (`| head`) or vanish with the terminal. The files are
// written nevertheless.
const isGone = (error: Error) => ['EPIPE', 'EIO'].includes(codeOf(error) ?? '');
process.stdout.on('error', (error: Error) => {
  if (isGone(error)) return;
  process.exitCode = ExitStatus.failed;
  printError(`face-clusters: cannot print the summary: ${fsReason(error)}`);
});
process.stderr.on('error', (error: Error) => {
  if (!isGone(error)) process.exitCode = ExitStatus.failed; // the reason cannot be printed
});

const program = buildProgram({ root: dirname(__dirname), signal: controller.signal });
program.parseAsync().catch((error: unknown) => {
  process.exitCode = statusOf(error);
});
