import { appendFile, readFile, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  appendToLog,
  logBytes,
  logPath,
  readLog,
  removeLog,
} from '../../src/corrections/correction-log';
import type { Correction } from '../../src/domain/corrections';
import { UserError } from '../../src/util/errors';
import { temporaryFolder } from '../support/images';

let runDir: string;
beforeEach(async () => {
  runDir = join(await temporaryFolder(), 'run');
});

const gather = (image: string): Correction => ({ kind: 'gather', faces: [[`0/${image}`]] });
const done = async () => (await readLog(runDir)).done.map(({ correction }) => correction);

describe('the log of corrections', () => {
  it('follows undo and redo; a new correction ends what could be redone', async () => {
    for (const image of ['a', 'b']) await appendToLog(runDir, { do: gather(image) });
    await appendToLog(runDir, { step: 'undo' });
    expect(await done()).toEqual([gather('a')]);
    await appendToLog(runDir, { step: 'redo' });
    expect(await done()).toEqual([gather('a'), gather('b')]);
    for (let i = 0; i < 3; i++) await appendToLog(runDir, { step: 'undo' }); // one too many
    expect(await done()).toEqual([]);
    await appendToLog(runDir, { step: 'redo' });
    await appendToLog(runDir, { do: gather('c') });
    expect(await readLog(runDir)).toMatchObject({ undone: [], damaged: [] });
    expect(await done()).toEqual([gather('a'), gather('c')]);
  });

  it('is empty where there is none, and is gone after it was removed', async () => {
    expect(await readLog(runDir)).toEqual({ bytes: 0, done: [], undone: [], damaged: [] });
    await appendToLog(runDir, { do: gather('a') });
    expect(await logBytes(runDir)).toBeGreaterThan(0);
    await removeLog(runDir);
    expect(await logBytes(runDir)).toBe(0);
  });

  it('takes no correction with which it could not be read, but can still be undone', async () => {
    await appendToLog(runDir, { do: gather('a') });
    await truncate(logPath(runDir), 499_000_000);
    await expect(appendToLog(runDir, { do: gather('b') })).rejects.toThrow(
      'there are too many corrections',
    );
    await appendToLog(runDir, { step: 'undo' });
    await truncate(logPath(runDir), 500_000_000);
    await expect(appendToLog(runDir, { step: 'undo' })).rejects.toThrow(UserError);
  });

  it('keeps large corrections of several writers apart', async () => {
    const faces = Array.from({ length: 20_000 }, (_, i): [string] => [
      `0/folder/of photos/${i}.jpg`,
    ]);
    await appendToLog(runDir, { do: gather('first') });
    const writers = Array.from({ length: 12 }, () =>
      appendToLog(runDir, { do: { kind: 'gather', faces } }),
    );
    await Promise.all(writers);
    const log = await readLog(runDir);
    expect(log.damaged).toEqual([]);
    expect(log.done).toHaveLength(13);
  });

  it('keeps the lines before and after a part of one that a killed process left', async () => {
    await appendToLog(runDir, { do: gather('a') });
    await appendFile(logPath(runDir), '{"v":1,"at":"2026-');
    await appendToLog(runDir, { do: gather('b') });
    const { damaged } = await readLog(runDir);
    expect(await done()).toEqual([gather('a'), gather('b')]);
    expect(damaged).toEqual([expect.stringMatching(/^line 2 of '.*' is not JSON: /)]);
  });

  it('names lines that it does not understand, and never changes them', async () => {
    const lines = [
      '{"v":2,"at":"2026-01-01T00:00:00Z","do":{"kind":"gather","faces":[]}}',
      '{"v":1,"at":"2026-01-01T00:00:00Z","do":{"kind":"erase"}}',
      '{"v":1,"at":"2026-01-01T00:00:00Z","do":{"kind":"name","cluster":[["0/a",1]],"name":"x"}}',
      '{"v":1,"at":"2026-01-01T00:00:00Z","step":"undo","__proto__":{"x":1}}',
      '[]',
      'null',
    ];
    await appendFile(logPath(runDir), `${lines.join('\n')}\n`);
    await appendToLog(runDir, { do: gather('a') });
    const { damaged } = await readLog(runDir);
    expect(damaged).toHaveLength(lines.length);
    expect(damaged[0]).toContain('is of version 2: expected 1');
    expect(await done()).toEqual([gather('a')]);
    expect(await readFile(logPath(runDir), 'utf8')).toContain(lines.join('\n'));
  });

  it.skipIf(process.platform === 'win32')('is for the user alone', async () => {
    await appendToLog(runDir, { do: gather('a') });
    expect((await stat(logPath(runDir))).mode & 0o777).toBe(0o600);
  });
});
