/** The output folder of the command line (`--out`). */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { lstat, mkdir, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CLI, cli, type CliResult, vectorsCommand } from '../support/engine';
import { PORTRAITS, temporaryFolder, writeFiles } from '../support/images';
import { smallDisk } from '../support/small-disk';

const isPosix = process.platform !== 'win32';

/** A table of vectors: clustering it writes all of an export except pictures, in half a second. */
async function vectors(
  rows = 30,
): Promise<{ folder: string; out: string; run: (...more: string[]) => Promise<CliResult> }> {
  const folder = await temporaryFolder();
  const lines = Array.from({ length: rows }, (_, i) => `${i}.jpg,${i % 2},${i % 3 === 0 ? 1 : 0}`);
  await writeFile(join(folder, 'vectors.csv'), ['image,Male,Smiling', ...lines].join('\n'));
  const out = join(folder, 'out');
  const args = vectorsCommand(folder, out, 4);
  return { folder, out, run: (...more) => cli(...args, ...more) };
}

const images = [
  'cluster',
  PORTRAITS,
  '--limit',
  '8',
  '--provider',
  'cpu',
  '--detect',
  'never',
  '--clusters',
  '2',
];

describe('--out', () => {
  it('is readable only by its user', async () => {
    const { out, run } = await vectors();
    expect((await run()).status).toBe(0);
    if (!isPosix) return;
    expect((await stat(out)).mode & 0o777).toBe(0o700);
    for (const entry of await readdir(out, { recursive: true, withFileTypes: true })) {
      const { mode } = await stat(join(entry.parentPath, entry.name));
      expect(mode & 0o777, entry.name).toBe(entry.isDirectory() ? 0o700 : 0o600);
    }
  });

  it("with another program's files is rejected before the work with status 1, and replaced with --overwrite", async () => {
    const { out, run } = await vectors();
    await writeFiles(out, {
      'faces.csv': 'mine',
      'clusters/00/occurrences.svg': 'mine',
      'notes.txt': 'mine',
    });
    const { status, stdout, stderr } = await run();
    expect(status).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).toBe(
      `face-clusters: '${out}' has files that Face Clusters did not write, or that were changed since: faces.csv. ` +
        'Give another folder, or --overwrite to replace them\n',
    );
    expect((await readdir(out)).sort()).toEqual(['clusters', 'faces.csv', 'notes.txt']);
    // Folders of clusters can be checked only after clustering.
    await rm(join(out, 'faces.csv'));
    const later = await run();
    expect(later.status).toBe(1);
    expect(later.stderr).toContain('changed since: clusters/00/occurrences.svg. Give');
    expect((await readdir(out)).sort()).toEqual(['clusters', 'notes.txt']);

    expect((await run('--overwrite')).status).toBe(0);
    expect(await readFile(join(out, 'clusters/00/occurrences.svg'), 'utf8')).toContain('<svg');
    expect(await readFile(join(out, 'notes.txt'), 'utf8')).toBe('mine');
    expect((await run()).status, 'the files are now those of the program').toBe(0);
  });

  it('keeps files that the user has changed', async () => {
    const { out, run } = await vectors();
    await run();
    await writeFile(join(out, 'faces.csv'), 'sorted by hand');
    expect((await run()).status).toBe(1);
    expect(await readFile(join(out, 'faces.csv'), 'utf8')).toBe('sorted by hand');
  });

  it.skipIf(!isPosix)(
    'that contains a link is rejected, and the target of the link is kept',
    async () => {
      for (const [args, name] of [
        [images, 'clusters/00'],
        [images, 'clusters'],
      ] as const) {
        const [out, victim] = [await temporaryFolder(), await temporaryFolder()];
        await writeFiles(victim, {
          'montage.jpg': 'mine',
          '00/montage.jpg': 'mine',
          '77/montage.jpg': 'mine',
        });
        await mkdir(join(out, name, '..'), { recursive: true });
        await symlink(victim, join(out, name));
        for (const more of [[], ['--overwrite']]) {
          const { status, stderr } = await cli(...args, '--out', out, ...more);
          expect(status).toBe(1);
          expect(stderr).toMatch(
            /^face-clusters: .*is a symbolic link, which is not followed: expected a folder\n$/,
          );
        }
        for (const file of ['montage.jpg', '00/montage.jpg', '77/montage.jpg']) {
          expect(await readFile(join(victim, file), 'utf8'), file).toBe('mine');
        }
        expect(await readdir(victim, { recursive: true })).toHaveLength(5);
        expect(existsSync(join(out, 'faces.csv')), 'nothing is written').toBe(false);
      }
    },
  );

  it.skipIf(!isPosix)(
    'replaces a link in the place of a file itself with --overwrite',
    async () => {
      const { folder, out, run } = await vectors();
      const victim = join(folder, 'victim');
      await writeFile(victim, 'mine');
      await mkdir(out);
      await symlink(victim, join(out, 'faces.csv'));
      expect((await run()).status).toBe(1);
      expect((await run('--overwrite')).status).toBe(0);
      expect(await readFile(victim, 'utf8')).toBe('mine');
      expect((await lstat(join(out, 'faces.csv'))).isFile()).toBe(true);
    },
  );

  it('that cannot be written is rejected with a reason before the work', async () => {
    const folder = await temporaryFolder();
    await writeFiles(folder, { file: '', 'there/x': '' });
    if (isPosix) await symlink(join(folder, 'there'), join(folder, 'link'));
    const wrong = [
      ['file', /it is a file: expected a folder/],
      ['file/below', /a part of the path is not a folder \(ENOTDIR\)/],
      ['x'.repeat(300), /the name is too long \(ENAMETOOLONG\)/],
      [`${'x/'.repeat(3000)}y`, /the name is too long \(ENAMETOOLONG\)/],
      ...(isPosix
        ? ([
            ['link', /it is a symbolic link, which is not followed: give the folder it leads to/],
          ] as const)
        : []),
    ] as const;
    for (const command of [
      images,
      ['compare', PORTRAITS],
      ['dataset', folder],
      ['evaluate', folder, '--labels', 'none.csv'],
    ]) {
      for (const [name, reason] of wrong) {
        const { status, stdout, stderr } = await cli(...command, '--out', join(folder, name));
        expect(status).toBe(1);
        expect(stderr).toMatch(reason);
        expect(stderr.length, 'long paths are shortened').toBeLessThan(400);
        expect(stderr.trim().split('\n')).toHaveLength(1);
        expect(stdout).toBe('');
      }
    }
    expect((await readdir(folder)).sort()).toEqual(
      ['file', 'there', ...(isPosix ? ['link'] : [])].sort(),
    );
  });

  it('is not inside the cache', async () => {
    const store = join(process.env.FACE_CLUSTERS_CACHE!, 'faces');
    for (const out of [store, join(store, 'out')]) {
      const { status, stderr } = await cli(...images, '--out', out);
      expect(status).toBe(1);
      expect(stderr).toMatch(/it is inside the cache folder .*, which is cleared as a whole/);
    }
  });

  it('keeps the files of other commands, and each command replaces its own', async () => {
    const { folder, out, run } = await vectors();
    const table = join(folder, 'vectors.csv');
    const compare = () =>
      cli(
        'compare',
        '--vectors',
        table,
        '--out',
        out,
        '--attributes',
        'Male,Smiling',
        '--to',
        '3',
        '--methods',
        'kmeans',
      );
    const dataset = () => cli('dataset', folder, '--labels', table, '--out', out);
    for (let round = 0; round < 2; round++) {
      for (const command of [run, compare, dataset])
        expect(await command()).toMatchObject({ status: 0, stderr: '' });
    }
    expect(await readdir(out)).toEqual(
      expect.arrayContaining(['faces.csv', 'comparison.svg', 'dataset.json']),
    );
  });

  it('of compare, dataset and evaluate is rejected as well if it contains files of others', async () => {
    const { folder } = await vectors();
    const table = join(folder, 'vectors.csv');
    const cases: [string, string[]][] = [
      ['comparison.csv', ['compare', '--vectors', table]],
      ['dataset.json', ['dataset', folder, '--labels', table]],
      ['label-errors.csv', ['dataset', folder, '--labels', table, '--check-labels', '5']],
      ['evaluation.json', ['evaluate', PORTRAITS, '--labels', table]],
    ];
    for (const [name, args] of cases) {
      const out = await temporaryFolder();
      await writeFile(join(out, name), 'mine');
      const { status, stderr } = await cli(...args, '--out', out);
      expect(status, name).toBe(1);
      expect(stderr).toContain(`changed since: ${name}. Give another folder, or --overwrite`);
      expect(await readdir(out)).toEqual([name]);
      expect(await readFile(join(out, name), 'utf8')).toBe('mine');
    }
  });
});

