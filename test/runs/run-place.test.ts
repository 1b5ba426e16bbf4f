/** Replacing runs, and recovering from a replacement that was interrupted or failed. */
import { spawnSync } from 'node:child_process';
import {
  chmod,
  lstat,
  mkdir,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { listRuns } from '../../src/runs/run-files';
import { removeRun } from '../../src/runs/run-place';
import { readRun } from '../../src/runs/run-store';
import { ownProcess } from '../../src/util/process-identity';
import { faults } from '../support/fs-faults';
import { temporaryFolder } from '../support/images';
import { beginRun, writeRun } from '../support/written-runs';

vi.mock('node:fs/promises', async (original) =>
  (await import('../support/fs-faults')).withFaults(await original()),
);

const isPosix = process.platform !== 'win32';

let runs: string;
let place: string;
beforeEach(async () => {
  runs = await temporaryFolder();
  place = join(runs, 'some-run');
});

afterEach(() => {
  faults.end();
});

/** Levels are multiples of ten. JPEG changes them by one or so. */
const nearestLevel = (face: Uint8Array) => Math.round(face[0]! / 10) * 10;

/** Gray level of the crops of a run. */
async function levelOf(folder = place): Promise<number> {
  const run = await readRun(folder);
  const [face] = await run.crops.faces([0]);
  return nearestLevel(face!);
}

async function list(): Promise<{ ids: string[]; problems: string[] }> {
  const problems: string[] = [];
  const manifests = await listRuns(runs, (problem) => problems.push(problem));
  return { ids: manifests.map(({ id }) => id).sort(), problems };
}

describe('a run', () => {
  it('replaces an earlier run completely', async () => {
    await writeRun(place, { level: 50, faces: 40 });
    expect(await levelOf()).toBe(50);
    await writeRun(place, { level: 90, faces: 30 });
    expect(await levelOf()).toBe(90);
    expect(await readdir(runs)).toEqual(['some-run']);
    expect((await readdir(place)).sort()).toEqual([
      'crops.bin',
      'crops.json',
      'faces.json',
      'images.json',
      'probabilities.f32',
      'run.json',
    ]);
  });

  it('stays complete if its replacement fails at any step', async () => {
    for (const code of ['ENOSPC', 'EIO', 'EDQUOT', 'EROFS']) {
      await rm(place, { recursive: true, force: true });
      await writeRun(place, { level: 50 });
      let failed = 0;
      for (let step = 0; ; step++) {
        faults.failAt(step, code);
        const error: unknown = await writeRun(place, { level: 90 }).then(
          () => undefined,
          (reason: unknown) => reason,
        );
        const { wasMet } = faults.end();
        if (!wasMet) break;
        failed += 1;
        if (error === undefined) {
          expect(await levelOf(), `the new run, after step ${step}: ${faults.last}`).toBe(90);
          await writeRun(place, { level: 50 });
        } else {
          expect(await levelOf(), `the earlier run, after step ${step}: ${faults.last}`).toBe(50);
        }
        expect((await list()).ids).toEqual(['some-run']);
        expect(await readdir(runs), `step ${step}: ${faults.last}`).toEqual(['some-run']);
      }
      expect(failed).toBeGreaterThan(8);
    }
  }, 300_000);

  it('stays complete or is restored if the process that replaces it is killed at any step', async () => {
    await writeRun(place, { level: 50 });
    let killed = 0;
    for (let step = 0; ; step++) {
      faults.stopAt(step);
      const begun = await faults.orStopped(beginRun(place, { level: 90 }));
      const done = begun && (await faults.orStopped(begun.finish()));
      const { wasMet } = faults.end();
      if (!wasMet) {
        expect(done).toBeDefined();
        break;
      }
      killed += 1;
      const before = faults.last;
      const { ids, problems } = await list();
      expect([ids, problems], `step ${step}: ${before}`).toEqual([['some-run'], []]);
      expect([50, 90], `step ${step}: ${before}`).toContain(await levelOf());
      // An unfinished run is removed only after its process has ended. This is that process.
      const left = (await readdir(runs)).filter((name) => name !== 'some-run');
      expect(left.every((name) => name.endsWith('.partial'))).toBe(true);
      for (const name of left) await rm(join(runs, name), { recursive: true });
      await writeRun(place, { level: 50 });
    }
    expect(killed).toBeGreaterThan(8);
  }, 300_000);

  it('is moved after another program releases its folder, as on Windows', async () => {
    await writeRun(place, { level: 50 });
    for (const code of ['EPERM', 'EBUSY', 'EACCES']) {
      const level = code === 'EPERM' ? 70 : code === 'EBUSY' ? 90 : 110;
      faults.failRenames(code, 3);
      await writeRun(place, { level });
      faults.end();
      expect(await levelOf()).toBe(level);
    }
  });

  it.each(['EPERM', 'EBUSY', 'EACCES', 'ENOSPC'])(
    'leaves the earlier run unchanged if it cannot be moved: %s',
    async (code) => {
      await writeRun(place, { level: 50 });
      faults.failRenames(code, Infinity, (from) => from.endsWith('.partial'));
      await expect(writeRun(place, { level: 90 })).rejects.toThrow(
        /cannot be moved to .*; the earlier one is unchanged/,
      );
      faults.end();
      expect(await levelOf()).toBe(50);
      expect(await readdir(runs)).toEqual(['some-run']);
    },
  );

  it('is restored later if it can neither be replaced nor moved back', async () => {
    await writeRun(place, { level: 50 });
    faults.failRenames('EBUSY', Infinity, (_, to) => to === place);
    await expect(writeRun(place, { level: 90 })).rejects.toThrow(
      /it is in '.*\.old', and is moved back when runs are listed/,
    );
    faults.end();
    expect((await list()).ids).toEqual(['some-run']);
    expect(await levelOf()).toBe(50);
    expect(await readdir(runs)).toEqual(['some-run']);
  });

  it('is the last of several that are moved to the same place at once', async () => {
    await writeRun(place, { level: 50 });
    for (let round = 0; round < 10; round++) {
      const begun = await Promise.all([60, 70, 80, 90].map((level) => beginRun(place, { level })));
      await Promise.all(begun.map(({ finish }) => finish()));
      expect([60, 70, 80, 90]).toContain(await levelOf());
      expect(await readdir(runs)).toEqual(['some-run']);
    }
  }, 60_000);

  it('is read consistently while others replace it', async () => {
    await writeRun(place, { level: 50, faces: 33 });
    const state = { isWriting: true };
    const writing = (async () => {
      for (let i = 0; i < 15; i++)
        await writeRun(place, i % 2 === 0 ? { level: 90, faces: 55 } : { level: 50, faces: 33 });
      state.isWriting = false;
    })();
    let reads = 0;
    while (state.isWriting) {
      const run = await readRun(place);
      expect([33, 55]).toContain(run.manifest.faces);
      expect(run.crops.count).toBe(run.manifest.faces);
      reads += 1;
      try {
        const [face] = await run.crops.faces([run.manifest.faces - 1]);
        expect(nearestLevel(face!)).toBe(run.manifest.faces === 55 ? 90 : 50);
      } catch (error) {
        expect(String(error)).toMatch(/replaced meanwhile|is missing|ENOENT/);
      }
    }
    await writing;
    expect(reads).toBeGreaterThan(0);
  }, 120_000);
});

describe('leftovers of killed processes', () => {
  const age = async (path: string, hours: number) => {
    const time = new Date(Date.now() - hours * 3600 * 1000);
    await utimes(path, time, time);
  };

  it('are repaired when runs are listed: a run that was moved aside is restored unless it was replaced', async () => {
    await writeRun(place, { level: 50 });
    await rename(place, `${place}-0123abcd.old`);
    await writeRun(join(runs, 'another'), { level: 60 });
    await writeRun(join(runs, 'x'), { level: 70 });
    await rename(join(runs, 'x'), join(runs, 'another-0123abcd.old'));
    expect(await list()).toEqual({ ids: ['another', 'some-run'], problems: [] });
    expect(await levelOf()).toBe(50);
    expect(await levelOf(join(runs, 'another'))).toBe(60);
    expect((await readdir(runs)).sort()).toEqual(['another', 'some-run']);
  });

  it('are repaired when the run is opened or replaced', async () => {
    await writeRun(place, { level: 50 });
    await rename(place, `${place}-0123abcd.old`);
    expect(await levelOf()).toBe(50);
    await rename(place, `${place}-0123abcd.old`);
    const { writer } = await beginRun(place);
    await writer.abandon();
    expect(await levelOf()).toBe(50);
  });

  it('contain several runs that were moved aside, of which the last is restored', async () => {
    await writeRun(place, { level: 50 });
    await rename(place, `${place}-ffffffff.old`);
    await age(`${place}-ffffffff.old`, 2);
    await writeRun(join(runs, 'x'), { level: 60 });
    await rename(join(runs, 'x'), `${place}-00000000.old`);
    await list();
    expect(await levelOf()).toBe(60);
    expect(await readdir(runs)).toEqual(['some-run']);
  });

  it('are removed if their process has ended, and kept while it runs', async () => {
    const { status, pid } = spawnSync(process.execPath, ['-e', '']);
    expect(status).toBe(0);
    const writers: Record<string, object | undefined> = {
      'of-this-process': ownProcess(),
      'of-one-that-is-gone': { ...ownProcess(), pid },
      'of-one-whose-number-was-given-again': { ...ownProcess(), started: '1' },
      'of-another-machine': { ...ownProcess(), origin: 'elsewhere' },
      'of-an-older-version': undefined,
      'of-a-writer-nobody-can-read': {},
    };
    for (const [name, writer] of Object.entries(writers)) {
      await mkdir(join(runs, `${name}.partial`));
      if (writer !== undefined)
        await writeFile(join(runs, `${name}.partial`, 'writer.json'), JSON.stringify(writer));
    }
    await list();
    const hasStart = ownProcess().started !== null; // not on Windows and macOS
    const swept = [
      'of-one-that-is-gone',
      ...(hasStart ? ['of-one-whose-number-was-given-again'] : []),
    ];
    const left = Object.keys(writers).filter((name) => !swept.includes(name));
    expect((await readdir(runs)).sort()).toEqual(left.map((name) => `${name}.partial`).sort());
    for (const name of left) {
      const path = join(runs, `${name}.partial`);
      for (const file of await readdir(path)) await age(join(path, file), 25);
      await age(path, 25);
    }
    await list();
    expect(await readdir(runs)).toEqual(['of-this-process.partial']);
  });

  it('are kept while a process on another machine still writes them', async () => {
    const path = join(runs, 'some-run-0.partial');
    await mkdir(path);
    await writeFile(join(path, 'crops.bin'), 'written just now');
    await age(path, 100);
    await list();
    expect(await readdir(runs)).toEqual(['some-run-0.partial']);
    await age(join(path, 'crops.bin'), 25);
    await age(path, 100);
    await list();
    expect(await readdir(runs)).toEqual([]);
  });

  it('do not hide runs if they vanish while they are examined', async () => {
    await writeRun(place);
    await mkdir(join(runs, 'vanishing.partial'));
    faults.failPaths((path) => path.includes('vanishing'), 'ENOENT');
    expect(await list()).toEqual({ ids: ['some-run'], problems: [] });
    faults.end();
    faults.failPaths((path) => path.includes('vanishing'), 'EIO');
    expect(await list()).toEqual({
      ids: ['some-run'],
      problems: [expect.stringContaining('vanishing.partial')],
    });
    faults.end();
  });

  it('are removed together with their run', async () => {
    await writeRun(join(runs, 'x'));
    await rename(join(runs, 'x'), `${place}-0123abcd.old`);
    await writeRun(join(runs, 'another'));
    await writeRun(place);
    await rename(join(runs, 'another'), `${place}-89abcdef.old`);
    await removeRun(place);
    expect((await list()).ids).toEqual([]);
    expect(await readdir(runs)).toEqual([]);
  });
});

describe.runIf(isPosix)('other users', () => {
  const modes = async (folder: string) => {
    const found = new Map<string, string>();
    for (const path of [folder, ...(await readdir(folder)).map((name) => join(folder, name))]) {
      found.set(path, ((await stat(path)).mode & 0o777).toString(8));
    }
    return [...new Set(found.values())].sort();
  };

  it('cannot read a run, whatever the umask of the process that wrote it', async () => {
    const before = process.umask(0);
    onTestFinished(() => void process.umask(before));
    place = join(runs, 'storage', 'runs', 'some-run');
    const { finish } = await beginRun(place);
    const [partial] = await readdir(join(place, '..'));
    expect(await modes(join(place, '..', partial!))).toEqual(['600', '700']);
    await finish();
    expect(await modes(place)).toEqual(['600', '700']);
    for (const path of [join(place, '..'), join(place, '..', '..')])
      expect((await stat(path)).mode & 0o777).toBe(0o700);
  });

  it('can no longer read a run of an older version once it is listed', async () => {
    await writeRun(place);
    for (const name of await readdir(place)) await chmod(join(place, name), 0o644);
    await chmod(place, 0o755);
    await list();
    expect(await modes(place)).toEqual(['600', '700']);
  });

  it('keep their permissions for the target of a link in a run', async () => {
    await writeRun(place);
    await writeFile(join(runs, 'victim'), 'of somebody');
    await chmod(join(runs, 'victim'), 0o644);
    await symlink(join(runs, 'victim'), join(place, 'link'));
    await chmod(place, 0o755);
    await list();
    expect((await lstat(join(runs, 'victim'))).mode & 0o777).toBe(0o644);
    await removeRun(place);
    expect(await readFile(join(runs, 'victim'), 'utf8')).toBe('of somebody');
  });
});
