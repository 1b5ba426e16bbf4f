/** Dispatches the messages of a webview to a table with a handler for each kind. */

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

/** One handler for each command of a webview. */
export type CommandHandlers<Command extends string> = Record<Command, () => unknown>;
