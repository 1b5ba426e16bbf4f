import { fork } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { LOCK_NAME } from '../../src/store/store-lock';
import { ownProcess } from '../../src/util/process-identity';
import { bundleProgram, PROGRAM_ENVIRONMENT } from '../support/bundle';
import { ROOT, temporaryFolder } from '../support/images';

/** Rounds in which processes find the lock of one that died. */
const ROUNDS = 15;
const PROCESSES = 4;

it('is held by one process, also after one died with it', async () => {
  const place = await temporaryFolder();
  const source = join(place, 'holder.ts');
  const program = join(place, 'holder.js');
  await writeFile(
    source,
    `import { appendFileSync, closeSync, openSync, unlinkSync } from 'node:fs';
    import { withStoreLock } from '${ROOT}/src/store/store-lock';
    const [folder, start] = process.argv.slice(2) as [string, string];
    while (Date.now() < Number(start));
    withStoreLock(folder, () => {
      try {
        closeSync(openSync(folder + '/inside', 'wx'));
      } catch {
        appendFileSync(folder + '/both', 'x');
        return;
      }
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 3);
      unlinkSync(folder + '/inside');
    });`,
  );
  await bundleProgram(source, program);
  for (let round = 0; round < ROUNDS; round++) {
    const folder = join(place, String(round));
    await mkdir(folder);
    const dead = { token: 'dead', process: { ...ownProcess(), pid: 4_194_000, started: '1' } };
    await writeFile(join(folder, LOCK_NAME), JSON.stringify(dead));
    const start = String(Date.now() + 300);
    const ends = Array.from({ length: PROCESSES }, async () => {
      const child = fork(program, [folder, start], { env: PROGRAM_ENVIRONMENT });
      return new Promise((resolve) => child.once('exit', resolve));
    });
    expect(await Promise.all(ends)).toEqual(Array(PROCESSES).fill(0));
    expect(existsSync(join(folder, 'both')), `two at once in round ${round}`).toBe(false);
    expect(await readdir(folder)).toEqual([]);
    await rm(folder, { recursive: true });
  }
});
