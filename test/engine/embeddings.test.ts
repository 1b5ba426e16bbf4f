/** Faces of a run get embeddings when they are wanted, and are clustered by them. */
import { copyFile, cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Progress } from '../../src/domain/progress';
import { analysisSettings, clusteringSettings, type Settings } from '../../src/domain/settings';
import { clusterLabels, readClustering, readManifest } from '../../src/runs/run-files';
import { bundled, settingsWith, startEngine } from '../support/engine';
import { foreignNetwork, plain } from '../support/foreign-networks';
import { PORTRAITS, temporaryFolder } from '../support/images';

const FACES = 72;
let base: string;
let storeDir: string;

async function analyzed(folders: string[], values: Partial<Settings> = {}, store = storeDir) {
  const runDir = join(await temporaryFolder(), 'run');
  const settings = analysisSettings(settingsWith(values));
  const params = { runDir, id: 'test', folders, settings, bundled, storeDir: store };
  await startEngine().call('analyze', params);
  return runDir;
}

const byEmbedding = (values: Partial<Settings> = {}) =>
  clusteringSettings(settingsWith({ features: 'embedding', clusters: 6, ...values }));

beforeEach(async () => {
  base = await temporaryFolder();
  storeDir = join(base, 'store');
});

describe('embeddings of the faces of a run', () => {
  it('are made once, kept in the run and in the cache', async () => {
    const engine = startEngine();
    const runDir = await analyzed([PORTRAITS]);
    await expect(engine.call('cluster', { runDir, settings: byEmbedding() })).rejects.toThrow(
      /^the run in '.*' was made without embeddings: make them/,
    );
    const seen: Progress[] = [];
    const onProgress = (progress: Progress) => seen.push(progress);
    const made = await engine.call('embed', { runDir, storeDir }, { onProgress });
    expect(made).toMatchObject({ faces: FACES, layer: 1536, columns: 64, known: 0, notices: [] });
    expect(made.kept).toBeGreaterThan(0.99);
    expect(seen.at(-1)).toEqual({ stage: 'embed', done: FACES, total: FACES, failed: 0 });
    const bytes = await readFile(join(runDir, 'embeddings.bin'));

    expect(await engine.call('embed', { runDir, storeDir })).toMatchObject({ known: FACES });
    const again = await analyzed([PORTRAITS]);
    expect(await engine.call('embed', { runDir: again, storeDir })).toMatchObject({ known: FACES });
    expect(await readFile(join(again, 'embeddings.bin'))).toEqual(bytes);
    const without = await analyzed([PORTRAITS], { cache: false });
    expect(await engine.call('embed', { runDir: without, storeDir })).toMatchObject({ known: 0 });
    expect(await readFile(join(without, 'embeddings.bin'))).toEqual(bytes);
  });

  it('separate faces by what attributes tell of them, too', async () => {
    const engine = startEngine();
    const runDir = await analyzed([PORTRAITS]);
    await engine.call('embed', { runDir, storeDir });
    for (const metric of ['euclidean', 'cosine'] as const) {
      const settings = byEmbedding({ metric });
      const { clusters, distinct } = await engine.call('cluster', { runDir, settings });
      expect(distinct).toBe(FACES);
      expect(clusters.map(({ size }) => size).reduce((a, b) => a + b)).toBe(FACES);
      // Half of the portraits are women, by their folders.
      const sides = clusters.filter(
        ({ occurrences }) => occurrences.Male! > 0.9 || occurrences.Male! < 0.1,
      );
      expect(sides.length).toBeGreaterThan(1);
    }
    const compared = await engine.call('compare', {
      runDir,
      methods: ['kmeans', 'agglomerative', 'hdbscan'],
      from: 2,
      to: 4,
      settings: byEmbedding(),
      outDir: undefined,
    });
    expect(compared).toMatchObject({ faces: FACES, distinct: FACES, weights: {} });
  });

  it('do not depend on the names of the files', async () => {
    const engine = startEngine();
    const [plain, renamed] = [join(base, 'plain'), join(base, 'renamed')];
    await cp(join(PORTRAITS, 'female'), plain, { recursive: true });
    await mkdir(renamed);
    const names = (await readdir(plain)).sort();
    const nameOf = (i: number) => `${String((i * 5) % names.length).padStart(3, '0')}.jpg`;
    for (const [i, name] of names.entries())
      await copyFile(join(plain, name), join(renamed, nameOf(i)));
    const labels: Record<string, number>[] = [];
    for (const folder of [plain, renamed]) {
      const runDir = await analyzed([folder], { cache: false });
      await engine.call('embed', { runDir, storeDir: null });
      await engine.call('cluster', { runDir, settings: byEmbedding() });
      const { image } = JSON.parse(await readFile(join(runDir, 'faces.json'), 'utf8')) as {
        image: string[];
      };
      const own = clusterLabels((await readClustering(runDir))!);
      labels.push(Object.fromEntries(image.map((name, row) => [name, own[row]!])));
    }
    expect(names.map((_, i) => labels[1]![nameOf(i)])).toEqual(names.map((n) => labels[0]![n]));
  });

  it('are made anew where their file is damaged, and not by another network', async () => {
    const engine = startEngine();
    const model = join(base, 'own.onnx');
    await copyFile(bundled.cpu, model);
    const runDir = await analyzed([join(PORTRAITS, 'female')], { model });
    const made = await engine.call('embed', { runDir, storeDir });
    await writeFile(join(runDir, 'embeddings.bin'), 'x');
    await expect(engine.call('cluster', { runDir, settings: byEmbedding() })).rejects.toThrow(
      /'embeddings\.bin' has no first line\): cluster its faces again$/,
    );
    expect(await engine.call('embed', { runDir, storeDir })).toMatchObject({
      kept: made.kept,
      known: made.faces,
    });
    await copyFile(bundled.gpu, model);
    expect(await engine.call('embed', { runDir, storeDir })).toMatchObject({ known: made.faces });
    await writeFile(join(runDir, 'embeddings.bin'), 'x');
    await expect(engine.call('embed', { runDir, storeDir })).rejects.toThrow(
      /^the run in '.*' has no embeddings, and its network '.*own\.onnx' has changed since: analyze/,
    );
    expect((await readManifest(runDir))!.model).toBe(model);
  });
});

