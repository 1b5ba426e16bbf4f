import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import type { Progress } from '../../src/domain/progress';
import { analysisSettings, clusteringSettings, type Settings } from '../../src/domain/settings';
import { EngineDied } from '../../src/engine/client';
import { CancelledError, UserError } from '../../src/util/errors';
import { bundled, killEngine, settingsWith, startEngine } from '../support/engine';
import { PORTRAITS, quarters, temporaryFolder, writeFiles } from '../support/images';

/** Analysis of folders into a place of its own. */
async function analysis(folders: string[], values: Partial<Settings> = {}) {
  const runDir = join(await temporaryFolder(), 'run');
  return {
    runDir,
    params: {
      runDir,
      id: 'test',
      folders,
      settings: analysisSettings(settingsWith(values)),
      bundled,
      storeDir: null,
    },
  };
}

describe('the engine on real portraits', () => {
  it('describes, clusters and pictures them, and answers what the panel asks', async () => {
    const engine = startEngine();
    const { runDir, params } = await analysis([PORTRAITS]);
    const seen: Progress[] = [];
    const manifest = await engine.call('analyze', params, {
      onProgress: (progress) => seen.push(progress),
    });
    expect(manifest).toMatchObject({
      faces: 72,
      images: { found: 72, read: 72, failed: 0 },
      provider: 'cpu',
    });
    expect(seen.at(-1)).toEqual({ stage: 'infer', done: 72, total: 72, failed: 0 });

    const settings = clusteringSettings(settingsWith({ clusters: 6 }));
    const clustering = await engine.call('cluster', { runDir, settings });
    expect(clustering.clusters.map(({ size }) => size).reduce((a, b) => a + b)).toBe(72);
    expect(clustering.clusters.map(({ id }) => id)).toEqual([0, 1, 2, 3, 4, 5]);
    const sizes = clustering.clusters.map(({ size }) => size);
    expect(sizes).toEqual([...sizes].sort((a, b) => b - a));
    // The portraits are half women, half men, by their folders: some clusters must be almost purely
    // one or the other.
    expect(clustering.clusters.some(({ occurrences }) => occurrences.Male! > 0.9)).toBe(true);
    expect(clustering.clusters.some(({ occurrences }) => occurrences.Male! < 0.1)).toBe(true);

    const rows: number[] = [];
    for (const { id, size, medoid } of clustering.clusters) {
      const { faces } = await engine.call('page', {
        runDir,
        cluster: id,
        order: 'typical',
        start: 0,
        count: 100,
      });
      expect(faces).toHaveLength(size);
      expect(faces.map(({ row }) => row)).toContain(medoid);
      expect(await sharp(faces[0]!.jpeg).metadata()).toMatchObject({
        width: 160,
        height: 192,
        format: 'jpeg',
      });
      rows.push(...faces.map(({ row }) => row));
    }
    expect(rows.sort((a, b) => a - b)).toEqual(Array.from({ length: 72 }, (_, i) => i));

    const pictures = await engine.call('pictures', { runDir });
    expect(pictures).toHaveLength(6);
    const { channels } = await sharp(pictures[0]!.eigenface).stats();
    expect(channels[0]!.stdev).toBeGreaterThan(5); // a face, not a flat field

    const {
      faces: [first],
    } = await engine.call('page', {
      runDir,
      cluster: 0,
      order: 'typical',
      start: 0,
      count: 1,
    });
    const { path } = await engine.call('locate', { runDir, row: first!.row });
    expect(path).toBe(join(PORTRAITS, first!.image));
  });

  it('gives the same faces the same attributes, whatever the size of the batch', async () => {
    const engine = startEngine();
    const probabilities = async (batchSize: number) => {
      const { runDir, params } = await analysis([PORTRAITS], { batchSize, limit: 20 });
      await engine.call('analyze', params);
      return new Float32Array(
        new Uint8Array(await readFile(join(runDir, 'probabilities.f32'))).buffer,
      );
    };
    const [one, seven] = [await probabilities(1), await probabilities(7)];
    expect(seven).toHaveLength(20 * 40);
    for (const [i, value] of one.entries()) expect(seven[i]).toBeCloseTo(value, 3);
  });

  it('clusters again without reading a photo', async () => {
    const engine = startEngine();
    const folder = await temporaryFolder();
    await writeFiles(folder, {
      'a.png': await quarters(100, 120).png().toBuffer(),
      'b.png': await quarters(50, 60).negate().png().toBuffer(),
    });
    const { runDir, params } = await analysis([folder]);
    await engine.call('analyze', params);
    await writeFiles(folder, { 'a.png': 'gone', 'b.png': 'gone' });
    const clustering = await engine.call('cluster', {
      runDir,
      settings: clusteringSettings(settingsWith({ clusters: 2, features: 'probability' })),
    });
    expect(clustering.clusters.map(({ size }) => size)).toEqual([1, 1]);
  });

  it('merges several folders and keeps their faces apart', async () => {
    const engine = startEngine();
    const { params } = await analysis([join(PORTRAITS, 'female'), join(PORTRAITS, 'male')]);
    const manifest = await engine.call('analyze', params);
    expect(manifest.faces).toBe(72);
    expect(manifest.folders).toHaveLength(2);
  });
});

