/** The calling end of a port. */
import { type CallTable, type ProgressOf, type Reply, type Request, unpackError } from './messages';
import type { ClosedError, Port } from './port';

export interface RemoteCallOptions<Progress = unknown> {
  /** Asks the other end to stop. The call ends when that replies or is gone. */
  signal?: AbortSignal | undefined;
  onProgress?: ((progress: Progress) => void) | undefined;
  /** Memory of the parameters that is moved to a thread at the other end. */
  transfer?: readonly ArrayBuffer[] | undefined;
}

interface Pending {
  resolve: (result: unknown) => void;
  reject: (error: Error) => void;
  onProgress: ((progress: unknown) => void) | undefined;
}

export class Remote<Table extends CallTable<Table>> {
  private readonly pending = new Map<number, Pending>();
  private nextId = 1;
  private gone: ClosedError | undefined;

  constructor(private readonly port: Port) {
    port.onMessage((message) => {
      this.receive(message as Reply);
    });
    port.onClose((reason) => {
      this.gone = reason;
      for (const { reject } of [...this.pending.values()]) reject(reason);
    });
  }

  /** Number of calls without a reply. */
  get calls(): number {
    return this.pending.size;
  }

  /** Why no call can be made; undefined while the other end lives. */
  get closed(): ClosedError | undefined {
    return this.gone;
  }

  /**
   * @throws UserError, CancelledError or Error as thrown by the other end; ClosedError where that
   * is gone before it replies.
   */
  call<Name extends keyof Table & string>(
    name: Name,
    params: Table[Name]['params'],
    { signal, onProgress, transfer }: RemoteCallOptions<ProgressOf<Table[Name]>> = {},
  ): Promise<Table[Name]['result']> {
    if (this.gone !== undefined) return Promise.reject(this.gone);
    const id = this.nextId++;
    return new Promise((resolve, reject) => {
      const cancel = () => {
        this.port.post({ kind: 'cancel', id } satisfies Request);
      };
      const settle = () => {
        this.pending.delete(id);
        signal?.removeEventListener('abort', cancel);
      };
      this.pending.set(id, {
        // The handlers at the other end are typed by the same table.
        onProgress: onProgress as ((progress: unknown) => void) | undefined,
        resolve: (result) => {
          settle();
          resolve(result);
        },
        reject: (error) => {
          settle();
          reject(error);
        },
      });
      signal?.addEventListener('abort', cancel, { once: true });
      this.port.post({ kind: 'call', id, name, params } satisfies Request, transfer);
    });
  }

  private receive(reply: Reply) {
    const pending = this.pending.get(reply.id);
    if (pending === undefined) return;
    if (reply.kind === 'progress') pending.onProgress?.(reply.progress);
    else if (reply.kind === 'done') pending.resolve(reply.result);
    else pending.reject(unpackError(reply.error));
  }
}
