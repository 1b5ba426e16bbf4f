/** Signals: exit status of the command line, and cleanup. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { chmod, mkdir, readdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { CLI, vectorsCommand } from '../support/engine';
import { PORTRAITS, temporaryFolder } from '../support/images';

/** The program's own temporary folders, without those of libraries. */
const foldersIn = async (tmp: string) =>
  (await readdir(tmp)).filter((name) => name.startsWith('face-clusters-')).sort();

/** Starts a long run of the command line with its own temporary folder. */
async function started(options: { tmp?: string; args?: string[] } = {}) {
  const tmp = options.tmp ?? (await temporaryFolder());
  const out = join(await temporaryFolder(), 'out');
  const args = options.args ?? [
    'cluster',
    PORTRAITS,
    '--provider',
    'cpu',
    '--batch-size',
    '1',
    '--no-cache',
    '--out',
    out,
  ];
  const child = spawn(process.execPath, [CLI, ...args, '--progress', 'json'], {
    env: { ...process.env, TMPDIR: tmp },
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const ended = once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>;
  /** Resolves during the work. */
  const working = async () => {
    await expect.poll(() => stderr, { timeout: 60_000, interval: 10 }).toContain('"infer"');
    expect(await foldersIn(tmp)).toHaveLength(1);
  };
  return { child, tmp, out, ended, working, stderr: () => stderr };
}

/** The engine's process. */
function engineOf({ pid }: ChildProcess): number {
  const [first] = readFileSync(`/proc/${String(pid)}/task/${String(pid)}/children`, 'utf8')
    .trim()
    .split(' ');
  return Number(first);
}

function isRunning(pid: number): boolean {
  try {
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

const isPosix = process.platform !== 'win32';

describe.skipIf(!isPosix)('the command line', () => {
  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    'ends on %s with status 130 and leaves no temporary folder',
    async (signal) => {
      const { child, tmp, out, ended, working, stderr } = await started();
      await working();
      child.kill(signal);
      expect(await ended).toEqual([130, null]);
      expect(stderr().trim().split('\n').at(-1)).toBe('interrupted');
      expect(await foldersIn(tmp)).toEqual([]);
      await expect(readdir(out)).rejects.toThrow(/ENOENT/);
    },
  );

  it.skipIf(process.platform !== 'linux')(
    'ends at the second signal while the engine hangs, and leaves no temporary folder',
    async () => {
      const { child, tmp, ended, working } = await started();
      await working();
      const engine = engineOf(child);
      process.kill(engine, 'SIGSTOP');
      child.kill('SIGINT');
      // The system merges a pending signal with another one of the same kind.
      await new Promise((resolve) => setTimeout(resolve, 100));
      child.kill('SIGINT');
      expect(await ended).toEqual([130, null]);
      await expect.poll(() => isRunning(engine), { interval: 10 }).toBe(false);
      expect(await foldersIn(tmp)).toEqual([]);
    },
  );

  it('removes temporary folders of killed runs, and none of active runs', async () => {
    const tmp = await temporaryFolder();
    const killed = await started({ tmp });
    await killed.working();
    killed.child.kill('SIGKILL');
    await killed.ended;
    await expect.poll(() => foldersIn(tmp)).toHaveLength(1);
    const [left] = await foldersIn(tmp);
    const second = await started({ tmp });
    await second.working();
    const [own] = await foldersIn(tmp);
    expect(own).not.toBe(left);
    // A third run beside the second one: both keep their folders.
    const third = await started({ tmp });
    await expect.poll(() => foldersIn(tmp), { timeout: 60_000 }).toHaveLength(2);
    expect(await foldersIn(tmp)).toContain(own);
    for (const { child, ended } of [third, second]) {
      child.kill('SIGINT');
      await ended;
    }
    expect(await foldersIn(tmp)).toEqual([]);
  });

  it('removes no similarly named folder of others', async () => {
    const tmp = await temporaryFolder();
    const victim = await temporaryFolder();
    await mkdir(join(tmp, 'face-clusters-abc123'));
    await writeFile(join(tmp, 'face-clusters-abc123', 'photo.jpg'), 'mine');
    await symlink(victim, join(tmp, 'face-clusters-def456'));
    await writeFile(
      join(victim, 'owner.json'),
      JSON.stringify({ program: 'face-clusters', pid: 999_999_999, started: null, origin: 'x' }),
    );
    await chmod(victim, 0o700);
    const { child, ended } = await started({ tmp });
    await expect.poll(() => foldersIn(tmp), { timeout: 60_000 }).toHaveLength(3);
    child.kill('SIGINT');
    await ended;
    expect(await foldersIn(tmp)).toEqual(['face-clusters-abc123', 'face-clusters-def456']);
    expect(await readdir(victim)).toEqual(['owner.json']);
    expect(await readdir(join(tmp, 'face-clusters-abc123'))).toEqual(['photo.jpg']);
  });

  it('reports a missing temporary folder in one line', async () => {
    const { ended, stderr } = await started({ tmp: '/nowhere' });
    expect((await ended)[0]).toBe(1);
    expect(stderr()).toBe(
      "face-clusters: cannot make a temporary folder in '/nowhere': it does not exist (ENOENT). Set TMPDIR to another folder\n",
    );
  });

  it.each([['--help'], ['cluster --help'], ['--version']])(
    '%s ends silently if its output is closed',
    async (args) => {
      const child = spawn(process.execPath, [CLI, ...args.split(' ')]);
      child.stdout.destroy(); // like `| head`, but before the first line
      let stderr = '';
      child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
      expect(await once(child, 'close')).toEqual([0, null]);
      expect(stderr).toBe('');
    },
  );

  it('writes all files if its output is closed', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'vectors.csv'), 'image,Male,Smiling\na,1,0\nb,0,1\nc,1,1\n');
    const out = join(folder, 'out');
    const args = vectorsCommand(folder, out, 2);
    const child = spawn(process.execPath, [CLI, ...args, '--progress', 'json']);
    child.stdout.destroy();
    child.stderr.destroy();
    expect(await once(child, 'close')).toEqual([0, null]);
    expect(await readdir(out)).toEqual(expect.arrayContaining(['faces.csv', 'clusters.json']));
  });
});
