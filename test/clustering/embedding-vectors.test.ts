/** Embeddings become vectors whose distances mean the same for all networks. */
import { describe, expect, it } from 'vitest';
import { embeddingVectors, rowsOf } from '../../src/clustering/embedding-vectors';
import { runHere } from '../../src/clustering/tasks';
import { METHODS, parseSettings, type Settings } from '../../src/domain/settings';
import { clusterFaces } from '../../src/engine/clustering/cluster-faces';
import { MethodComparer } from '../../src/engine/clustering/compare-methods';
import { clusterLabels } from '../../src/runs/run-files';
import { random } from '../support/vectors';

const [FACES, COLUMNS, GROUPS] = [90, 8, 3];
const NAMES = ['Smiling', 'Male'];
const draw = random(5);

/** Three groups of directions, of any length; the first two faces are equal. */
const values = new Float32Array(FACES * COLUMNS);
for (let face = 0; face < FACES; face++) {
  const length = 1 + 9 * draw();
  for (let c = 0; c < COLUMNS; c++)
    values[face * COLUMNS + c] =
      length * ((c % GROUPS === face % GROUPS ? 3 : 0.5) + 0.3 * (draw() - 0.5));
}
values.copyWithin(GROUPS * COLUMNS, 0, COLUMNS);
const embeddings = { columns: COLUMNS, values, layer: 100, kept: 0.9 };
const probabilities = Float32Array.from({ length: FACES * NAMES.length }, () => draw());
const input = { probabilities, names: NAMES, embeddings };

const settingsOf = (given: Partial<Settings> = {}) =>
  parseSettings(
    { features: 'embedding', attributes: NAMES, clusters: GROUPS, metric: 'cosine', ...given },
    (name) => name,
  );

describe('the vectors of embeddings', () => {
  it('have a mean squared distance of 1 to their mean', () => {
    const { data } = rowsOf(embeddingVectors(embeddings, 'euclidean'));
    const mean = Array.from({ length: COLUMNS }, (_, c) => {
      let sum = 0;
      for (let face = 0; face < FACES; face++) sum += data[face * COLUMNS + c]!;
      return sum / FACES;
    });
    const variance = data.reduce((sum, each, i) => sum + (each - mean[i % COLUMNS]!) ** 2, 0);
    expect(variance / FACES).toBeCloseTo(1, 10);
    expect(data[5]! / data[6]!).toBeCloseTo(values[5]! / values[6]!, 5);
  });

  it('have the length 1 for the cosine', () => {
    const { data, rows } = rowsOf(embeddingVectors(embeddings, 'cosine'));
    for (let row = 0; row < rows; row++)
      expect(Math.hypot(...data.subarray(row * COLUMNS, (row + 1) * COLUMNS))).toBeCloseTo(1, 10);
  });

  it('are defined for zeros, and for faces that are all alike', () => {
    for (const metric of ['euclidean', 'cosine'] as const) {
      for (const value of [0, 3]) {
        const same = { columns: 2, values: new Float32Array(6).fill(value) };
        const { rows, data } = embeddingVectors(same, metric);
        expect(rows).toBe(1);
        expect(data.every(Number.isFinite)).toBe(true);
      }
    }
  });
});

describe('faces that are clustered by embeddings', () => {
  it('form the groups of their directions, with the occurrences of their attributes', async () => {
    const stored = await clusterFaces(input, settingsOf());
    const labels = clusterLabels(stored);
    for (let face = 0; face < FACES; face++) expect(labels[face]).toBe(labels[face % GROUPS]);
    const { clusters, weights, distinct, notices } = stored.clustering;
    expect(weights).toEqual({});
    expect(distinct).toBe(FACES - 1);
    expect(clusters.map(({ occurrences }) => Object.keys(occurrences).sort())).toEqual(
      clusters.map(() => [...NAMES].sort()),
    );
    expect(notices[0]).toBe(
      'faces are compared by embeddings: 8 numbers, which hold 90.0 % of the variance of the 100 of the network',
    );
  });

  it.each(METHODS)('come out the same in any order: %s', async (method) => {
    const given = { method, eps: 0.1, minSamples: 3, metric: 'cosine' } as const;
    const order = Int32Array.from({ length: FACES }, (_, i) => (i * 7 + 3) % FACES);
    const moved = new Float32Array(values.length);
    const ofMoved = new Float32Array(probabilities.length);
    order.forEach((from, to) => {
      moved.set(values.subarray(from * COLUMNS, (from + 1) * COLUMNS), to * COLUMNS);
      ofMoved.set(probabilities.subarray(from * 2, (from + 1) * 2), to * 2);
    });
    for (const metric of ['cosine', 'euclidean'] as const) {
      const settings = settingsOf({ ...given, metric });
      const a = await clusterFaces(input, settings);
      const other = { ...input, probabilities: ofMoved };
      const b = await clusterFaces(
        { ...other, embeddings: { ...embeddings, values: moved } },
        settings,
      );
      const [labels, movedLabels] = [clusterLabels(a), clusterLabels(b)];
      expect([...movedLabels]).toEqual(Array.from(order, (from) => labels[from]!));
      expect(b.clustering.silhouette).toBe(a.clustering.silhouette);
    }
  });

  it('are refused without embeddings, and by a metric that tells nothing of them', async () => {
    const { embeddings: _, ...without } = input;
    await expect(clusterFaces(without, settingsOf())).rejects.toThrow(
      "there are no embeddings to compare faces by, only attributes: choose the features 'binary' or 'probability'",
    );
    const hamming = settingsOf({ method: 'dbscan', metric: 'hamming' });
    await expect(clusterFaces(input, hamming)).rejects.toThrow(/^the metric hamming counts/);
    const original = settingsOf({ method: 'optics', preset: 'original' });
    await expect(clusterFaces(input, original)).rejects.toThrow(
      /^the metric hamming of the original preset counts/,
    );
    await clusterFaces(input, settingsOf({ metric: 'hamming' })); // K-Means takes no metric
  });

  it('are compared by the methods that can', async () => {
    const notices: string[] = [];
    const settings = settingsOf({ preset: 'original' });
    const vectors = embeddingVectors(embeddings, 'euclidean');
    const context = { signal: undefined, run: runHere };
    const comparer = new MethodComparer(vectors, settings, 1, undefined, {
      ...context,
      notices,
      onStep: () => undefined,
    });
    expect(await comparer.pointsOf('optics', undefined)).toEqual([]);
    expect(notices).toEqual([expect.stringMatching(/^OPTICS is left out: the metric hamming/)]);
    expect(await comparer.pointsOf('kmeans', [2, 3])).toHaveLength(2);
  });

  it('say that weights do not count', async () => {
    const { clustering } = await clusterFaces(input, settingsOf({ weights: 'rare' }));
    expect(clustering.notices).toContain(
      'weights are of attributes: embeddings are compared without',
    );
  });
});