describe('a network of embeddings', () => {
  it('gives those of the faces, whose attributes are of the bundled network', async () => {
    const engine = startEngine();
    const model = join(base, 'vectors.onnx');
    const parts = { metadata: { activation: 'embedding' } };
    const head = { name: 'vector', values: 96, end: plain('vector') };
    await writeFile(model, foreignNetwork({ type: 'uint8' }, [head], parts));
    const folders = [join(PORTRAITS, 'female')];
    const runDir = await analyzed(folders, { model });
    const manifest = (await readManifest(runDir))!;
    expect(manifest.model).not.toBe(model);
    expect(manifest.modelAttributes).toHaveLength(40);
    expect(manifest.embeddings).toMatchObject({ model });
    expect(manifest.notices).toContainEqual(
      expect.stringMatching(
        /'vectors\.onnx': it gives embeddings, .* attributes are of the bundled/,
      ),
    );
    const made = await engine.call('embed', { runDir, storeDir });
    expect(made).toMatchObject({ layer: 96, known: 0 });
    const { clusters } = await engine.call('cluster', { runDir, settings: byEmbedding() });
    expect(clusters).toHaveLength(6);

    // The same run, with another network of embeddings: no image is read again.
    const other = await analyzed(folders);
    expect((await readManifest(other))!.embeddings).toBeUndefined();
    expect((await readManifest(other))!.known).toBe(manifest.faces);
    expect(await engine.call('embed', { runDir: other, storeDir })).toMatchObject({
      layer: 1536,
      known: 0,
    });
  });
});

describe('the faces most alike to one', () => {
  it('are told by attributes, and by embeddings once there are some', async () => {
    const engine = startEngine();
    const [folder, twice] = [join(PORTRAITS, 'female'), join(base, 'twice')];
    await cp(folder, twice, { recursive: true });
    const runDir = await analyzed([folder, twice]);
    const { faces: count } = (await readManifest(runDir))!;
    const half = count / 2;
    const first = await engine.call('alike', { runDir, row: 3, count: 5 });
    expect(first.by).toBe('probability');
    await engine.call('embed', { runDir, storeDir });
    const { by, faces } = await engine.call('alike', { runDir, row: 3, count: 5 });
    expect(by).toBe('embedding');
    for (const each of [first.faces, faces]) {
      expect(each).toHaveLength(5);
      // Its copy, then pairs of others with their copies.
      expect(each[0]).toMatchObject({ row: 3 + half, distance: 0 });
      expect(each[2]!.row).toBe(each[1]!.row + half);
      expect(each[2]!.distance).toBe(each[1]!.distance);
      const distances = each.map(({ distance }) => distance);
      expect(distances).toEqual([...distances].sort((a, b) => a - b));
      expect(each[1]!.jpeg.length).toBeGreaterThan(1000);
    }
    expect(faces[4]!.distance).toBeLessThan(1);
    expect((await engine.call('alike', { runDir, row: 0, count: 1000 })).faces).toHaveLength(
      count - 1,
    );
    for (const [row, number, message] of [
      [count, 5, `expected a face below ${count}, got ${count}`],
      [-1, 5, `expected a face below ${count}, got -1`],
      [0.5, 5, `expected a face below ${count}, got 0.5`],
      [0, 0, 'expected 1 to 1000 faces, got 0'],
      [0, 1e9, 'expected 1 to 1000 faces, got 1000000000'],
    ] as const)
      await expect(engine.call('alike', { runDir, row, count: number })).rejects.toThrow(message);
    await writeFile(join(runDir, 'embeddings.bin'), 'x'); // made anew when faces are clustered
    expect((await engine.call('alike', { runDir, row: 0, count: 1 })).by).toBe('probability');
  });
});
