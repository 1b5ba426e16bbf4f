/** Errors a person can act on, told apart from defects of the program. */
import { shortPath } from '../text/short-path';

/**
 * What the user asked for cannot be done; the message says what was expected, what came and where.
 * Shown without a stack.
 */
export class UserError extends Error {
  override name = 'UserError';
}

/** The user cancelled. */
export class CancelledError extends Error {
  override name = 'CancelledError';
  constructor() {
    super('cancelled');
  }
}

/**
 * Text of whatever was thrown, in one line. Long paths in Node.js's system errors are cut in their
 * middle.
 */
export function messageOf(error: unknown): string {
  let text = error instanceof Error ? error.message : String(error);
  for (const path of pathsOf(error)) text = text.replaceAll(path, () => shortPath(path));
  // A regular expression with \s* on both sides of the newline takes quadratic time on long runs of
  // spaces.
  const lines = text.split('\n').map((line) => line.trim());
  return lines.filter((line) => line !== '').join(' ');
}

/** The paths a Node.js system error names. */
function pathsOf(error: unknown): string[] {
  if (!(error instanceof Error)) return [];
  const { path, dest } = error as { path?: unknown; dest?: unknown };
  // Those that are not UTF-8 are Buffers.
  return [path, dest]
    .filter((each) => typeof each === 'string' || Buffer.isBuffer(each))
    .map(String);
}

/** Code of a Node.js system error (`ENOENT`), or undefined. */
export function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