describe('bad input', () => {
  it('names every image that cannot be used and goes on with the others', async () => {
    const engine = startEngine();
    const folder = await temporaryFolder();
    const good = await quarters(100, 120).jpeg().toBuffer();
    await writeFiles(folder, {
      'good.jpg': good,
      'empty.jpg': '',
      'text.png': 'no image',
      'cut.jpg': good.subarray(0, good.length / 2),
      'tiny.png': await quarters(2, 2).png().toBuffer(),
    });
    const { params } = await analysis([folder]);
    const manifest = await engine.call('analyze', params);
    expect(manifest.images).toEqual({ found: 5, read: 1, failed: 4, withoutFace: 0 });
    expect(manifest.failures.map(({ image }) => image).sort()).toEqual([
      'cut.jpg',
      'empty.jpg',
      'text.png',
      'tiny.png',
    ]);
  });

  it('says so where nothing can be done', async () => {
    const engine = startEngine();
    const empty = await temporaryFolder();
    await expect(engine.call('analyze', (await analysis([empty])).params)).rejects.toThrow(
      /no images in '.*': expected files of JPEG, PNG/,
    );
    await writeFiles(empty, { 'a.jpg': 'broken' });
    await expect(engine.call('analyze', (await analysis([empty])).params)).rejects.toThrow(
      /of 1 image none can be used; the first, 'a.jpg': not an image/,
    );
    await expect(engine.call('analyze', (await analysis(['/nowhere'])).params)).rejects.toThrow(
      "cannot read the folder '/nowhere': it does not exist",
    );
  });

  it('refuses a model that is missing, empty, broken or of another kind', async () => {
    const engine = startEngine();
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'empty.onnx'), '');
    await writeFile(join(folder, 'broken.onnx'), 'not protobuf at all');
    await writeFile(join(folder, 'other.onnx'), identityModel());
    for (const [name, message] of [
      ['missing.onnx', /does not exist/],
      ['empty.onnx', /is empty \(0 bytes\); expected an ONNX model/],
      ['broken.onnx', /it is not an ONNX model, or the file is damaged/],
      [
        'other.onnx',
        /its input 'x' \(float32 \[1\]\) does not take images: expected uint8, float32 or float16 \[n, 3, height/,
      ],
    ] as const) {
      const call = engine.call(
        'analyze',
        (await analysis([PORTRAITS], { model: join(folder, name) })).params,
      );
      await expect(call).rejects.toThrow(message);
      await expect(call).rejects.toBeInstanceOf(UserError);
    }
  });

  it('says what is wrong with attributes, and makes fewer clusters of fewer vectors', async () => {
    const engine = startEngine();
    const { runDir, params } = await analysis([PORTRAITS], { limit: 3 });
    await engine.call('analyze', params);
    const cluster = (values: Partial<Settings>) =>
      engine.call('cluster', { runDir, settings: clusteringSettings(settingsWith(values)) });
    await expect(cluster({ attributes: ['smilling'] })).rejects.toThrow(
      "unknown attribute 'smilling' (did you mean 'Smiling'?)",
    );
    const { clusters, notices } = await cluster({ clusters: 16 });
    expect(clusters.length).toBeLessThanOrEqual(3);
    expect(notices[0]).toMatch(
      /^16 clusters were asked for, but the 3 faces form only \d distinct binary vectors/,
    );
  });

  it('puts faces that are all alike into one cluster', async () => {
    const engine = startEngine();
    const folder = await temporaryFolder();
    const face = await quarters(100, 120).png().toBuffer();
    await writeFiles(
      folder,
      Object.fromEntries(Array.from({ length: 5 }, (_, i) => [`${i}.png`, face])),
    );
    const { runDir, params } = await analysis([folder]);
    await engine.call('analyze', params);
    const { clusters, silhouette } = await engine.call('cluster', {
      runDir,
      settings: clusteringSettings(settingsWith()),
    });
    expect(clusters.map(({ size }) => size)).toEqual([5]);
    expect(silhouette).toBeNull();
    expect((await engine.call('pictures', { runDir }))[0]?.components).toEqual([]);
  });

  it('keeps an earlier run where the next one fails', async () => {
    const engine = startEngine();
    const { runDir, params } = await analysis([PORTRAITS], { limit: 4 });
    await engine.call('analyze', params);
    await expect(engine.call('analyze', { ...params, folders: ['/nowhere'] })).rejects.toThrow(
      UserError,
    );
    const { clusters } = await engine.call('cluster', {
      runDir,
      settings: clusteringSettings(settingsWith({ clusters: 1 })),
    });
    expect(clusters[0]?.size).toBe(4);
    expect(await readdir(join(runDir, '..'))).toEqual(['run']);
  });
});

