/** What goes through a port: calls with their answers, and errors without loss of their kind. */
import { CancelledError, messageOf, UserError } from '../util/errors';

/** A call: whatever structured cloning can copy may be a parameter, a result or a progress. */
interface Call {
  params: unknown;
  result: unknown;
  progress?: unknown;
}

/** Calls by name. (Refers to `Table` itself, so that interfaces are tables as well.) */
export type CallTable<Table> = { [Name in keyof Table]: Call };

/** What a call tells while it is under way; never where its table names nothing. */
export type ProgressOf<C> = C extends { progress: infer Progress } ? Progress : never;

export type Request =
  { kind: 'call'; id: number; name: string; params: unknown } | { kind: 'cancel'; id: number };

export type Reply =
  | { kind: 'progress'; id: number; progress: unknown }
  | { kind: 'done'; id: number; result: unknown }
  | { kind: 'failed'; id: number; error: PackedError };

/** An error on its way: its class would be lost. */
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
