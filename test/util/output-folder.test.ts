import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import {
  chmod,
  link,
  lstat,
  mkdir,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { CancelledError, UserError } from '../../src/util/errors';
import { MARKER, readMarker } from '../../src/util/export-marker';
import {
  checkOutput,
  filesInTheWay,
  type OutputKind,
  writeNeeded,
  writeOutput,
} from '../../src/util/output-folder';
import { publishNew, writeChosenFile } from '../../src/util/user-files';
import { ROOT, temporaryFolder, writeFiles } from '../support/images';
import { smallDisk } from '../support/small-disk';

const KIND: OutputKind = { name: 'test', names: /^(a\.csv|b\.csv|clusters\/\d\d\/(c|d)\.svg)$/ };
const OTHER: OutputKind = { name: 'other', names: /^other\.csv$/ };
const isPosix = process.platform !== 'win32';

type Files = Record<string, string | Uint8Array>;

function write(
  folder: string,
  files: Files,
  { kind = KIND, overwrite = false, signal }: Partial<Parameters<typeof writeOutput>[1]> = {},
) {
  return writeOutput(folder, { kind, overwrite, signal }, async (add) => {
    for (const [name, content] of Object.entries(files)) await add(name, content);
  });
}

/**
 * All files below a folder with their content, the marker aside; folders that are empty as null.
 */
async function contents(folder: string): Promise<Record<string, string | null>> {
  const found: Record<string, string | null> = {};
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (entry.name === MARKER) continue;
    if (!entry.isDirectory()) {
      found[entry.name] = await readFile(join(folder, entry.name), 'utf8');
      continue;
    }
    const below = Object.entries(await contents(join(folder, entry.name)));
    if (below.length === 0) found[entry.name] = null;
    for (const [name, content] of below) found[`${entry.name}/${name}`] = content;
  }
  return found;
}

const FIRST = { 'a.csv': 'a1', 'clusters/00/c.svg': 'c0', 'clusters/01/c.svg': 'c1' };

