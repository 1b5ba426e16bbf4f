/** One end of a connection between two processes, threads or pages of this program. */

/** One end of a connection. */
export interface Port {
  /**
   * @param transfer memory that is moved between threads, and copied between processes.
   */
  post: (message: unknown, transfer?: readonly ArrayBuffer[]) => void;
  onMessage: (listener: (message: unknown) => void) => void;
  /** @param listener called once when the other end is gone, immediately if it already is. */
  onClose: (listener: (reason: ClosedError) => void) => void;
}

/** The process or thread at the other end has ended. */
export class ClosedError extends Error {
  override name = 'ClosedError';
  /** Signal that killed the process; null for other processes, and for threads. */
  readonly signal: NodeJS.Signals | null;

  constructor(
    message: string,
    { signal = null, ...options }: ErrorOptions & { signal?: NodeJS.Signals | null } = {},
  ) {
    super(message, options);
    this.signal = signal;
  }
}

/** Calls listeners when a port closes, or later with the same reason. */
export class Closing {
  private reason: ClosedError | undefined;
  private readonly listeners: ((reason: ClosedError) => void)[] = [];

  readonly close = (reason: ClosedError): void => {
    if (this.reason !== undefined) return;
    this.reason = reason;
    for (const listener of this.listeners.splice(0)) listener(reason);
  };

  readonly onClose = (listener: (reason: ClosedError) => void): void => {
    if (this.reason === undefined) this.listeners.push(listener);
    else listener(this.reason);
  };
}
