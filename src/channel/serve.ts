/** The answering end of a port. */
import { CancelledError } from '../util/errors';
import { type CallTable, packError, type ProgressOf, type Reply, type Request } from './messages';
import type { Port } from './port';

export interface CallContext<Progress = unknown> {
  /** Aborted when the caller cancels or is gone. */
  signal: AbortSignal;
  onProgress: (progress: Progress) => void;
  /** Moves memory of the result to the caller, between threads. */
  transfer: (...buffers: ArrayBuffer[]) => void;
}

export type Handlers<Table extends CallTable<Table>> = {
  [Name in keyof Table]: (
    params: Table[Name]['params'],
    context: CallContext<ProgressOf<Table[Name]>>,
  ) => Table[Name]['result'] | Promise<Table[Name]['result']>;
};

/** Replies to calls with what the handlers of their names return or throw. */
export function serve<Table extends CallTable<Table>>(port: Port, handlers: Handlers<Table>): void {
  const running = new Map<number, AbortController>();
  const answer = async ({ id, name, params }: Extract<Request, { kind: 'call' }>) => {
    const controller = new AbortController();
    running.set(id, controller);
    const transfer: ArrayBuffer[] = [];
    const reply = (message: Reply, moved?: readonly ArrayBuffer[]) => {
      port.post(message, moved);
    };
    try {
      if (!Object.hasOwn(handlers, name)) throw new Error(`there is no call '${name}'`);
      // Both ends use the same table, so the handler of this name takes these parameters.
      const handler = handlers[name as keyof Table] as (
        params: unknown,
        context: CallContext,
      ) => unknown;
      const result = await handler(params, {
        signal: controller.signal,
        onProgress: (progress) => {
          reply({ kind: 'progress', id, progress });
        },
        transfer: (...buffers) => void transfer.push(...buffers),
      });
      reply({ kind: 'done', id, result }, transfer);
    } catch (error) {
      const reason = controller.signal.aborted ? new CancelledError() : error;
      reply({ kind: 'failed', id, error: packError(reason) });
    } finally {
      running.delete(id);
    }
  };
  port.onMessage((message) => {
    const request = message as Request;
    if (request.kind === 'cancel') running.get(request.id)?.abort(new CancelledError());
    else void answer(request);
  });
  port.onClose(() => {
    for (const controller of running.values()) controller.abort(new CancelledError());
  });
}