describe('an output folder', () => {
  it('is made with its files, for its user only, and lists them with their sums', async () => {
    const folder = join(await temporaryFolder(), 'new', 'out');
    expect(await write(folder, FIRST)).toEqual({
      files: Object.keys(FIRST),
      inTheWay: [],
      kept: [],
    });
    expect(await contents(folder)).toEqual(FIRST);
    expect((await readdir(folder)).sort()).toEqual([MARKER, 'a.csv', 'clusters']);
    const listed = await readMarker(folder);
    expect(listed!.map(({ name }) => name)).toEqual(Object.keys(FIRST));
    expect(listed![0]).toEqual({
      name: 'a.csv',
      by: 'test',
      size: 2,
      sha256: createHash('sha256').update('a1').digest('hex'),
    });
    if (!isPosix) return;
    for (const name of ['a.csv', MARKER, 'clusters/00/c.svg'])
      expect((await stat(join(folder, name))).mode & 0o777, name).toBe(0o600);
    for (const name of ['..', '.', 'clusters', 'clusters/00'])
      expect((await stat(join(folder, name))).mode & 0o777, name).toBe(0o700);
  });

  it('has its own files replaced and those of a larger run before removed, and nothing else', async () => {
    const folder = await temporaryFolder();
    await write(folder, { ...FIRST, 'b.csv': 'b1' });
    await write(folder, { 'other.csv': 'of another kind' }, { kind: OTHER });
    await writeFiles(folder, { 'clusters/01/mine.txt': 'mine', 'mine.txt': 'mine' });
    expect(await write(folder, { 'a.csv': 'a2', 'clusters/00/d.svg': 'd0' })).toMatchObject({
      inTheWay: [],
      kept: [],
    });
    const mine = {
      'clusters/01/mine.txt': 'mine',
      'mine.txt': 'mine',
      'other.csv': 'of another kind',
    };
    expect(await contents(folder)).toEqual({ 'a.csv': 'a2', 'clusters/00/d.svg': 'd0', ...mine });
    await write(folder, { 'a.csv': 'a3' });
    expect(await contents(folder), 'folders that are empty then go as well').toEqual({
      'a.csv': 'a3',
      ...mine,
    });
    expect((await readMarker(folder))!.map(({ name }) => name)).toEqual(['other.csv', 'a.csv']);
  });

  it.each<[string, Files]>([
    ['another program wrote', { 'b.csv': 'theirs' }],
    ['the user changed', { 'a.csv': 'changed' }],
    ['the user changed, to the same size', { 'a.csv': 'a!' }],
    ['are in a folder of a cluster', { 'clusters/02/c.svg': 'mine' }],
    ['are called as the list of own files', { [MARKER]: '{"files":[]}' }],
  ])('keeps files that %s, unless told otherwise', async (_, mine) => {
    const folder = await temporaryFolder();
    await write(folder, FIRST);
    await writeFiles(folder, mine);
    const marker = await readFile(join(folder, MARKER), 'utf8');
    const next = { ...FIRST, 'a.csv': 'a2', 'b.csv': 'b2', 'clusters/02/c.svg': 'c2' };
    const { files, inTheWay } = await write(folder, next);
    expect(files).toEqual([]);
    expect(inTheWay).toEqual(expect.arrayContaining(Object.keys(mine)));
    const plain = Object.fromEntries(Object.entries(mine).filter(([name]) => name !== MARKER));
    expect(await contents(folder), 'nothing is written').toEqual({ ...FIRST, ...plain });
    expect(await readFile(join(folder, MARKER), 'utf8')).toBe(marker);
    await expect(
      writeNeeded(folder, { kind: KIND, overwrite: false }, async (add) => {
        for (const [name, content] of Object.entries(next)) await add(name, content);
      }),
    ).rejects.toThrow(
      /has files that Face Clusters did not write, or that were changed since: .*--overwrite/,
    );

    expect(await write(folder, next, { overwrite: true })).toMatchObject({ inTheWay: [] });
    expect(await contents(folder)).toEqual(next);
    expect(await write(folder, next), 'and they are its own now').toMatchObject({ inTheWay: [] });
  });

  it('says which files it would have removed but for a change', async () => {
    const folder = await temporaryFolder();
    await write(folder, FIRST);
    await writeFile(join(folder, 'clusters/01/c.svg'), 'painted over');
    expect(await write(folder, { 'a.csv': 'a2' })).toMatchObject({ kept: ['clusters/01/c.svg'] });
    expect(await contents(folder)).toEqual({ 'a.csv': 'a2', 'clusters/01/c.svg': 'painted over' });
    expect(await write(folder, { 'a.csv': 'a3' }), 'once').toMatchObject({ kept: [] });
  });

  it.skipIf(!isPosix)('never follows a link below it, whatever it is told', async () => {
    for (const overwrite of [false, true]) {
      for (const at of ['clusters', 'clusters/00']) {
        const [folder, victim] = [await temporaryFolder(), await temporaryFolder()];
        await writeFiles(victim, { 'c.svg': 'mine', '00/c.svg': 'mine' });
        await write(folder, FIRST);
        await rename(join(folder, at), join(folder, 'aside'));
        await symlink(victim, join(folder, at));
        const before = await contents(victim);
        await expect(write(folder, FIRST, { overwrite })).rejects.toThrow(
          /is a symbolic link, which is not followed: expected a folder/,
        );
        // Neither are files removed through it that an earlier run wrote.
        await expect(write(folder, { 'a.csv': 'a2' }, { overwrite })).rejects.toThrow(
          /is a symbolic link/,
        );
        expect(await contents(victim)).toEqual(before);
      }
    }
  });

  it.skipIf(!isPosix)(
    'takes a link in the place of a file for another one, and replaces it as itself if told to',
    async () => {
      const [folder, victim] = [await temporaryFolder(), join(await temporaryFolder(), 'victim')];
      await writeFile(victim, 'a1'); // what was written under the name of the link, to the letter
      await write(folder, FIRST);
      await rm(join(folder, 'a.csv'));
      await symlink(victim, join(folder, 'a.csv'));
      expect((await write(folder, { 'a.csv': 'a2' })).inTheWay).toEqual(['a.csv']);
      await write(folder, { 'a.csv': 'a2' }, { overwrite: true });
      expect(await readFile(victim, 'utf8')).toBe('a1');
      expect((await lstat(join(folder, 'a.csv'))).isFile()).toBe(true);
    },
  );

  it.skipIf(!isPosix)(
    'leaves a file that a hard link shares as it is under its other name',
    async () => {
      const [folder, other] = [await temporaryFolder(), join(await temporaryFolder(), 'other')];
      await write(folder, FIRST);
      await link(join(folder, 'a.csv'), other);
      await write(folder, { ...FIRST, 'a.csv': 'a2' });
      expect(await readFile(other, 'utf8')).toBe('a1');
    },
  );

  it.skipIf(!isPosix)('is not a link, and not a file', async () => {
    const root = await temporaryFolder();
    await mkdir(join(root, 'there'));
    await symlink(join(root, 'there'), join(root, 'link'));
    await symlink(join(root, 'nowhere'), join(root, 'dangling'));
    await writeFile(join(root, 'file'), '');
    for (const [name, reason] of [
      ['link', /is a symbolic link, which is not followed: give the folder it leads to/],
      ['dangling', /is a symbolic link/],
      ['file', /it is a file: expected a folder/],
      ['file/below', /a part of the path is not a folder \(ENOTDIR\)/],
      ['x'.repeat(300), /the name is too long \(ENAMETOOLONG\)/],
    ] as const) {
      await expect(write(join(root, name), FIRST), name).rejects.toThrow(reason);
      await expect(
        checkOutput(join(root, name), { kind: KIND, overwrite: true }, ['a.csv']),
        name,
      ).rejects.toThrow(reason);
    }
    expect(await readdir(join(root, 'there'))).toEqual([]);
  });

  it('refuses a folder where a file is to be, whatever it is told', async () => {
    const folder = await temporaryFolder();
    await mkdir(join(folder, 'a.csv'));
    for (const overwrite of [false, true]) {
      await expect(write(folder, FIRST, { overwrite })).rejects.toThrow(
        /a\.csv' is a folder: expected a file or nothing/,
      );
    }
    expect(await contents(folder)).toEqual({ 'a.csv': null });
  });

  it('is as it was before where the making fails or is cancelled', async () => {
    const root = await temporaryFolder();
    const folder = join(root, 'out');
    const fails = (path: string, error: Error) =>
      writeOutput(path, { kind: KIND, overwrite: false }, async (add) => {
        await add('a.csv', 'half');
        throw error;
      });
    await expect(fails(join(folder, 'new'), new Error('broken'))).rejects.toThrow('broken');
    expect(await readdir(root), 'folders that were made are gone').toEqual([]);
    await write(folder, FIRST);
    await expect(fails(folder, new Error('broken'))).rejects.toThrow('broken');
    const controller = new AbortController();
    controller.abort(new CancelledError());
    await expect(write(folder, { 'a.csv': 'a2' }, { signal: controller.signal })).rejects.toThrow(
      CancelledError,
    );
    expect(await contents(folder)).toEqual(FIRST);
    expect((await readdir(folder)).sort()).toEqual([MARKER, 'a.csv', 'clusters']);
  });

  it.skipIf(!isPosix)(
    'knows its files after a kill between any two steps, each as it was or as it was to be',
    async () => {
      const root = await temporaryFolder();
      const [source, outfile] = [join(ROOT, 'src/util/output-folder.ts'), join(root, 'output.cjs')];
      await build({ entryPoints: [source], bundle: true, platform: 'node', outfile });
      const later: Record<string, string> = {
        'a.csv': 'a2',
        'b.csv': 'b2',
        'clusters/00/c.svg': 'c2',
      };
      // Ends itself before a step that changes what the folder holds.
      const code = `
      const fs = require('node:fs/promises');
      let left = Number(process.argv[2]);
      for (const name of ['rename', 'link', 'unlink', 'rmdir']) {
        const step = fs[name];
        fs[name] = (...args) => (left-- > 0 ? step(...args) : process.kill(process.pid, 'SIGKILL') && new Promise(() => {}));
      }
      const kind = { name: 'test', names: ${String(KIND.names)} };
      require('./output.cjs').writeOutput(process.argv[3], { kind, overwrite: false }, async (add) => {
        for (const [name, content] of Object.entries(${JSON.stringify(later)})) await add(name, content);
      });`;
      await writeFile(join(root, 'write.cjs'), code);
      let steps = 0;
      for (; ; steps++) {
        const folder = join(root, `out-${steps}`);
        await write(folder, FIRST);
        const { status } = spawnSync(
          process.execPath,
          [join(root, 'write.cjs'), String(steps), folder],
          { stdio: 'inherit' },
        );
        for (const [name, content] of Object.entries(await contents(folder))) {
          if (name.startsWith('.') || content === null) continue;
          expect([later[name], (FIRST as typeof later)[name]], name).toContain(content);
        }
        expect(await write(folder, later), `killed before step ${steps}`).toMatchObject({
          inTheWay: [],
          kept: [],
        });
        expect(await contents(folder), 'what was left behind is swept').toEqual(later);
        if (status === 0) break;
      }
      expect(steps).toBeGreaterThan(5);
    },
  );

  it('believes a list of own files only as far as names go that it writes', async () => {
    const [folder, victim] = [await temporaryFolder(), await temporaryFolder()];
    await writeFiles(victim, { 'diary.txt': 'mine' });
    await writeFiles(folder, { 'notes.txt': 'mine', 'clusters/00/c.svg': 'mine' });
    const entry = (name: string) => ({
      name,
      by: 'test',
      size: 4,
      sha256: createHash('sha256').update('mine').digest('hex'),
    });
    const names = [
      'notes.txt',
      '../x/diary.txt',
      join(victim, 'diary.txt'),
      'clusters/../notes.txt',
      'clusters/00/../../notes.txt',
    ];
    const files = [...names.map(entry), 7, null, { name: 'a.csv' }];
    await writeFile(
      join(folder, MARKER),
      JSON.stringify({ program: 'face-clusters', version: 1, files }),
    );
    await write(folder, { 'a.csv': 'a1' });
    expect(await contents(folder)).toEqual({
      'a.csv': 'a1',
      'notes.txt': 'mine',
      'clusters/00/c.svg': 'mine',
    });
    expect(await contents(victim)).toEqual({ 'diary.txt': 'mine' });
  });

  it('writes no name but those of its kind', async () => {
    const folder = await temporaryFolder();
    await expect(write(folder, { '../escape.csv': 'x' })).rejects.toThrow(
      "not a name of the output 'test'",
    );
  });

  it.skipIf(!isPosix || process.getuid?.() === 0)(
    'that cannot be written is refused before the work',
    async () => {
      const folder = await temporaryFolder();
      await chmod(folder, 0o500);
      const options = { kind: KIND, overwrite: false };
      await expect(checkOutput(folder, options, ['a.csv'])).rejects.toThrow(
        /cannot write into .*: no permission \(EACCES\)/,
      );
      await expect(checkOutput(join(folder, 'new'), options, ['a.csv'])).rejects.toThrow(
        /no permission/,
      );
    },
  );

  it('is looked at before the work: a new one may be written, one with other files not', async () => {
    const folder = await temporaryFolder();
    const options = { kind: KIND, overwrite: false };
    await checkOutput(join(folder, 'new', 'below'), options, ['a.csv']);
    expect(await readdir(folder), 'it makes nothing').toEqual([]);
    await writeFile(join(folder, 'a.csv'), 'mine');
    await checkOutput(folder, options, ['b.csv']);
    await expect(checkOutput(folder, options, ['a.csv'])).rejects.toThrow(UserError);
    await checkOutput(folder, { ...options, overwrite: true }, ['a.csv']);
    expect(await filesInTheWay(folder, KIND, ['a.csv', 'b.csv'])).toEqual(['a.csv']);
  });

  it.skipIf(process.platform !== 'linux')(
    'on a full disk says so, and is as it was before',
    async ({ skip }) => {
      const disk = smallDisk(1 << 20);
      if (disk === undefined) return skip();
      const folder = join(disk, 'out');
      await write(folder, FIRST);
      const large = {
        'a.csv': new Uint8Array(300_000),
        'clusters/00/c.svg': new Uint8Array(2 << 20),
      };
      await expect(write(folder, large)).rejects.toThrow(
        `cannot write into '${folder}': the disk is full (ENOSPC)`,
      );
      expect(await contents(folder)).toEqual(FIRST);
      expect((await readdir(folder)).sort()).toEqual([MARKER, 'a.csv', 'clusters']);
      await expect(write(join(disk, 'new'), large)).rejects.toThrow(/the disk is full/);
      expect(existsSync(join(disk, 'new'))).toBe(false);
    },
  );
});

