import { execFileSync } from 'node:child_process';
import {
  chmod,
  mkdir,
  readdir,
  readFile,
  readlink,
  realpath,
  rm,
  stat,
  symlink,
  truncate,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { basename, join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import type { Progress } from '../../src/domain/progress';
import { analysisSettings, clusteringSettings } from '../../src/domain/settings';
import { numberedName } from '../../src/engine/jobs/image-copier';
import { readClustering, silhouetteOfFace } from '../../src/runs/run-files';
import { CancelledError, UserError } from '../../src/util/errors';
import { MARKER } from '../../src/util/export-marker';
import { bundled, settingsWith, startEngine } from '../support/engine';
import { PORTRAITS, quarters, temporaryFolder } from '../support/images';
import { smallDisk } from '../support/small-disk';

/**
 * Bytes that take some hundredths of a second to be copied: longer than a cancel takes, shorter
 * than the engine is given to obey it.
 */
const LARGE = 60e6;

const isPosix = process.platform !== 'win32';

/** Folders described and clustered into one cluster. */
async function clustered(...folders: string[]) {
  const engine = startEngine();
  const runDir = join(await temporaryFolder(), 'run');
  await engine.call('analyze', {
    runDir,
    id: 'test',
    folders,
    settings: analysisSettings(settingsWith()),
    bundled,
    storeDir: null,
  });
  await engine.call('cluster', {
    runDir,
    settings: clusteringSettings(settingsWith({ clusters: 1 })),
  });
  return { engine, runDir };
}

const image = (side: number) => quarters(side, side).png().toBuffer();

/** Two folders, each with an image `a.png` of its own, and one with another. */
async function twoFolders() {
  const folder = await temporaryFolder();
  const [one, two] = [join(folder, 'one'), join(folder, 'two')];
  for (const each of [one, two]) await mkdir(each);
  await writeFile(join(one, 'a.png'), await image(60));
  await writeFile(join(two, 'a.png'), await image(80));
  await writeFile(join(two, 'b.png'), await image(100));
  return { one, two };
}

describe('images of a cluster', () => {
  it('are named once each, in the order of its faces', async () => {
    const { engine, runDir } = await clustered(PORTRAITS);
    const paths = await engine.call('clusterPaths', { runDir, cluster: 0 });
    const { faces } = await engine.call('page', {
      runDir,
      cluster: 0,
      order: 'typical',
      start: 0,
      count: 500,
    });
    expect(paths).toEqual(faces.map((face) => join(PORTRAITS, face.image)));
    expect(new Set(paths).size).toBe(72);
    await expect(engine.call('clusterPaths', { runDir, cluster: 7 })).rejects.toThrow(
      'there is no cluster 7',
    );
  });

  it('come the least typical first where that is asked for', async () => {
    const { engine, runDir } = await clustered(PORTRAITS);
    const rows = async (order: 'typical' | 'untypical', start: number, count: number) =>
      (await engine.call('page', { runDir, cluster: 0, order, start, count })).faces.map(
        ({ row }) => row,
      );
    const all = await rows('typical', 0, 500);
    expect(await rows('untypical', 0, 500)).toEqual([...all].reverse());
    expect(await rows('untypical', 10, 5)).toEqual([...all].reverse().slice(10, 15));
  });

  it('come as the most typical faces on one sheet', async () => {
    const { engine, runDir } = await clustered(PORTRAITS);
    const part = { runDir, cluster: 0, count: 20, width: 60 } as const;
    const { total, faces, sheet } = await engine.call('typicalFaces', part);
    const page = await engine.call('page', { ...part, order: 'typical', start: 0 });
    expect(total).toBe(page.total);
    expect(faces).toEqual(page.faces.map(({ row, image, face }) => ({ row, image, face })));
    expect(await sharp(sheet).metadata()).toMatchObject({
      format: 'jpeg',
      width: 480,
      height: 216,
    });
    expect(sheet!.length).toBeLessThan(60_000);
    const small = await engine.call('typicalFaces', { ...part, width: 40 });
    expect(await sharp(small.sheet).metadata()).toMatchObject({ width: 320, height: 144 });
    expect(await engine.call('typicalFaces', { ...part, cluster: 7 })).toEqual({
      ...{ total: 0, faces: [], sheet: undefined },
    });
  });

  it('come those nearest to another cluster first where that is asked for, and the photo says how near', async () => {
    const { engine, runDir } = await clustered(PORTRAITS);
    await engine.call('cluster', {
      runDir,
      settings: clusteringSettings(settingsWith({ clusters: 3, features: 'probability' })),
    });
    const stored = (await readClustering(runDir))!;
    for (const { id, size, silhouette } of stored.clustering.clusters) {
      const { faces } = await engine.call('page', {
        runDir,
        cluster: id,
        order: 'silhouette',
        start: 0,
        count: 500,
      });
      const values = faces.map(({ row }) => silhouetteOfFace(stored, row)!);
      expect(values).toHaveLength(size);
      expect(values).toEqual([...values].sort((a, b) => a - b));
      expect(values.reduce((a, b) => a + b) / size).toBeCloseTo(silhouette!, 5);
      const photo = await engine.call('photo', { runDir, row: faces[0]!.row });
      expect(photo.faces).toMatchObject([{ cluster: id, silhouette: values[0]! }]);
    }
  });

  it('are copied with their times; files of the same name are told apart, and what is there stays', async () => {
    const { one, two } = await twoFolders();
    await utimes(join(one, 'a.png'), 1e9, 1e9);
    const { engine, runDir } = await clustered(one, two);
    const outDir = join(await temporaryFolder(), 'new', 'folder');
    await mkdir(outDir, { recursive: true });
    await writeFile(join(outDir, 'b.png'), 'mine');
    const seen: Progress[] = [];
    const onProgress = (progress: Progress) => seen.push(progress);
    expect(
      await engine.call('copyImages', { runDir, of: 0, outDir }, { onProgress }),
    ).toMatchObject({
      copied: 3,
      there: 0,
      failures: [],
    });
    expect(seen.at(-1)).toEqual({ stage: 'copy', done: 3, total: 3, failed: 0 });
    expect((await readdir(outDir)).sort()).toEqual(['a (2).png', 'a.png', 'b (2).png', 'b.png']);
    expect(await readFile(join(outDir, 'b.png'), 'utf8')).toBe('mine');
    expect(await readFile(join(outDir, 'b (2).png'))).toEqual(await image(100));
    const sizes = await Promise.all(
      ['a.png', 'a (2).png'].map((name) => readFile(join(outDir, name))),
    );
    expect(sizes.map((bytes) => bytes.length).sort()).toEqual(
      [(await image(60)).length, (await image(80)).length].sort(),
    );
    const times = await Promise.all(
      ['a.png', 'a (2).png'].map(async (name) => (await stat(join(outDir, name))).mtimeMs),
    );
    expect(times).toContain(1e12);

    // Once more: all is there already.
    expect(await engine.call('copyImages', { runDir, of: 0, outDir })).toMatchObject({
      copied: 0,
      there: 3,
      failures: [],
    });
    expect(await readdir(outDir)).toHaveLength(4);
  });

  it('of some faces are copied once each', async () => {
    const { engine, runDir } = await clustered(PORTRAITS);
    const outDir = await temporaryFolder();
    const of = { rows: [3, 5, 3] };
    expect(await engine.call('copyImages', { runDir, of, outDir })).toMatchObject({ copied: 2 });
    await expect(engine.call('copyImages', { runDir, of: { rows: [72] }, outDir })).rejects.toThrow(
      'do not exist any more',
    );
  });

  it('that are gone are named, and the others are copied', async () => {
    const { one, two } = await twoFolders();
    const { engine, runDir } = await clustered(one, two);
    const gone = join(two, 'b.png');
    await rm(gone);
    const outDir = await temporaryFolder();
    const { copied, failures } = await engine.call('copyImages', { runDir, of: 0, outDir });
    expect(copied).toBe(2);
    expect(failures).toMatchObject([
      { image: basename(gone), reason: expect.stringContaining('ENOENT') as string },
    ]);
    expect(await readdir(outDir)).toHaveLength(2);
  });

  it('are not copied where there can be no folder, or half where it is cancelled', async () => {
    const { one, two } = await twoFolders();
    const { engine, runDir } = await clustered(one, two);
    const file = join(await temporaryFolder(), 'file');
    await writeFile(file, '');
    await expect(
      engine.call('copyImages', { runDir, of: 0, outDir: join(file, 'below') }),
    ).rejects.toThrow(UserError);

    const controller = new AbortController();
    const outDir = await temporaryFolder();
    const copying = engine.call(
      'copyImages',
      { runDir, of: 0, outDir },
      { signal: controller.signal },
    );
    controller.abort();
    await expect(copying).rejects.toThrow(CancelledError);
    for (const name of await readdir(outDir)) {
      const whole = [await image(60), await image(80), await image(100)].map(
        (bytes) => bytes.length,
      );
      expect(whole).toContain((await stat(join(outDir, name))).size);
    }
  });

  it('leave no half of a large file where copying is cancelled in the middle of it', async () => {
    const { one, two } = await twoFolders();
    const { engine, runDir } = await clustered(one, two);
    for (const path of [join(one, 'a.png'), join(two, 'a.png'), join(two, 'b.png')])
      await truncate(path, LARGE);
    const controller = new AbortController();
    const outDir = await temporaryFolder();
    const copying = engine.call(
      'copyImages',
      { runDir, of: 0, outDir },
      { signal: controller.signal },
    );
    await expect.poll(() => readdir(outDir), { interval: 1 }).not.toHaveLength(0);
    controller.abort();
    await expect(copying).rejects.toThrow(CancelledError);
    const left = await readdir(outDir);
    expect(left.length).toBeLessThan(3);
    expect(
      left.filter((name) => name.startsWith('.')),
      'nor a temporary file',
    ).toEqual([]);
    for (const name of left) expect((await stat(join(outDir, name))).size).toBe(LARGE);
  });

  it.skipIf(!isPosix)(
    'are copied with their permissions, and times to the microsecond',
    async () => {
      const { one, two } = await twoFolders();
      const modes = [0o640, 0o444, 0o604];
      const paths = [join(one, 'a.png'), join(two, 'a.png'), join(two, 'b.png')];
      for (const [i, path] of paths.entries()) {
        await chmod(path, modes[i]!);
        await utimes(path, 1e9 + 0.123456, 1e9 + i + 0.654321);
      }
      const { engine, runDir } = await clustered(one, two);
      const outDir = join(await temporaryFolder(), 'new');
      await engine.call('copyImages', { runDir, of: 0, outDir });
      const names = (await readdir(outDir)).filter((name) => name !== MARKER);
      const copies = await Promise.all(names.map((name) => stat(join(outDir, name))));
      expect(copies.map(({ mode }) => mode & 0o7777).sort()).toEqual([...modes].sort());
      const times = async (files: string[]) =>
        (await Promise.all(files.map((file) => stat(file)))).map(({ mtimeMs }) => mtimeMs).sort();
      const [before, after] = [
        await times(paths),
        await times(names.map((name) => join(outDir, name))),
      ];
      for (const [i, time] of before.entries())
        expect(Math.abs(after[i]! - time)).toBeLessThan(0.002); // in milliseconds
      expect((await stat(outDir)).mode & 0o777, "the folder is nobody else's").toBe(0o700);
    },
  );

  it.skipIf(!isPosix)('go where a link to a folder leads, which is said', async () => {
    const { one, two } = await twoFolders();
    const { engine, runDir } = await clustered(one, two);
    const root = await realpath(await temporaryFolder());
    await mkdir(join(root, 'photos'));
    await symlink(join(root, 'photos'), join(root, 'link'));
    const { copied, folder } = await engine.call('copyImages', {
      runDir,
      of: 0,
      outDir: join(root, 'link'),
    });
    expect({ copied, folder }).toEqual({ copied: 3, folder: join(root, 'photos') });
    expect(await readdir(join(root, 'photos'))).toHaveLength(3);
    await symlink(join(root, 'nowhere'), join(root, 'dangling'));
    const dangling = engine.call('copyImages', {
      runDir,
      of: 0,
      outDir: join(root, 'dangling'),
    });
    await expect(dangling).rejects.toThrow(/^cannot write into the folder '.*dangling': /);
  });

  it.skipIf(!isPosix)('take another name where a link, a folder or a pipe has theirs', async () => {
    const { one, two } = await twoFolders();
    const { engine, runDir } = await clustered(one, two);
    const [outDir, victim] = [await temporaryFolder(), join(await temporaryFolder(), 'victim')];
    await writeFile(victim, await image(60)); // the content of one of them
    await symlink(victim, join(outDir, 'a.png'));
    await symlink(join(outDir, 'nothing'), join(outDir, 'a (2).png'));
    await mkdir(join(outDir, 'b.png'));
    execFileSync('mkfifo', [join(outDir, 'b (2).png')]);
    expect(await engine.call('copyImages', { runDir, of: 0, outDir })).toMatchObject({
      copied: 3,
      there: 0,
      failures: [],
    });
    const names = [
      'a (2).png',
      'a (3).png',
      'a (4).png',
      'a.png',
      'b (2).png',
      'b (3).png',
      'b.png',
    ];
    expect((await readdir(outDir)).sort()).toEqual(names.sort());
    expect(await readlink(join(outDir, 'a.png'))).toBe(victim);
    expect(await readFile(victim)).toEqual(await image(60));
    expect(await readFile(join(outDir, 'b (3).png'))).toEqual(await image(100));
  });

  it.skipIf(process.platform !== 'linux')(
    'keep names that are long, hold newlines or are not UTF-8',
    async () => {
      const root = await temporaryFolder();
      const [one, two] = [join(root, 'one'), join(root, 'two')];
      const long = `${'ö'.repeat(125)}.png`; // 254 bytes, of 255
      const raw = Buffer.from([0xff, 0x41, 0x2e, 0x70, 0x6e, 0x67]);
      for (const [i, folder] of [one, two].entries()) {
        await mkdir(folder);
        await writeFile(join(folder, long), await image(60 + i));
        await writeFile(join(folder, 'new\nline.png'), await image(70 + i));
        await writeFile(Buffer.concat([Buffer.from(`${folder}/`), raw]), await image(80 + i));
      }
      const { engine, runDir } = await clustered(one, two);
      const outDir = await temporaryFolder();
      expect(await engine.call('copyImages', { runDir, of: 0, outDir })).toMatchObject({
        copied: 6,
        there: 0,
        failures: [],
      });
      const names = await readdir(outDir, { encoding: 'latin1' });
      const latin1 = (text: string) => Buffer.from(text).toString('latin1');
      const expected = [
        'new\nline.png',
        'new\nline (2).png',
        latin1(long),
        latin1(`${'ö'.repeat(123)} (2).png`),
        'ÿA.png',
        'ÿA (2).png',
      ];
      expect(names.sort()).toEqual(expected.sort());
      expect(await engine.call('copyImages', { runDir, of: 0, outDir })).toMatchObject({
        copied: 0,
        there: 6,
      });
    },
  );

  it.skipIf(!isPosix)('that are no longer files are named, and not waited for', async () => {
    const { one, two } = await twoFolders();
    const { engine, runDir } = await clustered(one, two);
    await rm(join(two, 'b.png'));
    execFileSync('mkfifo', [join(two, 'b.png')]);
    await truncate(join(one, 'a.png'), 0); // empty, but a file
    const outDir = await temporaryFolder();
    const { copied, failures } = await engine.call('copyImages', { runDir, of: 0, outDir });
    expect(copied).toBe(2);
    expect(failures).toEqual([{ image: 'b.png', reason: 'it is no longer a regular file' }]);
    expect((await readdir(outDir)).sort()).toEqual(['a (2).png', 'a.png']);
  });

  it.skipIf(process.platform !== 'linux')(
    'end with words where the disk is full, those copied until then whole',
    async ({ skip }) => {
      const disk = smallDisk(1 << 20);
      if (disk === undefined) return skip();
      const { one, two } = await twoFolders();
      const { engine, runDir } = await clustered(one, two);
      for (const path of [join(one, 'a.png'), join(two, 'a.png'), join(two, 'b.png')])
        await truncate(path, 700_000);
      await expect(engine.call('copyImages', { runDir, of: 0, outDir: disk })).rejects.toThrow(
        `cannot write to '${disk}' after 1 of 3 images: the disk is full (ENOSPC)`,
      );
      const [copy, ...others] = await readdir(disk);
      expect(others).toEqual([]);
      expect((await stat(join(disk, copy!))).size).toBe(700_000);
    },
  );
});

describe('the name of a copy', () => {
  it('has a number, and no more characters than a name may have', () => {
    expect(numberedName('a.b.jpg', 1)).toBe('a.b.jpg');
    expect(numberedName('a.b.jpg', 12)).toBe('a.b (12).jpg');
    expect(numberedName('.jpg', 2)).toBe('.jpg (2)');
    const emoji = numberedName(`${'😀'.repeat(62)}.jpg`, 1000) as string;
    expect(emoji).toMatch(/^(😀)+ \(1000\)\.jpg$/u);
    expect(Buffer.byteLength(emoji)).toBeLessThanOrEqual(255);
    expect(numberedName(Buffer.from([0xff, 0x2e, 0x6a]), 2)).toEqual(
      Buffer.from([0xff, 0x20, 0x28, 0x32, 0x29, 0x2e, 0x6a]),
    );
  });
});
