#!/usr/bin/env node
/** The command line: the same engine as in VS Code, without VS Code. */
import { dirname } from 'node:path';
import { buildProgram } from './cli/program';
import { ExitStatus, statusOf } from './cli/status';
import { CancelledError } from './errors';

const controller = new AbortController();
process.on('SIGINT', () => {
  if (controller.signal.aborted) process.exit(ExitStatus.interrupted); // a second Ctrl+C does not wait
  controller.abort(new CancelledError());
});
process.on('SIGTERM', () => {
  controller.abort(new CancelledError());
});

const program = buildProgram({ root: dirname(__dirname), signal: controller.signal });
program.parseAsync().catch((error: unknown) => {
  process.exitCode = statusOf(error);
});