describe('a file', () => {
  it('gets a name only if nothing has it', async () => {
    const folder = await temporaryFolder();
    await writeFiles(folder, { temporary: 'new', taken: 'mine' });
    expect(await publishNew(join(folder, 'temporary'), join(folder, 'taken'))).toBe(false);
    expect(await readFile(join(folder, 'taken'), 'utf8')).toBe('mine');
    expect(await publishNew(join(folder, 'temporary'), join(folder, 'free'))).toBe(true);
    expect((await readdir(folder)).sort()).toEqual(['free', 'taken']);
  });

  it('that the user chose is replaced whole, with its permissions, and no link is followed', async () => {
    const folder = await temporaryFolder();
    const path = join(folder, 'comparison.svg');
    await writeChosenFile(path, 'one');
    if (isPosix) expect((await stat(path)).mode & 0o777).toBe(0o600);
    if (isPosix) await chmod(path, 0o640);
    await writeChosenFile(path, 'two');
    expect(await readFile(path, 'utf8')).toBe('two');
    if (isPosix) expect((await stat(path)).mode & 0o777).toBe(0o640);
    expect(await readdir(folder)).toEqual(['comparison.svg']);
    await expect(writeChosenFile(join(folder, 'none', 'a.svg'), 'x')).rejects.toThrow(
      /cannot write 'a\.svg' in .*: it does not exist/,
    );
    if (!isPosix) return;
    await symlink(path, join(folder, 'link.svg'));
    await expect(writeChosenFile(join(folder, 'link.svg'), 'x')).rejects.toThrow(
      /is a symbolic link, which is not followed: choose/,
    );
    expect(await readFile(path, 'utf8')).toBe('two');
  });
});
