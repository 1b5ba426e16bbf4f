/** The life of the engine's processes. */
import { spawn } from 'node:child_process';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { writeZip } from '../../src/archives/write-zip';
import { engineScript } from '../../src/engine/bundled-files';
import { EngineClient } from '../../src/engine/client';
import { UserError } from '../../src/util/errors';
import { ROOT, temporaryFolder } from '../support/images';

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

describe('a process of the engine', () => {
  it('is not used again after a thread in it hung, also where its call failed', async () => {
    const script = join(await temporaryFolder(), 'retired.js');
    await writeFile(
      script,
      `process.on('message', ({ id }) => {
        const error = { kind: 'user', message: 'there is no face' };
        const result = { outcome: { error }, peakMemory: 1, retired: true };
        process.send({ kind: 'done', id, result });
      });`,
    );
    const engine = new EngineClient(script);
    onTestFinished(() => {
      engine.dispose();
    });
    const failing = engine.call('storeSize', { storeDir: 'nowhere' });
    await expect(failing).rejects.toBeInstanceOf(UserError);
    await expect(failing).rejects.toThrow('there is no face');
    await vi.waitFor(() => {
      expect(engine.pids).toEqual([]);
    }, 5000);
  });

  it('ends with its parent, though a thread in it hangs in native code', async () => {
    const hang = join(await temporaryFolder(), 'hang.cjs');
    await writeFile(
      hang,
      `const { isMainThread, Worker } = require('node:worker_threads');
      if (isMainThread && process.argv[1].endsWith('engine.js'))
        new Worker("require('node:child_process').execFileSync('sleep', ['60'])", { eval: true });`,
    );
    const parent = spawn(
      process.execPath,
      [
        '-e',
        `const child = require('node:child_process').fork(process.argv[1], [], {
          serialization: 'advanced',
          execArgv: ['--require', process.argv[2]],
        });
        console.log(child.pid);`,
        engineScript(ROOT),
        hang,
      ],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    const pid = await new Promise<number>((resolve) => {
      parent.stdout.once('data', (text: Buffer) => {
        resolve(Number(text.toString()));
      });
    });
    onTestFinished(() => {
      if (isAlive(pid)) process.kill(pid, 'SIGKILL');
    });
    await new Promise((resolve) => setTimeout(resolve, 1500)); // it has started its thread
    expect(isAlive(pid)).toBe(true);
    parent.kill('SIGKILL');
    await vi.waitFor(() => {
      expect(isAlive(pid)).toBe(false);
    }, 10_000);
  });
});

it.skipIf(process.platform !== 'linux')('a cancelled zip leaves no file open', async () => {
  const folder = await temporaryFolder();
  const source = join(folder, 'crops.bin');
  await writeFile(source, Buffer.alloc(200e6, 7));
  const open = async () => (await readdir('/proc/self/fd')).length;
  const before = await open();
  for (let i = 0; i < 5; i++) {
    const signal = AbortSignal.timeout(30);
    const entries = [{ name: 'crops.bin', content: { path: source }, compress: false }];
    await expect(
      writeZip(join(folder, `${i}.zip`), entries, { mode: 0o600, signal }),
    ).rejects.toThrow();
  }
  await vi.waitFor(async () => {
    expect(await open()).toBeLessThanOrEqual(before);
  }, 3000);
});
