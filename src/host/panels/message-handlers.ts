/** Dispatches the messages of a webview to a table with a handler for each kind. */
import type { Log } from '../outlets';
import { manageTrust } from '../trust';

interface Message {
  kind: string;
}

/** One handler for each kind of a union of messages. */
export type MessageHandlers<Union extends Message> = {
  [Kind in Union['kind']]: (message: Extract<Union, { kind: Kind }>) => void | Promise<void>;
};

export async function handleMessage<Union extends Message>(
  handlers: MessageHandlers<Union>,
  message: Union,
): Promise<void> {
  // The compiler cannot see that the handler and the message have the same kind.
  const handler = handlers[message.kind as Union['kind']] as (value: Union) => void | Promise<void>;
  await handler(message);
}

/**
 * Handles a message while the workspace is not trusted. The page shows one button then, so that no
 * user sent anything but its command.
 * @param view name of the sender, for the log.
 */
export async function handleBeforeTrust<Union extends Message>(
  message: Union & { command?: unknown },
  handlers: MessageHandlers<Union>,
  log: Log,
  view: string,
  showState: () => void,
): Promise<void> {
  if (message.kind === 'ready') showState();
  else if (message.kind === 'command' && message.command === 'trust') await manageTrust();
  else if (message.kind === 'trouble') await handleMessage<Union>(handlers, message);
  else
    log.warn(`${view} sent '${message.kind}' while the workspace was not trusted; it was ignored`);
}

/** One handler for each command of a webview. */
export type CommandHandlers<Command extends string> = Record<Command, () => unknown>;
