import { mkdir, readdir, readFile, rm, stat, truncate, utimes, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CancelledError, UserError } from '../../src/errors';
import type { Progress } from '../../src/protocol';
import { readClustering, silhouetteOfFace } from '../../src/store/run-files';
import { analysisSettings, clusteringSettings } from '../../src/settings/settings';
import { PORTRAITS, quarters, temporaryFolder } from '../support/images';
import { bundled, settingsWith, startEngine } from '../support/engine';

/** Bytes that take some hundredths of a second to be copied: longer than a cancel takes, shorter than the engine is given to obey it. */
const LARGE = 60e6;

/** Folders described and clustered into one cluster. */
async function clustered(...folders: string[]) {
  const engine = startEngine();
  const runDir = join(await temporaryFolder(), 'run');
  await engine.call('analyse', { runDir, id: 'test', folders, settings: analysisSettings(settingsWith()), bundled, storeDir: null });
  await engine.call('cluster', { runDir, settings: clusteringSettings(settingsWith({ clusters: 1 })) });
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
    const faces = await engine.call('page', { runDir, cluster: 0, order: 'typical', start: 0, count: 500 });
    expect(paths).toEqual(faces.map((face) => join(PORTRAITS, face.image)));
    expect(new Set(paths).size).toBe(72);
    await expect(engine.call('clusterPaths', { runDir, cluster: 7 })).rejects.toThrow('there is no cluster 7');
  });

  it('come the least typical first where that is asked for', async () => {
    const { engine, runDir } = await clustered(PORTRAITS);
    const rows = async (order: 'typical' | 'untypical', start: number, count: number) =>
      (await engine.call('page', { runDir, cluster: 0, order, start, count })).map(({ row }) => row);
    const all = await rows('typical', 0, 500);
    expect(await rows('untypical', 0, 500)).toEqual([...all].reverse());
    expect(await rows('untypical', 10, 5)).toEqual([...all].reverse().slice(10, 15));
  });

  it('come those nearest to another cluster first where that is asked for, and the photo says how near', async () => {
    const { engine, runDir } = await clustered(PORTRAITS);
    await engine.call('cluster', { runDir, settings: clusteringSettings(settingsWith({ clusters: 3, features: 'probability' })) });
    const stored = (await readClustering(runDir))!;
    for (const { id, size, silhouette } of stored.clustering.clusters) {
      const faces = await engine.call('page', { runDir, cluster: id, order: 'silhouette', start: 0, count: 500 });
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
    expect(await engine.call('copyImages', { runDir, cluster: 0, outDir }, { onProgress })).toEqual({ copied: 3, there: 0, failures: [] });
    expect(seen.at(-1)).toEqual({ stage: 'copy', done: 3, total: 3, failed: 0 });
    expect((await readdir(outDir)).sort()).toEqual(['a (2).png', 'a.png', 'b (2).png', 'b.png']);
    expect(await readFile(join(outDir, 'b.png'), 'utf8')).toBe('mine');
    expect(await readFile(join(outDir, 'b (2).png'))).toEqual(await image(100));
    const sizes = await Promise.all(['a.png', 'a (2).png'].map((name) => readFile(join(outDir, name))));
    expect(sizes.map((bytes) => bytes.length).sort()).toEqual([(await image(60)).length, (await image(80)).length].sort());
    const times = await Promise.all(['a.png', 'a (2).png'].map(async (name) => (await stat(join(outDir, name))).mtimeMs));
    expect(times).toContain(1e12);

    // Once more: all is there already.
    expect(await engine.call('copyImages', { runDir, cluster: 0, outDir })).toEqual({ copied: 0, there: 3, failures: [] });
    expect(await readdir(outDir)).toHaveLength(4);
  });

  it('that are gone are named, and the others are copied', async () => {
    const { one, two } = await twoFolders();
    const { engine, runDir } = await clustered(one, two);
    const gone = join(two, 'b.png');
    await rm(gone);
    const outDir = await temporaryFolder();
    const { copied, failures } = await engine.call('copyImages', { runDir, cluster: 0, outDir });
    expect(copied).toBe(2);
    expect(failures).toMatchObject([{ image: basename(gone), reason: expect.stringContaining('ENOENT') as string }]);
    expect(await readdir(outDir)).toHaveLength(2);
  });

  it('are not copied where there can be no folder, or half where it is cancelled', async () => {
    const { one, two } = await twoFolders();
    const { engine, runDir } = await clustered(one, two);
    const file = join(await temporaryFolder(), 'file');
    await writeFile(file, '');
    await expect(engine.call('copyImages', { runDir, cluster: 0, outDir: join(file, 'below') })).rejects.toThrow(UserError);

    const controller = new AbortController();
    const outDir = await temporaryFolder();
    const copying = engine.call('copyImages', { runDir, cluster: 0, outDir }, { signal: controller.signal });
    controller.abort();
    await expect(copying).rejects.toThrow(CancelledError);
    for (const name of await readdir(outDir)) {
      const whole = [await image(60), await image(80), await image(100)].map((bytes) => bytes.length);
      expect(whole).toContain((await stat(join(outDir, name))).size);
    }
  });

  it('leave no half of a large file where copying is cancelled in the middle of it', async () => {
    const { one, two } = await twoFolders();
    const { engine, runDir } = await clustered(one, two);
    for (const path of [join(one, 'a.png'), join(two, 'a.png'), join(two, 'b.png')]) await truncate(path, LARGE);
    const controller = new AbortController();
    const outDir = await temporaryFolder();
    const copying = engine.call('copyImages', { runDir, cluster: 0, outDir }, { signal: controller.signal });
    await expect.poll(() => readdir(outDir), { interval: 1 }).not.toHaveLength(0);
    controller.abort();
    await expect(copying).rejects.toThrow(CancelledError);
    const left = await readdir(outDir);
    expect(left.length).toBeLessThan(3);
    for (const name of left) expect((await stat(join(outDir, name))).size).toBe(LARGE);
  });
});
