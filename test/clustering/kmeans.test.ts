import { describe, expect, it } from 'vitest';
import { distinctVectors } from '../../src/clustering/distinct';
import { kMeans } from '../../src/clustering/kmeans';
import { CancelledError } from '../../src/util/errors';
import { binaryRows, blobs, matrix } from '../support/vectors';

/** Sum of squared distances to the means of a labelling, straight from the definition. */
function inertiaOf(rows: readonly (readonly number[])[], labels: readonly number[]): number {
  let sum = 0;
  for (const label of new Set(labels)) {
    const members = rows.filter((_, i) => labels[i] === label);
    const mean = members[0]!.map(
      (_, c) => members.reduce((total, row) => total + row[c]!, 0) / members.length,
    );
    for (const row of members)
      for (const [c, value] of row.entries()) sum += (value - mean[c]!) ** 2;
  }
  return sum;
}

/** Smallest inertia over all ways of cutting rows into at most k parts. */
function bestInertia(rows: readonly (readonly number[])[], k: number): number {
  let best = Infinity;
  const labels: number[] = [];
  const assign = (i: number, used: number) => {
    if (i === rows.length) {
      best = Math.min(best, inertiaOf(rows, labels));
      return;
    }
    for (let label = 0; label < Math.min(k, used + 1); label++) {
      labels[i] = label;
      assign(i + 1, Math.max(used, label + 1));
    }
  };
  assign(0, 0);
  return best;
}

const run = (rows: number[][], clusters: number, seed = 51, restarts = 20) =>
  kMeans(distinctVectors(matrix(rows)), { clusters, restarts, seed });

describe('kMeans', () => {
  it.each([1, 2, 3, 4, 5, 6])(
    'finds the best of all partitions of a small set (seed %i)',
    async (seed) => {
      const rows = binaryRows(9, 4, seed);
      for (const k of [2, 3]) {
        const { inertia } = await run(rows, k, seed);
        expect(inertia).toBeCloseTo(bestInertia(rows, k), 9);
      }
    },
  );

  it('reports the inertia of its own labels over all rows', async () => {
    const rows = binaryRows(400, 6, 7);
    const vectors = distinctVectors(matrix(rows));
    const result = await kMeans(vectors, { clusters: 5, restarts: 3, seed: 1 });
    const labels = Array.from(vectors.inverse, (index) => result.labels[index]!);
    expect(result.inertia).toBeCloseTo(inertiaOf(rows, labels), 6);
  });

  it('recovers groups that lie apart', async () => {
    const { data, labels } = blobs(120, 6, 4, 3);
    const vectors = distinctVectors(matrix(data));
    const result = await kMeans(vectors, { clusters: 6, restarts: 20, seed: 51 });
    const pairs = new Set(
      labels.map((label, i) => `${label} ${result.labels[vectors.inverse[i]!]!}`),
    );
    expect(pairs.size).toBe(6);
  });

  it('gives the same for the same seed', async () => {
    const rows = binaryRows(300, 8, 4);
    const [a, b] = [await run(rows, 7, 9, 2), await run(rows, 7, 9, 2)];
    expect(a.labels).toEqual(b.labels);
  });

  it('makes each vector a cluster where fewer are distinct than asked for', async () => {
    const result = await run([[0], [0], [1], [1], [2]], 16);
    expect(result.clusters).toBe(3);
    expect(result.inertia).toBe(0);
    expect(new Set(result.labels).size).toBe(3);
  });

  it('takes a single row, and rows that are all alike', async () => {
    expect((await run([[1, 2]], 4)).clusters).toBe(1);
    expect(
      (
        await run(
          Array.from({ length: 50 }, () => [1, 0, 1]),
          4,
        )
      ).clusters,
    ).toBe(1);
  });

  it('stops when it is told to', async () => {
    const controller = new AbortController();
    controller.abort(new CancelledError());
    const vectors = distinctVectors(matrix(binaryRows(100, 6, 1)));
    await expect(
      kMeans(vectors, { clusters: 4, restarts: 10, seed: 1, signal: controller.signal }),
    ).rejects.toBeInstanceOf(CancelledError);
  });
});
