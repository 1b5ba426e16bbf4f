/** Ends of connections between processes and threads. */
import type { ChildProcess } from 'node:child_process';
import { parentPort, type Worker } from 'node:worker_threads';
import { t } from '../text/translate';
import { ClosedError, Closing, type Port } from './port';

/** The parent's end of a thread. Call it before the thread can have ended. */
export function workerPort(worker: Worker): Port {
  const { close, onClose } = new Closing();
  worker.once('error', (error: Error) => {
    close(new ClosedError(t('the thread failed: {0}', error.message), { cause: error }));
  });
  worker.once('messageerror', (error) => {
    close(
      new ClosedError(t('a message of the thread cannot be read: {0}', error.message), {
        cause: error,
      }),
    );
  });
  worker.once('exit', (code) => {
    close(new ClosedError(t('the thread ended ({0})', t('status {0}', code))));
  });
  return {
    post: (message, transfer = []) => {
      worker.postMessage(message, transfer);
    },
    onMessage: (listener) => void worker.on('message', listener),
    onClose,
  };
}

/**
 * The parent's end of a process that was forked with `serialization: 'advanced'`. Call it right
 * after the fork.
 */
export function childPort(child: ChildProcess): Port {
  const { close, onClose } = new Closing();
  child.once('error', (error) => {
    close(new ClosedError(t('the process did not start: {0}', error.message), { cause: error }));
  });
  child.once('exit', (code, signal) => {
    const how = signal ?? t('status {0}', String(code));
    close(new ClosedError(t('the process ended ({0})', how), { signal }));
  });
  return {
    post: (message) => {
      // A message that cannot be sent is followed by 'exit'.
      if (child.connected) child.send(message as object, () => undefined);
    },
    onMessage: (listener) => void child.on('message', listener),
    onClose,
  };
}

/** The end of a thread or child process that is connected to its parent. */
export interface ParentPort extends Port {
  /** Closes the connection, which no longer keeps the thread or process alive. */
  close: () => void;
}

export function parentEnd(): ParentPort {
  const { close, onClose } = new Closing();
  if (parentPort !== null) {
    const port = parentPort;
    port.once('close', () => {
      close(new ClosedError('the thread that started this one closed the connection'));
    });
    return {
      post: (message, transfer = []) => {
        port.postMessage(message, transfer);
      },
      onMessage: (listener) => void port.on('message', listener),
      onClose,
      close: () => {
        port.close();
      },
    };
  }
  process.once('disconnect', () => {
    close(new ClosedError('the process that started this one is gone'));
  });
  return {
    post: (message) => {
      // A message that cannot be sent is followed by 'disconnect'.
      if (process.connected) process.send?.(message, undefined, undefined, () => undefined);
    },
    onMessage: (listener) => void process.on('message', listener),
    onClose,
    close: () => {
      if (process.connected) process.disconnect();
    },
  };
}
