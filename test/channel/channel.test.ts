import { join } from 'node:path';
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { describe, expect, it, onTestFinished } from 'vitest';
import { forkProcess } from '../../src/channel/child-process';
import { ClosedError, type Port } from '../../src/channel/port';
import { Remote } from '../../src/channel/remote';
import { type Handlers, serve } from '../../src/channel/serve';
import { CancelledError, UserError } from '../../src/util/errors';
import { temporaryFolder, writeFiles } from '../support/images';

interface Table {
  double: { params: number; result: number };
  count: { params: number; result: string; progress: number };
  wait: { params: undefined; result: undefined };
  fail: { params: 'user' | 'defect'; result: never };
  bytes: { params: number; result: Uint8Array<ArrayBuffer> };
}

const portOf = (port: MessagePort): Port => ({
  post: (message, transfer = []) => {
    port.postMessage(message, transfer);
  },
  onMessage: (listener) => void port.on('message', listener),
  onClose: (listener) =>
    void port.once('close', () => {
      listener(new ClosedError('closed'));
    }),
});

function connected(handlers: Partial<Handlers<Table>> = {}) {
  const { port1, port2 } = new MessageChannel();
  onTestFinished(() => {
    port1.close();
  });
  const signals: AbortSignal[] = [];
  serve<Table>(portOf(port2), {
    double: (value) => 2 * value,
    count: async (to, { onProgress }) => {
      for (let i = 1; i <= to; i++) onProgress(i);
      return Promise.resolve(`${String(to)} counted`);
    },
    wait: (_, { signal }) =>
      new Promise((resolve, reject) => {
        signals.push(signal);
        signal.addEventListener('abort', () => {
          reject(new Error('whatever the work throws when it is stopped'));
        });
      }),
    fail: (kind) => {
      throw kind === 'user' ? new UserError('expected a, got b') : new TypeError('a defect');
    },
    bytes: (length, { transfer }) => {
      const bytes = new Uint8Array(length).fill(7);
      transfer(bytes.buffer);
      return bytes;
    },
    ...handlers,
  });
  return { remote: new Remote<Table>(portOf(port1)), port1, port2, signals };
}

describe('a call', () => {
  it('is answered, whatever else is under way', async () => {
    const { remote } = connected();
    const answers = await Promise.all([1, 2, 3].map((value) => remote.call('double', value)));
    expect(answers).toEqual([2, 4, 6]);
    expect(remote.calls).toBe(0);
  });

  it('tells its progress in order, before its result', async () => {
    const { remote } = connected();
    const seen: number[] = [];
    expect(await remote.call('count', 3, { onProgress: (step) => seen.push(step) })).toBe(
      '3 counted',
    );
    expect(seen).toEqual([1, 2, 3]);
  });

  it('fails as the handler fails, the kind of the error included', async () => {
    const { remote } = connected();
    await expect(remote.call('fail', 'user')).rejects.toThrow(new UserError('expected a, got b'));
    await expect(remote.call('fail', 'user')).rejects.toBeInstanceOf(UserError);
    const defect: unknown = await remote.call('fail', 'defect').catch((error: unknown) => error);
    expect(defect).not.toBeInstanceOf(UserError);
    expect((defect as Error).stack).toContain('channel.test.ts');
  });

  it('moves memory to the caller where the handler lets it', async () => {
    const { remote } = connected();
    expect(await remote.call('bytes', 5)).toEqual(new Uint8Array(5).fill(7));
  });

  it('is cancelled alone', async () => {
    const { remote } = connected();
    const controller = new AbortController();
    const [cancelled, other] = [
      remote.call('wait', undefined, { signal: controller.signal }),
      remote.call('double', 4),
    ];
    controller.abort();
    await expect(cancelled).rejects.toBeInstanceOf(CancelledError);
    expect(await other).toBe(8);
  });

  it('of a name that nobody serves is refused', async () => {
    const { remote } = connected();
    for (const name of ['nothing', 'constructor', '__proto__']) {
      await expect(remote.call(name as 'double', 1)).rejects.toThrow(`there is no call '${name}'`);
    }
  });

  it('ends where the other end closes, and cannot be made after that', async () => {
    const { remote, port2 } = connected();
    const waiting = remote.call('wait', undefined);
    port2.close();
    await expect(waiting).rejects.toBeInstanceOf(ClosedError);
    await expect(remote.call('double', 1)).rejects.toBeInstanceOf(ClosedError);
    expect(remote.calls).toBe(0);
  });

  it('is aborted where the caller is gone', async () => {
    const { remote, port1, signals } = connected();
    remote.call('wait', undefined).catch(() => undefined);
    await remote.call('double', 1);
    port1.close();
    await expect.poll(() => signals.map(({ aborted }) => aborted)).toEqual([true]);
  });
});

describe('a process', () => {
  it('that ends before it answers fails its calls, and says how it ended and what it printed', async () => {
    const folder = await temporaryFolder();
    await writeFiles(folder, {
      'dies.cjs':
        "process.on('message', () => { console.error('last words'); process.kill(process.pid, 'SIGTERM'); })",
      'fails.cjs': 'process.exit(3)',
    });
    const dies = forkProcess<Table>(join(folder, 'dies.cjs'), []);
    await expect(dies.remote.call('double', 1)).rejects.toThrow('the process ended (SIGTERM)');
    await expect.poll(dies.output).toBe('last words\n');
    const fails = forkProcess<Table>(join(folder, 'fails.cjs'), []);
    await expect(fails.remote.call('double', 1)).rejects.toThrow('the process ended (status 3)');
    await expect(
      forkProcess<Table>(join(folder, 'missing.cjs'), []).remote.call('double', 1),
    ).rejects.toBeInstanceOf(ClosedError);
  });
});
