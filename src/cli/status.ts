/** Exit status of the command line, and the message printed with it. */
import { inspect } from 'node:util';
import { CommanderError } from 'commander';
import { EngineDied } from '../engine/client';
import { CancelledError, messageOf, UserError } from '../util/errors';
import { printErrorText, printError } from './print';

export const ExitStatus = {
  done: 0,
  failed: 1,
  wrongArguments: 2,
  different: 3,
  interrupted: 130,
} as const;

/** Arguments exclude each other, or a value is out of bounds. */
export class UsageError extends Error {
  override name = 'UsageError';
}

/** Results are not those that were repeated, as was printed. */
export class DifferentResults extends Error {
  override name = 'DifferentResults';
}

/** The view of a data set has a button for it. */
const withWayOut = (message: string) =>
  /^no (?:data set|labels) in '/.test(message)
    ? `${message}. Name a table of labels with --labels`
    : message;

/** Prints the reason on stderr, in one line. @returns the exit status. */
export function statusOf(error: unknown): number {
  if (error instanceof CommanderError)
    // commander has printed the reason
    return error.exitCode === 0 ? ExitStatus.done : ExitStatus.wrongArguments;
  // The reason was printed with the usage.
  if (error instanceof UsageError) return ExitStatus.wrongArguments;
  if (error instanceof DifferentResults) return ExitStatus.different;
  if (error instanceof CancelledError) {
    printError('interrupted');
    return ExitStatus.interrupted;
  }
  printError(`face-clusters: ${withWayOut(messageOf(error))}`);
  const expected = error instanceof UserError || error instanceof EngineDied;
  if (!expected && process.env.FACE_CLUSTERS_DEBUG !== undefined)
    printErrorText(`${inspect(error)}\n`);
  return ExitStatus.failed;
}
