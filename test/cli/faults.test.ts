/** Faults of the machine during runs of the command line and of concurrent engines. */
import { execFile } from 'node:child_process';
import { chmod, chown, cp, mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { analysisSettings } from '../../src/domain/settings';
import { bundled, CLI, type CliResult, settingsWith, startEngine } from '../support/engine';
import { PORTRAITS, ROOT, temporaryFolder } from '../support/images';

const NOBODY = 65534;

interface How {
  env?: NodeJS.ProcessEnv;
  /** Id of another user. */
  user?: number;
  /** Receives chunks of stderr. */
  onStderr?: (text: string) => void;
}

function cliWith(args: readonly string[], { env, user, onStderr }: How): Promise<CliResult> {
  return new Promise((resolve) => {
    const options = {
      maxBuffer: 1e8,
      env: { ...process.env, ...env },
      ...(user === undefined ? {} : { uid: user, gid: user }),
    };
    const child = execFile(process.execPath, [CLI, ...args], options, (_, stdout, stderr) => {
      resolve({ status: child.exitCode, stdout, stderr });
    });
    child.stderr!.on('data', (text: string | Buffer) => onStderr?.(String(text)));
  });
}

const CLUSTERS = ['--clusters', '4', '--detect', 'never'];

const facesIn = (out: string) => readFile(join(out, 'faces.csv'), 'utf8');

describe('two windows and two command lines', () => {
  it('give equal results for one folder while the cache is cleared repeatedly', async () => {
    const home = await temporaryFolder();
    const storeDir = join(home, 'store', 'faces');
    const engines = [startEngine(), startEngine()];
    const outs = ['one', 'two'].map((name) => join(home, name));
    const env = { FACE_CLUSTERS_CACHE: dirname(storeDir) };
    const alone = join(home, 'alone');
    expect(
      await cliWith(['cluster', PORTRAITS, '--out', alone, '--no-cache', ...CLUSTERS], {}),
    ).toMatchObject({ status: 0 });

    const done = new AbortController();
    const work = Promise.all([
      ...engines.map(async (engine, i) => {
        for (let round = 0; round < 3; round++) {
          const params = {
            runDir: join(home, `run-${i}`),
            id: 'test',
            folders: [PORTRAITS],
            bundled,
            storeDir,
          };
          const manifest = await engine.call('analyze', {
            ...params,
            settings: analysisSettings(settingsWith({ detect: 'never' })),
          });
          expect(manifest).toMatchObject({ faces: 72, failures: [] });
        }
      }),
      ...outs.map(async (out) => {
        for (let round = 0; round < 3; round++) {
          const { status, stderr } = await cliWith(
            ['cluster', PORTRAITS, '--out', out, ...CLUSTERS],
            { env },
          );
          expect(status, stderr).toBe(0);
          expect(await facesIn(out)).toBe(await facesIn(alone));
        }
      }),
    ]).finally(() => {
      done.abort();
    });
    const clearing = startEngine();
    const cleared = (async () => {
      while (!done.signal.aborted) {
        await clearing.call('clearStore', { storeDir });
        await wait(400);
      }
    })();
    await Promise.all([work, cleared]);
  });
});

describe('a clock that is set back', () => {
  it('does not change the results, and the cache is still used', async () => {
    const home = await temporaryFolder();
    const env = { FACE_CLUSTERS_CACHE: join(home, 'store') };
    const args = (name: string) => ['cluster', PORTRAITS, '--out', join(home, name), ...CLUSTERS];
    expect(await cliWith(args('before'), { env })).toMatchObject({ status: 0 });
    const back = {
      ...env,
      NODE_OPTIONS: `--require "${join(ROOT, 'test', 'support', 'clock-back.cjs')}"`,
      FACE_CLUSTERS_TEST_HOURS_BACK: '72',
    };
    for (const name of ['back', 'before']) {
      const { status, stdout, stderr } = await cliWith(args(name), { env: back });
      expect(status, stderr).toBe(0);
      expect(stdout).toMatch(/72 of 72 images were in the cache/);
      expect(await facesIn(join(home, name))).toBe(await facesIn(join(home, 'before')));
    }
    expect(await cliWith(args('again'), { env })).toMatchObject({
      status: 0,
      stderr: expect.not.stringMatching(/anew/) as string,
    });
  });
});

/** Root ignores permissions, so these tests run as nobody, who must be able to read the program. */
const isNobodyAble =
  process.getuid?.() === 0 && (await cliWith(['--version'], { user: NOBODY })).status === 0;
if (!isNobodyAble)
  console.warn(
    'skipped: changing permissions: expected to be root, and the program to be readable by all users',
  );

describe.skipIf(!isNobodyAble)('permissions that change during a run', () => {
  const place = async () => {
    const home = await temporaryFolder();
    const photos = join(home, 'photos');
    for (let copy = 0; copy < 10; copy++)
      await cp(PORTRAITS, join(photos, String(copy)), { recursive: true });
    await mkdir(join(home, 'out'));
    for (const path of [home, join(home, 'out')]) await chown(path, NOBODY, NOBODY);
    await chmod(home, 0o755);
    return {
      home,
      photos,
      out: join(home, 'out'),
      env: { HOME: home, TMPDIR: home, FACE_CLUSTERS_CACHE: join(home, 'store') },
    };
  };

  /** Runs an action as soon as the first images are read. */
  const whenReading = (action: () => Promise<unknown>) => {
    let acted: Promise<unknown> | undefined;
    return {
      onStderr: (text: string) => void (text.includes('"stage":"infer"') && (acted ??= action())),
      acted: () => acted,
    };
  };

  it('of images: unreadable ones are listed, the others are clustered', async () => {
    const { photos, out, env } = await place();
    const { onStderr, acted } = whenReading(() => chmod(join(photos, '9'), 0));
    const { status, stdout, stderr } = await cliWith(
      ['cluster', photos, '--out', out, '--progress', 'json', ...CLUSTERS],
      {
        env,
        user: NOBODY,
        onStderr,
      },
    );
    expect(acted()).toBeDefined();
    expect(status, stderr).toBe(0);
    expect(`${stdout}${stderr}`).toMatch(/no permission/);
    const { length } = (await facesIn(out)).trim().split('\n');
    expect(length).toBeLessThan(1 + 720);
    expect(length).toBeGreaterThan(1 + 72);
  });

  it('of the output folder: the run reports it and leaves no incomplete file', async () => {
    const { photos, out, env } = await place();
    const { onStderr, acted } = whenReading(() => chmod(out, 0o555));
    const { status, stderr } = await cliWith(
      ['cluster', photos, '--out', out, '--progress', 'json', ...CLUSTERS],
      {
        env,
        user: NOBODY,
        onStderr,
      },
    );
    expect(acted()).toBeDefined();
    expect(status).not.toBe(0);
    expect(stderr).toMatch(/no permission|EACCES/);
    await chmod(out, 0o755);
    expect((await readdir(out)).filter((name) => /\.(csv|json|html|svg|jpg)$/.test(name))).toEqual(
      [],
    );
    await rm(out, { recursive: true });
  });
});
