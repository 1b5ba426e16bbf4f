/** Errors on their way from a thread to the engine: what tells a user's error from a defect would be lost with their class. */
import { messageOf, UserError } from '../errors';

export interface ThreadError {
  user: boolean;
  message: string;
  stack: string | undefined;
}

export const packError = (error: unknown): ThreadError => ({
  user: error instanceof UserError,
  message: messageOf(error),
  stack: error instanceof Error ? error.stack : undefined,
});

export const unpackError = ({ user, message, stack }: ThreadError): Error =>
  user ? new UserError(message) : Object.assign(new Error(message), { stack });
