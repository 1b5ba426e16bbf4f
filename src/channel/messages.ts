/** Messages between the two ends of a port: calls, their replies, and errors with their kind. */
import { CancelledError, messageOf, UserError } from '../util/errors';

/** A call. Parameters, result and progress may be any values that structured cloning supports. */
interface Call {
  params: unknown;
  result: unknown;
  progress?: unknown;
}

/** Calls by name. (Refers to `Table` itself, so that interfaces are tables as well.) */
export type CallTable<Table> = { [Name in keyof Table]: Call };

/** The type of a call's progress; never where its table declares none. */
export type ProgressOf<C> = C extends { progress: infer Progress } ? Progress : never;

export type Request =
  { kind: 'call'; id: number; name: string; params: unknown } | { kind: 'cancel'; id: number };

export type Reply =
  | { kind: 'progress'; id: number; progress: unknown }
  | { kind: 'done'; id: number; result: unknown }
  | { kind: 'failed'; id: number; error: PackedError };

/** An error in a message: structured cloning would lose its class. */
export interface PackedError {
  kind: 'user' | 'cancelled' | 'defect';
  message: string;
  stack: string | undefined;
}

export function packError(error: unknown): PackedError {
  const kind =
    error instanceof CancelledError ? 'cancelled' : error instanceof UserError ? 'user' : 'defect';
  const stack = kind === 'defect' && error instanceof Error ? error.stack : undefined;
  return { kind, message: messageOf(error), stack };
}

export function unpackError({ kind, message, stack }: PackedError): Error {
  if (kind === 'cancelled') return new CancelledError();
  if (kind === 'user') return new UserError(message);
  return Object.assign(new Error(message), stack === undefined ? {} : { stack });
}
