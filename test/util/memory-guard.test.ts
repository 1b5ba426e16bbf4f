import { fork } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { memoryReason } from '../../src/util/memory-guard';
import { temporaryFolder } from '../support/images';

const LIMIT = 300e6;

/** Runs code in a guarded process of its own. */
async function guarded(code: string) {
  const folder = await temporaryFolder();
  const module = resolve(__dirname, '..', '..', 'src', 'util', 'memory-guard');
  await writeFile(
    join(folder, 'main.ts'),
    `import { guardMemory } from ${JSON.stringify(module)};\nguardMemory(${LIMIT});\n${code}`,
  );
  await build({
    entryPoints: [join(folder, 'main.ts')],
    outfile: join(folder, 'main.js'),
    bundle: true,
    platform: 'node',
    logLevel: 'error',
  });
  return new Promise<{
    code: number | null;
    signal: string | null;
    stderr: string;
    messages: unknown[];
  }>((done) => {
    const child = fork(join(folder, 'main.js'), {
      execArgv: [],
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    const messages: unknown[] = [];
    let stderr = '';
    child.on('message', (message) => messages.push(message));
    child.stderr!.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.on('close', (code, signal) => {
      done({ code, signal, stderr, messages });
    });
  });
}

describe('a guarded process', () => {
  it('is killed above the limit, even if its main thread never yields, and gives the reason', async () => {
    const { signal, stderr } = await guarded(
      'const all = []; for (;;) all.push(Buffer.alloc(10e6, 1));',
    );
    if (process.platform !== 'win32') expect(signal).toBe('SIGKILL');
    expect(memoryReason(stderr)).toBe('it needs more than 300 MB of memory');
  });

  it('ends by itself, without output, below the limit', async () => {
    const ended = await guarded(
      'const some = Buffer.alloc(50e6, 1); process.send(some.length, () => process.disconnect());',
    );
    expect(ended).toMatchObject({ code: 0, signal: null, stderr: '', messages: [50e6] });
    expect(memoryReason(ended.stderr)).toBeUndefined();
  });
});
