import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { beforeEach, expect, it } from 'vitest';
import type { EngineClient } from '../../src/engine/client';
import { readCopies, writeCopies } from '../../src/runs/copies-file';
import { readClustering } from '../../src/runs/run-files';
import { analysisSettings, clusteringSettings } from '../../src/domain/settings';
import { bundled, settingsWith, startEngine } from '../support/engine';
import { PORTRAITS, temporaryFolder } from '../support/images';

let engine: EngineClient;

beforeEach(() => {
  engine = startEngine();
});

/** 12 portraits, of which four are there three times: as they are, and saved anew in half the size. */
async function folderWithCopies(): Promise<string> {
  const folder = await temporaryFolder();
  const from = join(PORTRAITS, 'female');
  const names = (await readdir(from)).sort().slice(0, 12);
  for (const [i, name] of names.entries()) {
    const bytes = await readFile(join(from, name));
    await writeFile(join(folder, `${i}.jpg`), bytes);
    if (i >= 4) continue;
    await writeFile(join(folder, `z${i}-same.jpg`), bytes);
    const { width } = await sharp(bytes).metadata();
    const small = sharp(bytes)
      .resize(Math.round(width / 2))
      .jpeg({ quality: 60 });
    await small.toFile(join(folder, `a${i}-small.jpg`));
  }
  return folder;
}

async function run(folder: string) {
  const runDir = join(await temporaryFolder(), 'run');
  const storeDir = join(runDir, '..', 'store');
  const settings = analysisSettings(settingsWith({ detect: 'never', cache: false }));
  const params = { runDir, id: 'copies', folders: [folder], settings, bundled, storeDir };
  await engine.call('analyze', params);
  return runDir;
}

const clustered = (runDir: string, copies: 'count' | 'leaveOut') => {
  const settings = clusteringSettings(settingsWith({ clusters: 3, copies }));
  return engine.call('cluster', { runDir, settings });
};

it('leaves copies out of clusters, where that is wanted', async () => {
  const runDir = await run(await folderWithCopies());
  const { clusters: all } = await clustered(runDir, 'count');
  expect(all.reduce((sum, { size }) => sum + size, 0)).toBe(20);
  const clustering = await clustered(runDir, 'leaveOut');
  const copies = clustering.clusters.at(-1);
  expect(copies).toMatchObject({ id: -3, size: 8, silhouette: null });
  expect(clustering.faces).toBe(20);
  const originals = (await readCopies(runDir, 20))!;
  expect(new Set(originals).size).toBe(12);
  const { members } = (await readClustering(runDir))!;
  const left = Array.from(members.subarray(12));
  expect(left.every((row) => originals[row] !== row)).toBe(true);

  // One that a person moves into a cluster counts again.
  const moved = await engine.call('correct', {
    runDir,
    request: { kind: 'move', rows: [left[0]!], to: 0 },
  });
  expect(moved.clusters.at(-1)).toMatchObject({ id: -3, size: 7 });
  expect(moved.clusters[0]!.size).toBe(clustering.clusters[0]!.size + 1);
});

it('finds copies while the eigenfaces are made, the largest as the original', async () => {
  const runDir = await run(await folderWithCopies());
  await clustered(runDir, 'count');
  expect(await readCopies(runDir, 20)).toBeUndefined();
  await engine.call('pictures', { runDir });
  const originals = (await readCopies(runDir, 20))!;
  const faces = JSON.parse(await readFile(join(runDir, 'faces.json'), 'utf8')) as {
    image: string[];
  };
  const small = faces.image.indexOf('a2-small.jpg');
  expect(faces.image[originals[small]!]).toBe('2.jpg');
});

it('looks for copies again where the file is damaged', async () => {
  const folder = await temporaryFolder();
  await writeCopies(folder, Int32Array.of(0, 0, 2));
  expect(Array.from((await readCopies(folder, 3))!)).toEqual([0, 0, 2]);
  expect(await readCopies(folder, 4), 'of another run').toBeUndefined();
  await writeCopies(folder, Int32Array.of(1, 0, 2));
  expect(await readCopies(folder, 3), 'an original is no copy').toBeUndefined();
  await writeCopies(folder, Int32Array.of(0, 7, -1));
  expect(await readCopies(folder, 3)).toBeUndefined();
  await writeFile(join(folder, 'copies.json'), '{');
  expect(await readCopies(folder, 3)).toBeUndefined();
});
