import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { analysisSettings, clusteringSettings, type Settings } from '../../src/domain/settings';
import { readClustering, membersOfCluster } from '../../src/runs/run-files';
import { writeEmbeddings } from '../../src/runs/run-embeddings';
import { UserError } from '../../src/util/errors';
import { bundled, settingsWith, startEngine } from '../support/engine';
import { PORTRAITS, temporaryFolder } from '../support/images';
import { ATTRIBUTES, writeRun } from '../support/written-runs';

async function clustered(values: Partial<Settings>) {
  const engine = startEngine();
  const runDir = join(await temporaryFolder(), 'run');
  const settings = settingsWith({ clusters: 4, ...values });
  const { modelAttributes } = await engine.call('analyze', {
    runDir,
    id: 'test',
    folders: [join(PORTRAITS, 'female')],
    settings: analysisSettings(settings),
    bundled,
    storeDir: null,
  });
  await engine.call('cluster', { runDir, settings: clusteringSettings(settings) });
  const bytes = new Uint8Array(await readFile(join(runDir, 'probabilities.f32')));
  const stored = (await readClustering(runDir))!;
  return { engine, runDir, modelAttributes, probabilities: new Float32Array(bytes.buffer), stored };
}

it('gives the components of a cluster, those of its picture', async () => {
  const { engine, runDir } = await clustered({});
  const made = await engine.call('faceComponents', { runDir, cluster: 0 });
  expect(made.size).toEqual({ width: 80, height: 96 });
  const { length } = made.explained;
  expect(length).toBeGreaterThan(2);
  expect(made.values).toHaveLength(length * 80 * 96);
  const [picture] = await engine.call('pictures', { runDir });
  picture!.explained.forEach((share, i) => {
    expect(made.explained[i]).toBeCloseTo(share, 9);
  });
  for (const [i, step] of made.steps.entries()) {
    const own = made.values.subarray(i * 80 * 96, (i + 1) * 80 * 96);
    const length2 = own.reduce((sum, value) => sum + (value * step) ** 2, 0);
    expect(Math.sqrt(length2) / made.deviations[i]!).toBeCloseTo(1, 2); // a unit vector
    expect(Math.max(...own)).toBe(127);
  }
  await expect(engine.call('faceComponents', { runDir, cluster: 99 })).rejects.toThrow(UserError);
});

it.each(['binary', 'probability'] as const)(
  'tells how far apart the means of clusters are, compared by %s attributes',
  async (features) => {
    const { engine, runDir, modelAttributes, probabilities, stored } = await clustered({
      features,
    });
    const { weights } = stored.clustering;
    const meanOf = (cluster: number) => {
      const rows = Array.from(membersOfCluster(stored, cluster)!);
      return Object.entries(weights).map(([name, weight]) => {
        const values = rows.map((row) => {
          const value =
            probabilities[row * modelAttributes.length + modelAttributes.indexOf(name)]!;
          return weight * (features === 'binary' ? Number(value >= 0.5) : value);
        });
        return values.reduce((sum, value) => sum + value, 0) / rows.length;
      });
    };
    const [a, b] = [meanOf(0), meanOf(2)];
    const { distance, spreads } = await engine.call('clusterDistance', {
      runDir,
      clusters: [0, 2],
    });
    expect(distance).toBeCloseTo(Math.hypot(...a.map((value, i) => value - b[i]!)), 9);
    for (const [i, cluster] of [0, 2].entries()) {
      const own = Array.from(membersOfCluster(stored, cluster)!, (row) => stored.distances![row]!);
      expect(spreads[i]).toBeCloseTo(own.reduce((sum, value) => sum + value, 0) / own.length, 9);
    }
    expect(await engine.call('clusterDistance', { runDir, clusters: [0, 77] })).toMatchObject({
      distance: null,
      spreads: [spreads[0], null],
    });
  },
);

it.each(['euclidean', 'cosine'] as const)(
  'tells how far apart the means of clusters are, compared by embeddings (%s)',
  async (metric) => {
    const engine = startEngine();
    const runDir = join(await temporaryFolder(), 'run');
    const [faces, columns] = [40, 3];
    await writeRun(runDir, { faces });
    const values = Float32Array.from(
      { length: faces * columns },
      (_, i) => Math.sin(i * i) + (i % columns === 0 ? 2 * (Math.floor(i / columns) % 3) : 0),
    );
    const info = { network: 'some', faces, columns, layer: columns, kept: 1 };
    await writeEmbeddings(runDir, { ...info, values });
    const changes = { method: 'agglomerative', linkage: 'average', metric, clusters: 3 } as const;
    const settings = settingsWith({ ...changes, features: 'embedding', attributes: ATTRIBUTES });
    await engine.call('cluster', { runDir, settings: clusteringSettings(settings) });
    const stored = (await readClustering(runDir))!;
    const rowOf = (row: number) => [...values.subarray(row * columns, (row + 1) * columns)];
    const scaled = (vector: number[]) => {
      // All faces by one number, so that their variance is 1; for the cosine each by its length.
      const factor = metric === 'cosine' ? Math.hypot(...vector) : deviation;
      return vector.map((value) => value / factor);
    };
    const mean = (vectors: number[][]) =>
      vectors[0]!.map((_, c) => vectors.reduce((sum, each) => sum + each[c]!, 0) / vectors.length);
    const all = Array.from({ length: faces }, (_, row) => rowOf(row));
    const middle = mean(all);
    const squares = all.map((each) => Math.hypot(...each.map((v, c) => v - middle[c]!)) ** 2);
    const deviation = Math.sqrt(squares.reduce((sum, value) => sum + value, 0) / faces);
    const ids: [number, number] = [0, 1];
    const [a, b] = ids.map((id) =>
      mean(Array.from(membersOfCluster(stored, id)!, (row) => scaled(rowOf(row)))),
    );
    const { distance } = await engine.call('clusterDistance', { runDir, clusters: ids });
    expect(distance).toBeGreaterThan(0);
    expect(distance).toBeCloseTo(Math.hypot(...a!.map((value, c) => value - b![c]!)), 9);

    await rm(join(runDir, 'embeddings.bin'));
    await expect(
      startEngine().call('clusterDistance', { runDir, clusters: ids }),
      'they were lost',
    ).rejects.toThrow(UserError);
  },
);
