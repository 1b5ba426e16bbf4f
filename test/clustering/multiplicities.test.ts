/** What is computed on distinct vectors with multiplicities is what is computed on all rows. */
import { describe, expect, it } from 'vitest';
import {
  inCanonicalOrder,
  withRareRowsFirst,
  withSortedRows,
} from '../../src/clustering/canonical-order';
import { type DistinctVectors, distinctVectors, type Matrix } from '../../src/clustering/distinct';
import { hdbscan } from '../../src/clustering/hdbscan';
import { fit } from '../../src/clustering/methods';
import type { Partition } from '../../src/clustering/partition';
import { adjustedRand } from '../../src/clustering/agreement';
import { calinskiHarabasz, daviesBouldin, inertiaOf } from '../../src/clustering/scores';
import { silhouette } from '../../src/clustering/silhouette';
import { METHODS, parseSettings } from '../../src/domain/settings';
import { blobs, matrix, mostFrequent, random } from '../support/vectors';

/** Every row a vector of its own. */
const allRows = ({ rows, columns, data }: Matrix): DistinctVectors => ({
  rows,
  columns,
  data,
  counts: new Float64Array(rows).fill(1),
  inverse: Int32Array.from({ length: rows }, (_, row) => row),
});

const rowLabels = ({ vectors, labels }: Partition) =>
  Int32Array.from(vectors.inverse, (index) => labels[index]!);

/**
 * Rows around three centres, many of them twice and more; no two different ones are equally far
 * apart.
 */
function repeated(seed: number): Matrix {
  const next = random(seed);
  const { data } = blobs(36, 3, 4, seed);
  const rows = data.flatMap((row) => Array.from({ length: 1 + Math.floor(4 * next()) }, () => row));
  for (let i = rows.length - 1; i > 0; i--) {
    const j = Math.floor(next() * (i + 1));
    [rows[i], rows[j]] = [rows[j]!, rows[i]!];
  }
  return matrix(rows);
}

describe.each([1, 2, 3])('rows that repeat (%i)', (seed) => {
  const distinct = inCanonicalOrder(distinctVectors(repeated(seed)));
  /** All rows in the order of `rows`, each a vector of its own. */
  const allOf = ({ inverse, columns, data }: DistinctVectors) =>
    allRows(
      matrix(Array.from(inverse, (row) => [...data.subarray(row * columns, (row + 1) * columns)])),
    );

  it('repeat', () => {
    expect(distinct.rows).toBe(36);
    expect(distinct.inverse.length).toBeGreaterThan(60);
  });

  const options = { gamma: 0.05, eps: 0.9, minSamples: 4, threshold: 0.6, minClusterSize: 6 };
  it.each(METHODS)('%s: the same partition', async (method) => {
    const settings = parseSettings({ method, ...options }, (name) => name);
    const sorted = method === 'birch' ? withRareRowsFirst(distinct) : withSortedRows(distinct);
    const [a, b] = [
      await (await fit(sorted, settings))(5),
      await (await fit(allOf(sorted), settings))(5),
    ];
    if (method === 'kmeans') {
      // Both are optima of the same function, found from different draws.
      expect(inertiaOf(a.vectors, a.labels, 5) / inertiaOf(b.vectors, b.labels, 5)).toBeCloseTo(
        1,
        2,
      );
      return;
    }
    expect(a.clusters).toBe(b.clusters);
    const expected = method === 'optics' ? mostFrequent(sorted.inverse, b.labels) : rowLabels(b);
    expect(adjustedRand(rowLabels(a), Int32Array.from(expected))).toBeCloseTo(1, 9);
  });

  it('every score is the same', async () => {
    const every = allOf(distinct);
    const labels = Int32Array.from({ length: distinct.rows }, (_, i) => i % 4);
    const ofRows = Int32Array.from(distinct.inverse, (index) => labels[index]!);
    for (const metric of ['euclidean', 'manhattan', 'cosine', 'hamming'] as const) {
      const [a, b] = [
        await silhouette(distinct, labels, 4, { metric }),
        await silhouette(every, ofRows, 4, { metric }),
      ];
      expect(a.mean).toBeCloseTo(b.mean!, 12);
      a.clusters.forEach((value, cluster) => {
        expect(value).toBeCloseTo(b.clusters[cluster]!, 12);
      });
    }
    expect(daviesBouldin(distinct, labels, 4)).toBeCloseTo(daviesBouldin(every, ofRows, 4)!, 10);
    expect(calinskiHarabasz(distinct, labels, 4)).toBeCloseTo(
      calinskiHarabasz(every, ofRows, 4)!,
      8,
    );
  });
});

describe('HDBSCAN', () => {
  it('finds groups of different density and leaves what lies between them', async () => {
    const next = random(7);
    const around = (x: number, y: number, spread: number, count: number) =>
      Array.from({ length: count }, () => [
        x + spread * (next() + next() + next() - 1.5),
        y + spread * (next() + next() + next() - 1.5),
      ]);
    const groups = [around(0, 0, 0.4, 60), around(8, 0, 2, 60), around(0, 20, 4, 60)];
    const stray = [[40, 40], [-30, 10], [25, -40]]; // prettier-ignore
    const vectors = distinctVectors(matrix([...groups.flat(), ...stray]));
    const { labels, clusters } = await hdbscan(vectors, {
      minClusterSize: 10,
      minSamples: 5,
      metric: 'euclidean',
    });
    expect(clusters).toBe(3);
    for (let i = 180; i < 183; i++) expect(labels[i]).toBe(-1);
    groups.forEach((group, g) => {
      const own = labels.slice(60 * g, 60 * g + group.length);
      const most = [0, 1, 2].map((label) => own.filter((each) => each === label).length);
      expect(Math.max(...most)).toBeGreaterThan(50);
    });
  });

  it('has no cluster smaller than asked for', async () => {
    const vectors = distinctVectors(matrix(blobs(200, 9, 3, 4).data));
    for (const minClusterSize of [5, 20, 60]) {
      const { labels, clusters } = await hdbscan(vectors, {
        minClusterSize,
        minSamples: 3,
        metric: 'euclidean',
      });
      for (let cluster = 0; cluster < clusters; cluster++) {
        expect(labels.filter((label) => label === cluster).length).toBeGreaterThanOrEqual(
          minClusterSize,
        );
      }
    }
    const few = await hdbscan(distinctVectors(matrix([[0], [1]])), {
      minClusterSize: 5,
      minSamples: 5,
      metric: 'euclidean',
    });
    expect(few).toMatchObject({ clusters: 0, labels: Int32Array.of(-1, -1) });
  });
});
