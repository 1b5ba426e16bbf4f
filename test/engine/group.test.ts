import { describe, expect, it } from 'vitest';
import { distinctVectors } from '../../src/clustering/distinct';
import { runHere } from '../../src/clustering/tasks';
import type { Candidate } from '../../src/domain/clustering';
import { choicesOf } from '../../src/domain/number-of-clusters';
import { parseSettings } from '../../src/domain/settings';
import { partitionVectors } from '../../src/engine/clustering/group-vectors';
import { blobs, matrix } from '../support/vectors';

const context = { signal: undefined, run: runHere, threads: 1, onProgress: () => undefined };
const settings = (values: object) => parseSettings({ clusters: 'auto', ...values }, (name) => name);

describe('clusters: auto', () => {
  const { data } = blobs(90, 5, 3, 8);
  const vectors = distinctVectors(matrix(data));

  it.each(['knee', 'silhouette', 'elbow', 'gap'] as const)(
    'by %s finds the number of groups that lie apart, and says why',
    async (autoBy) => {
      const { partition, curve, reason } = await partitionVectors(
        vectors,
        settings({ autoFrom: 2, autoTo: 9, autoBy }),
        context,
      );
      expect(curve!.map(({ clusters }) => clusters)).toEqual([2, 3, 4, 5, 6, 7, 8, 9]);
      expect(partition.clusters).toBe(5);
      expect(reason).toMatch(/^the number of clusters is 5 of 2 to 9: /);
    },
  );

  it.each(['agglomerative', 'birch', 'spectral'] as const)('works with %s', async (method) => {
    const { partition } = await partitionVectors(
      vectors,
      settings({ method, autoTo: 9, gamma: 0.1 }),
      context,
    );
    expect(partition.clusters).toBe(5);
  });

  it('says where only the range ends', async () => {
    const chosen = async (autoFrom: number, autoTo: number) =>
      (await partitionVectors(vectors, settings({ autoFrom, autoTo }), context)).reason;
    expect(await chosen(2, 3)).toMatch(/; it is the largest that was tried, and a larger one/);
    expect(await chosen(7, 9)).toMatch(/; it is the smallest that was tried, and a smaller one/);
    expect(await chosen(2, 9)).not.toMatch(/tried/);
  });

  it('does not go beyond the distinct vectors', async () => {
    const few = distinctVectors(matrix([[0], [0], [1], [5]]));
    const { curve } = await partitionVectors(few, settings({ restarts: 2 }), context);
    expect(curve!.map(({ clusters }) => clusters)).toEqual([2, 3]);
  });

  it('of methods that find the number tries nothing', async () => {
    const { partition, curve } = await partitionVectors(
      vectors,
      settings({ method: 'hdbscan' }),
      context,
    );
    expect(curve).toBeNull();
    expect(partition.clusters).toBe(5);
  });
});

describe('choicesOf', () => {
  const curve = (
    rows: [number, number | null, number, number | null, number | null][],
  ): Candidate[] =>
    rows.map(([clusters, silhouette, inertia, gap, gapError]) => ({
      clusters,
      silhouette,
      inertia,
      gap,
      gapError,
    }));

  it('takes the highest silhouette, the bend of the inertia, and the first gap within an error of the next', () => {
    const tried = curve([
      [2, 0.3, 100, 0.1, 0.05],
      [3, 0.5, 40, 0.4, 0.05],
      [4, 0.5, 30, 0.42, 0.05],
      [5, null, 25, 0.3, 0.05],
    ]);
    expect(choicesOf(tried, 20)).toEqual({ knee: 3, silhouette: 3, elbow: 3, gap: 3 });
  });

  it('takes the silhouette at which a further cluster adds less than an average one', () => {
    const rising = curve(
      [0.3, 0.6, 0.7, 0.75, 0.8].map((value, i) => [i + 2, value, 10 - i, null, null]),
    );
    expect(choicesOf(rising, 12)).toMatchObject({ knee: 4, silhouette: 6 });
    expect(choicesOf(rising, 6)).toMatchObject({ knee: 3 });
    expect(choicesOf(rising, 1e6)).toMatchObject({ knee: 6 });
  });

  it('chooses nothing where there is nothing to go by', () => {
    expect(choicesOf([], 1)).toEqual({ knee: null, silhouette: null, elbow: null, gap: null });
    expect(choicesOf(curve([[2, null, 0, null, null]]), 1)).toEqual({
      knee: null,
      silhouette: null,
      elbow: null,
      gap: null,
    });
  });
});