describe.skipIf(process.platform !== 'linux')('a full disk', () => {
  it('is reported, and earlier results are kept', async ({ skip }) => {
    const disk = smallDisk(200 << 10);
    if (disk === undefined) return skip();
    const { folder } = await vectors(3000);
    const out = join(disk, 'out');
    const run = (limit: string) => cli(...vectorsCommand(folder, out, 2), '--limit', limit);
    expect((await run('20')).status).toBe(0);
    const before = await readFile(join(out, 'faces.csv'), 'utf8');
    await writeFile(join(disk, 'other'), Buffer.alloc(100 << 10));
    const { status, stdout, stderr } = await run('3000');
    expect(stderr).toBe(`face-clusters: cannot write into '${out}': the disk is full (ENOSPC)\n`);
    expect(stdout).toBe('');
    expect(status).toBe(1);
    expect(await readFile(join(out, 'faces.csv'), 'utf8')).toBe(before);
    expect((await readdir(out)).sort()).toEqual([
      '.face-clusters.json',
      'clusters',
      'clusters.json',
      'explore.ipynb',
      'faces.csv',
    ]);
  });

  it('or a limit of file sizes is reported', async () => {
    const { folder, out } = await vectors(5000);
    const args = vectorsCommand(folder, out, 2);
    const stderr = await new Promise<string>((resolve) => {
      const command = 'ulimit -f 64; exec "$0" "$@"'; // 32 or 64 KiB
      execFile('/bin/sh', ['-c', command, process.execPath, CLI, ...args], (_, __, text) => {
        resolve(text);
      });
    });
    expect(stderr).toBe(
      `face-clusters: cannot write into '${out}': the file is larger than the file system or a limit allows (EFBIG)\n`,
    );
    expect(existsSync(out), 'the new folder is removed').toBe(false);
  });

  it('of the standard output is reported with status 1', async () => {
    const { folder, out } = await vectors();
    const args = [
      'cluster',
      '--vectors',
      join(folder, 'vectors.csv'),
      '--out',
      out,
      '--attributes',
      'Male,Smiling',
    ];
    const result = await new Promise<{ status: unknown; stderr: string }>((resolve) => {
      execFile(
        '/bin/sh',
        ['-c', 'exec "$0" "$@" > /dev/full', process.execPath, CLI, ...args],
        (error, _, stderr) => {
          resolve({ status: error?.code ?? 0, stderr });
        },
      );
    });
    expect(result).toEqual({
      status: 1,
      stderr: 'face-clusters: cannot print the summary: the disk is full (ENOSPC)\n',
    });
  });
});
