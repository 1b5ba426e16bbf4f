import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type * as vscode from 'vscode';
import * as z from 'zod';
import { createLog } from '../../src/host/outlets';
import { servePages } from '../../src/host/panels/serve-page';
import { UserError } from '../../src/util/errors';
import { fakePanel, reset, shownBy } from '../support/vscode';

beforeEach(reset);
afterEach(reset);

interface Table {
  double: { params: number; result: number };
  act: { params: null; result: undefined };
  wait: { params: null; result: undefined };
}

function served({ waits = false } = {}) {
  const panel = fakePanel();
  const signals: AbortSignal[] = [];
  const fail = vi.fn();
  const service = servePages<Table>(panel.webview as unknown as vscode.Webview, {
    view: 'the page',
    log: createLog('test'),
    params: { double: z.number(), act: z.null(), wait: z.null() },
    handlers: {
      double: (value) => {
        fail(value);
        return 2 * value;
      },
      act: () => {
        throw new UserError('expected a folder, got a file');
      },
      wait: (_, { signal }) =>
        new Promise((_resolve, reject) => {
          signals.push(signal);
          signal.addEventListener('abort', () => {
            reject(new Error('stopped'));
          });
        }),
    },
    queries: ['double'],
    waits: () => waits,
  });
  const call = (id: number, name: string, params: unknown, page = 'a') => {
    panel.send({ page, message: { kind: 'call', id, name, params } });
  };
  /** What a page has received. */
  const answers = (page = 'a') => panel.sent.filter((each) => each.page === page);
  return { panel, service, call, answers, signals, fail };
}

describe('the calls of a page', () => {
  it('are answered', async () => {
    const { call, answers } = served();
    call(1, 'double', 21);
    await vi.waitFor(() => {
      expect(answers()).toEqual([{ page: 'a', message: { kind: 'done', id: 1, result: 42 } }]);
    });
  });

  it('are refused with invalid parameters, names and messages', async () => {
    const { panel, call, answers, fail } = served();
    call(1, 'constructor', 21);
    call(2, 'double', 'twenty-one');
    await vi.waitFor(() => {
      expect(answers()).toMatchObject([
        { message: { id: 1, error: { message: "there is no call 'constructor'" } } },
        { message: { id: 2, error: { message: 'invalid parameters' } } },
      ]);
    });
    for (const message of [
      null,
      'text',
      { kind: 'call' },
      { page: '../b', message: { kind: 'cancel', id: 1 } },
      { page: 'a', message: { kind: 'call', id: -1, name: 'double', params: 1 } },
      { page: 'a', message: { kind: 'done', id: 1, result: 1 } },
      { page: 'a', message: null },
    ]) {
      panel.send(message);
    }
    expect(fail).not.toHaveBeenCalled();
    expect(shownBy('log')).toHaveLength(8);
    expect(answers()).toHaveLength(2);
  });

  it('are refused before the workspace is trusted', async () => {
    const { call, answers, fail } = served({ waits: true });
    call(1, 'double', 21);
    await vi.waitFor(() => {
      expect(answers()).toMatchObject([
        { message: { kind: 'failed', error: { message: 'the workspace is not trusted' } } },
      ]);
    });
    expect(fail).not.toHaveBeenCalled();
  });

  it('fail with a notification, unless the page shows their failures', async () => {
    const { call, answers, fail } = served();
    fail.mockImplementation(() => {
      throw new Error('the engine ended');
    });
    call(1, 'double', 21);
    await vi.waitFor(() => {
      expect(answers()).toMatchObject([{ message: { error: { message: 'the engine ended' } } }]);
    });
    expect(shownBy('error')).toEqual([]);
    call(2, 'act', null);
    await vi.waitFor(() => {
      expect(shownBy('error')).toEqual(['Face Clusters: expected a folder, got a file']);
    });
  });

  it('end when another page is loaded, which receives no answers to them', async () => {
    const { call, answers, signals } = served();
    call(1, 'wait', null, 'a');
    call(1, 'double', 4, 'b');
    await vi.waitFor(() => {
      expect(answers('b')).toEqual([{ page: 'b', message: { kind: 'done', id: 1, result: 8 } }]);
    });
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
    expect(answers('a')).toEqual([]);
  });

  it('end when the panel is closed', async () => {
    const { service, call, answers, signals } = served();
    call(1, 'wait', null);
    service.dispose();
    await Promise.resolve();
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
    expect(answers()).toEqual([]);
  });
});
