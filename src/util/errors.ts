/** Errors that a user can act on, as opposed to defects of the program. */
import { shortPath } from '../text/short-path';

/**
 * A request of the user that cannot be fulfilled. The message names the expected and the received
 * value, and the place; it is shown without a stack.
 */
export class UserError extends Error {
  override name = 'UserError';
}

/** A job was cancelled. */
export class CancelledError extends Error {
  override name = 'CancelledError';
  constructor() {
    super('cancelled');
  }
}

/** The message of a thrown value, in one line. Long paths in system errors are shortened. */
export function messageOf(error: unknown): string {
  let text = error instanceof Error ? error.message : String(error);
  for (const path of pathsOf(error)) text = text.replaceAll(path, () => shortPath(path));
  // A regular expression with \s* on both sides of the newline takes quadratic time on long runs of
  // spaces.
  const lines = text.split('\n').map((line) => line.trim());
  return lines.filter((line) => line !== '').join(' ');
}

/** The paths that a Node.js system error names. */
function pathsOf(error: unknown): string[] {
  if (!(error instanceof Error)) return [];
  const { path, dest } = error as { path?: unknown; dest?: unknown };
  // Paths that are not UTF-8 are Buffers.
  return [path, dest]
    .filter((each) => typeof each === 'string' || Buffer.isBuffer(each))
    .map(String);
}

/** Code of a Node.js system error (`ENOENT`), or undefined. */
export function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
