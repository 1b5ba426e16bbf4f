/** A store whose disk becomes full at any moment. */
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Met } from '../fuzz/kept-images';
import { bundleProgram, PROGRAM_ENVIRONMENT } from '../support/bundle';
import { ROOT } from '../support/images';

const run = promisify(execFile);

let home: string;
let program: string;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'face-clusters-test-'));
  program = join(home, 'fill-store.cjs');
  await bundleProgram(join(ROOT, 'test', 'store', 'fill-store.ts'), program);
});
afterAll(() => rm(home, { recursive: true, force: true }));

/** The result of a process that fills a store, or the signal that ended it. */
async function fill(
  folder: string,
  from: number,
  [command, ...args]: string[] = [],
): Promise<Met | string> {
  const whole = [
    ...(command === undefined ? [] : [command, ...args]),
    process.execPath,
    program,
    folder,
    String(from),
  ];
  try {
    const { stdout } = await run(whole[0]!, whole.slice(1), { env: PROGRAM_ENVIRONMENT });
    return JSON.parse(stdout) as Met;
  } catch (error) {
    const { signal, code, stderr } = error as {
      signal: string | null;
      code: unknown;
      stderr: string;
    };
    if (signal === null && !(typeof code === 'number' && code > 128))
      throw new Error(`${String(code)}: ${stderr}`, { cause: error });
    return signal ?? `signal ${Number(code) - 128}`;
  }
}

describe.runIf(process.platform === 'linux')('a store on a full disk', () => {
  it('keeps its records, and continues when there is space', async () => {
    const before = join(home, 'before');
    expect(await fill(before, 260)).toMatchObject({ problem: null, known: 40 });
    let failures = 0;
    // Files cannot grow beyond a limit: a write fails as on a full disk, with EFBIG instead of
    // ENOSPC.
    for (let limit = 4096; limit < 900_000; limit = Math.ceil(limit * 1.35) + 1000) {
      const folder = join(home, `limit-${limit}`);
      await cp(before, folder, { recursive: true });
      const limited = await fill(folder, 0, ['prlimit', `--fsize=${limit}`]);
      const free = await fill(folder, 300);
      // LMDB does not survive it everywhere, but keeps what it had written.
      if (typeof limited !== 'string') {
        if (limited.problem !== null || limited.refused !== null) failures += 1;
        expect(`${limited.problem ?? ''}${limited.refused ?? ''}`).toMatch(
          /^$|no space left on the disk|file too large/i,
        );
      }
      expect(free, `limit ${limit}`).toMatchObject({
        refused: null,
        madeAnew: null,
        problem: null,
      });
      expect((free as Met).known, `limit ${limit}`).toBeGreaterThanOrEqual(40);
      expect(await fill(folder, 0), `limit ${limit}`).toMatchObject({
        refused: null,
        madeAnew: null,
        problem: null,
        known: 300,
      });
    }
    expect(failures).toBeGreaterThan(3);
  }, 240_000);

  it('stops being used before the disk is full', async ({ skip }) => {
    const disk = join(home, 'disk');
    await mkdir(disk);
    // A disk of the process's own. Where user namespaces are allowed, that needs no privileges.
    const mounted = (size: number) => [
      ...['unshare', '--user', '--map-root-user', '--mount', 'sh', '-c'],
      ...[`mount -t tmpfs -o size=${size}k none '${disk}' && exec "$@"`, 'sh'],
    ];
    await run(mounted(100)[0]!, [...mounted(100).slice(1), 'true']).catch(() => {
      skip('mounting a disk requires user namespaces');
    });
    for (const size of [40, 200, 1000, 8192, 8400, 8600, 9000]) {
      const met = await fill(join(disk, 'store'), 0, mounted(size));
      expect(met, `${size} KiB`).toMatchObject({ wrong: [] }); // it did not crash
      const { refused, problem, known } = met as Met;
      if (known < 300) expect(refused ?? problem).toMatch(/no space left on the disk/);
    }
  });
});
