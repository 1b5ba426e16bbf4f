/** Images of clusters in folders: copies of all clusters, and links. */
import {
  link,
  lstat,
  mkdir,
  readdir,
  readFile,
  readlink,
  realpath,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { CopyKind } from '../../src/domain/copies';
import { analysisSettings, clusteringSettings } from '../../src/domain/settings';
import { scanImages } from '../../src/images/scan-folders';
import { MARKER } from '../../src/util/export-marker';
import { bundled, settingsWith, startEngine } from '../support/engine';
import { quarters, temporaryFolder } from '../support/images';
import { smallDisk } from '../support/small-disk';

const isPosix = process.platform !== 'win32';
const image = (side: number) => quarters(side, side).png().toBuffer();

/** Three images in two folders, two of one name, in two clusters with names. */
async function clustered(names: [string, string] = ['Anna', 'anna']) {
  const root = await realpath(await temporaryFolder());
  const photos = join(root, 'photos');
  const paths = [join(photos, 'a.png'), join(photos, 'b', 'a.png'), join(photos, 'c.png')];
  await mkdir(join(photos, 'b'), { recursive: true });
  for (const [i, path] of paths.entries()) await writeFile(path, await image(60 + 20 * i));
  const engine = startEngine();
  const runDir = join(root, '.run');
  await engine.call('analyze', {
    runDir,
    id: 'test',
    folders: [photos],
    settings: analysisSettings(settingsWith()),
    bundled,
    storeDir: null,
  });
  await engine.call('cluster', {
    runDir,
    settings: clusteringSettings(settingsWith({ clusters: 1 })),
  });
  const { clusters } = await engine.call('correct', {
    runDir,
    request: { kind: 'gather', rows: [1] },
  });
  for (const [i, { id }] of clusters.entries())
    await engine.call('correct', {
      runDir,
      request: { kind: 'name', cluster: id, name: names[i]! },
    });
  const outDir = join(root, 'out');
  const copy = (as: CopyKind, cluster: number | null = null, to = outDir) =>
    engine.call('copyImages', { runDir, of: cluster, outDir: to, as });
  return { root, photos, paths, engine, runDir, outDir, copy };
}

const filesIn = async (folder: string) =>
  (await readdir(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => !entry.isDirectory() && entry.name !== MARKER)
    .map(({ parentPath, name }) => join(parentPath, name).slice(folder.length + 1))
    .sort();

describe('the images of all clusters', () => {
  it('come into a folder each, named as the clusters are, and once', async () => {
    const { outDir, copy, paths } = await clustered();
    expect(await copy('copy')).toMatchObject({ copied: 3, there: 0, failures: [] });
    const files = ['Anna/a (2).png', 'Anna/a.png', 'anna (2)/c.png'];
    expect(await filesIn(outDir)).toEqual(files);
    expect(await readFile(join(outDir, 'anna (2)', 'c.png'))).toEqual(await readFile(paths[2]!));
    expect(await copy('copy')).not.toHaveProperty('outdated');
    expect(await copy('copy')).toMatchObject({ copied: 0, there: 3 });
    expect(await filesIn(outDir)).toEqual(files);
  });

  it('that lie in the folders of other clusters since an earlier copy are counted', async () => {
    const { engine, runDir, outDir, copy } = await clustered();
    await copy('copy');
    await engine.call('correct', { runDir, request: { kind: 'name', cluster: 0, name: 'Berta' } });
    expect(await copy('copy')).toMatchObject({ copied: 3, there: 0, outdated: 3 });
    await rm(join(outDir, 'Anna', 'a.png'));
    expect(await copy('copy')).toMatchObject({ copied: 0, there: 3, outdated: 2 });
  });

  it('stay below the folder, whatever the clusters are called', async () => {
    const { root, outDir, copy } = await clustered(['../../escaped', 'CON']);
    await copy('copy');
    expect((await readdir(outDir)).sort()).toEqual([MARKER, 'CON_', '_._.._escaped'].sort());
    expect((await readdir(root)).filter((name) => !name.startsWith('.run'))).toHaveLength(2);
  });

  it.skipIf(!isPosix)('do not follow a link that has the name of a cluster', async () => {
    const { root, outDir, copy } = await clustered();
    await mkdir(outDir);
    await mkdir(join(root, 'victim'));
    await symlink(join(root, 'victim'), join(outDir, 'Anna'));
    await expect(copy('copy')).rejects.toThrow('is a symbolic link, which is not followed');
    expect(await readdir(join(root, 'victim'))).toEqual([]);
  });

  it('are no further images when a folder above is scanned, but are in their own', async () => {
    const { root, photos, outDir, copy } = await clustered();
    const found = async (folder: string) => (await scanImages([folder])).images.length;
    await copy('copy');
    await copy('copy', 0, join(photos, 'Anna'));
    const { images, leftOut } = await scanImages([root]);
    expect({ images: images.length, left: leftOut.exported }).toEqual({ images: 3, left: 5 });
    expect(await found(outDir)).toBe(3);
    expect(await found(join(outDir, 'Anna'))).toBe(2);
  });
});

describe('links', () => {
  it('are further names of the photos', async () => {
    const { outDir, copy, paths } = await clustered();
    expect(await copy('hard')).toMatchObject({ copied: 3, there: 0, failures: [] });
    const { ino } = await stat(paths[2]!);
    expect((await stat(join(outDir, 'anna (2)', 'c.png'))).ino).toBe(ino);
    expect(await copy('hard')).toMatchObject({ copied: 0, there: 3 });
    expect(await readdir(outDir)).not.toContain(expect.stringMatching(/^\.face-clusters-/));
  });

  it.skipIf(!isPosix)('lead to the photos, and to what a link leads to', async () => {
    const { root, outDir, copy, paths, photos } = await clustered();
    expect(await copy('symbolic')).toMatchObject({ copied: 3, there: 0, failures: [] });
    expect(await readlink(join(outDir, 'anna (2)', 'c.png'))).toBe(paths[2]);
    expect(await copy('symbolic')).toMatchObject({ copied: 0, there: 3 });
    expect(await filesIn(outDir)).toHaveLength(3);
    await symlink(photos, join(root, 'link'));
    expect((await scanImages([root])).images.length).toBe(3);
  });

  it.skipIf(!isPosix)('take another name where a file is, and replace nothing', async () => {
    const { outDir, copy } = await clustered();
    await mkdir(join(outDir, 'anna (2)'), { recursive: true });
    await writeFile(join(outDir, 'anna (2)', 'c.png'), 'mine');
    await link(join(outDir, 'anna (2)', 'c.png'), join(outDir, 'anna (2)', 'c (2).png'));
    for (const as of ['hard', 'symbolic'] as const) await copy(as);
    expect(await readFile(join(outDir, 'anna (2)', 'c.png'), 'utf8')).toBe('mine');
    expect(await readFile(join(outDir, 'anna (2)', 'c (2).png'), 'utf8')).toBe('mine');
    expect((await lstat(join(outDir, 'anna (2)', 'c (3).png'))).nlink).toBe(2);
  });

  it.skipIf(process.platform !== 'linux')(
    'are refused with words on another disk, and nothing is left there',
    async ({ skip }) => {
      const { copy } = await clustered();
      const disk = smallDisk(1 << 20);
      if (disk === undefined) return skip();
      const { refused, copied } = await copy('hard', null, disk);
      expect(copied).toBe(0);
      expect(refused).toBe(
        `hard links cannot be made in '${disk}': the folder is on another file system than the images (EXDEV)`,
      );
      expect(await filesIn(disk)).toEqual([]);
      expect(await copy('symbolic', null, disk)).toMatchObject({ copied: 3 });
    },
  );
});
