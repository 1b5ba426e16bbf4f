import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import {
  chmod,
  chown,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  stat,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { makeTemporaryFolder, sweepTemporaryFolders } from '../../src/util/temporary-folder';
import { outputCleaner } from '../../src/util/unfinished-output';
import { temporaryFolder, writeFiles } from '../support/images';

/** A process number nobody has: that of a process that has ended. */
const endedPid = () => spawnSync(process.execPath, ['-e', '']).pid;

/** A folder as a process leaves it that is killed, with changes to what it says of its owner. */
async function leftBehind(parent: string, changes: Record<string, unknown> = {}): Promise<string> {
  const made = await makeTemporaryFolder(parent);
  const owner = JSON.parse(await readFile(join(made.path, 'owner.json'), 'utf8')) as object;
  await made.remove();
  const folder = await mkdtemp(join(parent, 'face-clusters-'));
  await writeFiles(folder, {
    'run/faces.json': 'x',
    'owner.json': JSON.stringify({ ...owner, pid: endedPid(), ...changes }),
  });
  await chmod(join(folder, 'owner.json'), 0o600);
  return folder;
}

describe('a temporary folder', () => {
  it('is readable by its user only, and removed with all it holds', async () => {
    const parent = await temporaryFolder();
    for (const hidden of [false, true]) {
      const folder = await makeTemporaryFolder(parent, { hidden });
      if (process.platform !== 'win32') expect((await stat(folder.path)).mode & 0o777).toBe(0o700);
      await writeFiles(folder.path, { 'a/b/c': 'x' });
      await folder.remove();
      expect(await readdir(parent)).toEqual([]);
    }
  });

  it('of a process that is gone is swept when the next one is made', async () => {
    const parent = await temporaryFolder();
    await leftBehind(parent);
    const folder = await makeTemporaryFolder(parent);
    expect(await readdir(parent)).toEqual([folder.path.slice(parent.length + 1)]);
    await folder.remove();
  });

  it('is swept with the folders that a killed process made for its output', async () => {
    const parent = await temporaryFolder();
    const out = join(parent, 'a', 'out');
    const clean = outputCleaner(out);
    await mkdir(out, { recursive: true });
    await leftBehind(out);
    await clean();
    expect(await readdir(parent)).toEqual([]);
  });

  it('is swept from a folder that was there, which stays with its files', async () => {
    const out = await temporaryFolder();
    const clean = outputCleaner(out);
    await leftBehind(out);
    await clean();
    expect(await readdir(out)).toEqual([]);
    await writeFiles(out, { 'mine.txt': 'x' });
    await clean();
    expect(await readdir(out)).toEqual(['mine.txt']);
  });

  it('of a process that lives stays, also after 99 days', async () => {
    const parent = await temporaryFolder();
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
    onTestFinished(() => void child.kill('SIGKILL'));
    const folder = await leftBehind(parent, { pid: child.pid, started: null });
    const long = Date.now() / 1000 - 99 * 86400;
    await utimes(join(folder, 'owner.json'), long, long);
    await sweepTemporaryFolders(parent);
    expect(await readdir(folder)).toHaveLength(2);
  });

  it.skipIf(process.platform !== 'linux')(
    'of a process whose number another one has now is swept',
    async () => {
      const parent = await temporaryFolder();
      const folder = await leftBehind(parent, { pid: process.pid, started: '1' });
      await sweepTemporaryFolders(parent);
      expect(existsSync(folder)).toBe(false);
    },
  );

  it('of another machine or container is swept a week after its last sign of life', async () => {
    const parent = await temporaryFolder();
    const folder = await leftBehind(parent, { origin: 'elsewhere' });
    await sweepTemporaryFolders(parent);
    expect(existsSync(folder)).toBe(true);
    const then = Date.now() / 1000 - 8 * 86400;
    await utimes(join(folder, 'owner.json'), then, then);
    await sweepTemporaryFolders(parent);
    expect(existsSync(folder)).toBe(false);
  });

  it('that its process could not name is swept an hour later, if it is empty', async () => {
    const parent = await temporaryFolder();
    const [empty, full] = await Promise.all(
      [1, 2].map(() => mkdtemp(join(parent, 'face-clusters-'))),
    );
    await writeFile(join(full!, 'photo.jpg'), 'mine');
    const present = () => [empty, full].map((each) => existsSync(each!));
    await sweepTemporaryFolders(parent);
    expect(present()).toEqual([true, true]); // one whose process is about to name it
    const then = Date.now() / 1000 - 3700;
    await Promise.all([empty, full].map((each) => utimes(each!, then, then)));
    await sweepTemporaryFolders(parent);
    expect(present()).toEqual([false, true]);
  });

  it.each<[string, (folder: string, victim: string) => Promise<unknown>]>([
    [
      'has another name',
      (folder, victim) => rename(folder, join(victim, '..', 'face-clusters-mine')),
    ],
    [
      'is named by a file that is not of this program',
      (folder) => writeFile(join(folder, 'owner.json'), '{"pid":1}'),
    ],
    ['is named by a file that is no JSON', (folder) => writeFile(join(folder, 'owner.json'), 'x')],
    ['is named by a file others may write', (folder) => chmod(join(folder, 'owner.json'), 0o666)],
    ['may be written by others', (folder) => chmod(folder, 0o777)],
    [
      'is a link to a folder',
      async (folder, victim) => {
        await rename(folder, victim);
        await symlink(victim, folder);
      },
    ],
  ])('stays if it %s', async (_, change) => {
    const root = await temporaryFolder();
    const parent = join(root, 'tmp');
    await mkdir(parent);
    const folder = await leftBehind(parent);
    await change(folder, join(parent, 'victim'));
    const before = await readdir(parent, { recursive: true });
    expect(before.some((name) => name.endsWith('faces.json'))).toBe(true);
    await sweepTemporaryFolders(parent);
    expect(await readdir(parent, { recursive: true })).toEqual(before);
  });

  it.skipIf(process.getuid?.() !== 0)('of another user stays', async () => {
    const parent = await temporaryFolder();
    const folder = await leftBehind(parent);
    await chown(folder, 12345, 12345);
    await sweepTemporaryFolders(parent);
    expect(existsSync(folder)).toBe(true);
  });

  it('is not swept where anybody may put another one in its place', async () => {
    const parent = await temporaryFolder();
    const folder = await leftBehind(parent);
    await chmod(parent, 0o777);
    await sweepTemporaryFolders(parent);
    expect(existsSync(folder)).toBe(true);
    await chmod(parent, 0o1777);
    await sweepTemporaryFolders(parent);
    expect(existsSync(folder)).toBe(false);
  });

  it('with a link in it is removed without what the link leads to', async () => {
    const [parent, victim] = [await temporaryFolder(), await temporaryFolder()];
    await writeFile(join(victim, 'photo.jpg'), 'mine');
    const folder = await leftBehind(parent);
    await symlink(victim, join(folder, 'link'));
    await sweepTemporaryFolders(parent);
    expect(existsSync(folder)).toBe(false);
    expect(await readdir(victim)).toEqual(['photo.jpg']);
  });

  it("lies in the system's temporary folder", async () => {
    const folder = await makeTemporaryFolder();
    expect(folder.path.startsWith(join(tmpdir(), 'face-clusters-'))).toBe(true);
    await folder.remove();
  });
});
