/** The clusters and their ids are the same for any order of the files. */
import { describe, expect, it } from 'vitest';
import { inCanonicalOrder } from '../../src/clustering/canonical-order';
import { distinctVectors } from '../../src/clustering/distinct';
import { featureMatrix } from '../../src/clustering/features';
import { DEFAULT_ATTRIBUTES } from '../../src/domain/attributes';
import { METHODS, parseSettings } from '../../src/domain/settings';
import { clusterFaces } from '../../src/engine/clustering/cluster-faces';
import { compare } from '../../src/engine/jobs/compare';
import { jobContext } from '../support/context';
import { binaryRows, matrix, random } from '../support/vectors';

const NAMES = [...DEFAULT_ATTRIBUTES];

/** Probabilities near 0 and 1, as a model infers them; `repeated` of four rows is another's. */
function inferred(faces: number, seed: number, repeated = 2): number[][] {
  const next = random(seed);
  const rows = binaryRows(faces, NAMES.length, seed).map((row) =>
    row.map((value) => Math.fround(Math.abs(value - 0.45 * next()))),
  );
  return rows.map((row, i) => (i % 4 < repeated ? rows[Math.floor(i * next())]! : row));
}

function permutation(length: number, seed: number): number[] {
  const next = random(seed);
  const order = Array.from({ length }, (_, i) => i);
  for (let i = length - 1; i > 0; i--) {
    const j = Math.floor((i + 1) * next());
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
}

const inputOf = (rows: readonly (readonly number[])[]) => ({
  probabilities: Float32Array.from(rows.flat()),
  names: NAMES,
});

/** @returns the id of each face's cluster, with what is said of the clustering. */
async function clustersOf(rows: number[][], given: object) {
  const settings = parseSettings({ clusters: 6, ...given }, (name) => name);
  const { clustering, members } = await clusterFaces(inputOf(rows), settings);
  const ids = new Int32Array(rows.length);
  let at = 0;
  for (const { id, size } of clustering.clusters)
    for (const end = at + size; at < end; at++) ids[members[at]!] = id;
  const { tree, curve, notices, silhouette } = clustering;
  return { ids: Array.from(ids), tree, curve, notices, silhouette };
}

const parameters = { eps: 1, minSamples: 3, minClusterSize: 4, threshold: 0.6, gamma: 0.5 };

describe.each(METHODS)('%s', (method) => {
  it.each([
    { features: 'binary', weights: 'none' },
    { features: 'binary', preset: 'original' },
    { features: 'binary' },
    { features: 'probability' },
    { features: 'binary', weights: 'none', metric: 'manhattan', linkage: 'complete' },
  ])('makes the same clusters of rows in any order: %o', async (settings) => {
    for (let seed = 0; seed < 3; seed++) {
      const rows = inferred(120, seed);
      const given = { method, ...parameters, ...settings };
      const expected = await clustersOf(rows, given);
      for (let shuffle = 1; shuffle <= 3; shuffle++) {
        const order = permutation(rows.length, 10 * seed + shuffle);
        const found = await clustersOf(order.map((row) => rows[row]!), given); // prettier-ignore
        expect(found).toEqual({ ...expected, ids: order.map((row) => expected.ids[row]!) });
      }
    }
  });
});

it('chooses the same number of clusters for any order', async () => {
  for (const autoBy of ['knee', 'gap'] as const) {
    const rows = inferred(150, 9);
    const given = { method: 'kmeans', clusters: 'auto', autoTo: 8, autoBy };
    const expected = await clustersOf(rows, given);
    const order = permutation(rows.length, 4);
    const found = await clustersOf(order.map((row) => rows[row]!), given); // prettier-ignore
    expect(found).toEqual({ ...expected, ids: order.map((row) => expected.ids[row]!) });
  }
});

it('compares the same sample of many faces for any order', async () => {
  const rows = inferred(5000, 3, 1);
  const order = permutation(rows.length, 8);
  const settings = parseSettings({ features: 'probability' }, (name) => name);
  const pointsOf = async (given: number[][]) => {
    const params = { methods: ['kmeans', 'dbscan'] as const, from: 2, to: 3, settings };
    const { points, distinct } = await compare(
      inputOf(given),
      { ...params, methods: [...params.methods], outDir: undefined },
      jobContext(),
    );
    expect(distinct).toBeLessThanOrEqual(3000);
    return points.map((point) => ({ ...point, seconds: 0 }));
  };
  expect(await pointsOf(order.map((row) => rows[row]!))).toEqual(await pointsOf(rows));
});

describe('inCanonicalOrder', () => {
  it('sorts vectors by their values, with their counts and rows', () => {
    const rows = [[2, 0], [1, 5], [2, 0], [1, 3], [0, 9], [1, 5]]; // prettier-ignore
    const { data, counts, inverse } = inCanonicalOrder(distinctVectors(matrix(rows)));
    expect(Array.from(data)).toEqual([0, 9, 1, 3, 1, 5, 2, 0]);
    expect(Array.from(counts)).toEqual([1, 1, 2, 2]);
    expect(Array.from(inverse)).toEqual([3, 2, 3, 1, 0, 2]);
  });

  it('sorts vectors of 0 and one value a column in the same way', () => {
    const rows = binaryRows(200, 7, 3).map((row) => row.map((value, i) => value * (7 - i) * 0.3));
    const { data } = inCanonicalOrder(distinctVectors(matrix(rows)));
    const distinct = [...new Set(rows.map((row) => row.join()))].map((key) =>
      key.split(',').map(Number),
    );
    const sorted = distinct.sort((a, b) => {
      const at = a.findIndex((value, i) => value !== b[i]);
      return a[at]! - b[at]!;
    });
    expect(Array.from(data)).toEqual(sorted.flat());
  });

  it('gives the same vectors for any order of the rows', () => {
    const rows = inferred(300, 1);
    const order = permutation(300, 2);
    const columns = NAMES.map((_, i) => i);
    const weights = new Float64Array(NAMES.length).fill(0.3);
    const vectorsOf = (given: number[][]) =>
      inCanonicalOrder(
        distinctVectors(
          featureMatrix(inputOf(given).probabilities, NAMES.length, columns, weights, 'binary'),
        ),
      );
    const [a, b] = [vectorsOf(rows), vectorsOf(order.map((row) => rows[row]!))];
    expect(b).toEqual({ ...a, inverse: Int32Array.from(order, (row) => a.inverse[row]!) });
  });
});