describe('the process', () => {
  /** A folder of links that takes long enough to be interrupted. */
  async function longWork() {
    const { params, runDir } = await analysis(
      Array.from({ length: 1 }, () => PORTRAITS),
      { batchSize: 1 },
    );
    return { params, runDir };
  }

  it('cancels within a second and leaves nothing', async () => {
    const engine = startEngine();
    const { params, runDir } = await longWork();
    const controller = new AbortController();
    let asked = 0;
    const call = engine.call('analyze', params, {
      signal: controller.signal,
      onProgress: ({ stage, done }) => {
        if (stage !== 'infer' || done < 3 || asked > 0) return;
        asked = performance.now();
        controller.abort();
      },
    });
    await expect(call).rejects.toBeInstanceOf(CancelledError);
    expect(asked).toBeGreaterThan(0);
    expect(performance.now() - asked).toBeLessThan(1000);
    await expect(readdir(join(runDir, '..'))).resolves.toEqual([]);
  });

  it('goes on with processes where its own is killed', async () => {
    const engine = startEngine();
    const { params } = await longWork();
    let killed = 0;
    const manifest = await engine.call('analyze', params, {
      onProgress: ({ stage, done }) => {
        if (stage === 'infer' && done >= 3 && killed++ === 0) killEngine(engine);
      },
    });
    expect(killed).toBeGreaterThan(0);
    expect(manifest).toMatchObject({ faces: 72, images: { found: 72, read: 72, failed: 0 } });
    expect(manifest.notices).toEqual([
      expect.stringMatching(/^The engine failed while it read images/),
    ]);
  });

  it('says that it was killed where that happens again, and starts again when asked again', async () => {
    const engine = startEngine();
    const { params } = await longWork();
    const call = engine.call('analyze', params, {
      onProgress: ({ stage, done }) => {
        if (stage === 'infer' && done >= 3) killEngine(engine);
      },
    });
    await expect(call).rejects.toBeInstanceOf(EngineDied);
    await expect(call).rejects.toThrow(/the engine failed: the process ended \(SIGKILL\)/);
    expect((await engine.call('analyze', params)).faces).toBe(72);
  });
});

describe('an engine that is disposed of', () => {
  it('starts nothing anew for what was under way', async () => {
    const engine = startEngine();
    const { runDir, params } = await analysis([PORTRAITS], { limit: 20 });
    await engine.call('analyze', params);
    await engine.call('cluster', {
      runDir,
      settings: clusteringSettings(settingsWith({ clusters: 2 })),
    });
    const pictures = engine.call('pictures', { runDir });
    engine.dispose();
    await expect(pictures).rejects.toBeInstanceOf(CancelledError);
    await expect(engine.call('pictures', { runDir })).rejects.toBeInstanceOf(CancelledError);
    await expect.poll(() => engine.pids).toEqual([]);
  });
});

/**
 * The smallest ONNX model there is: a float goes in and comes out. Written by hand from onnx.proto.
 */
function identityModel(): Buffer {
  const varint = (value: number) =>
    Buffer.from(value < 128 ? [value] : [(value & 127) | 128, value >> 7]);
  const number = (field: number, value: number) =>
    Buffer.concat([varint(field << 3), varint(value)]);
  const bytes = (field: number, value: Buffer | string) => {
    const content = Buffer.from(value as string);
    return Buffer.concat([varint((field << 3) | 2), varint(content.length), content]);
  };
  const dimension = bytes(1, number(1, 1));
  const tensor = bytes(1, Buffer.concat([number(1, 1), bytes(2, dimension)]));
  const value = (name: string) => Buffer.concat([bytes(1, name), bytes(2, tensor)]);
  const node = Buffer.concat([bytes(1, 'x'), bytes(2, 'y'), bytes(4, 'Identity')]);
  const graph = Buffer.concat([
    bytes(1, node),
    bytes(2, 'g'),
    bytes(11, value('x')),
    bytes(12, value('y')),
  ]);
  return Buffer.concat([number(1, 8), bytes(7, graph), bytes(8, number(2, 13))]);
}
