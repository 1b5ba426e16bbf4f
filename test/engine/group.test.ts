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

  it.each(['silhouette', 'elbow', 'gap'] as const)(
    'by %s finds the number of groups that lie apart, and says why',
    async (autoBy) => {
      const { partition, curve, reason } = await partitionVectors(
        vectors,
        settings({ autoFrom: 2, autoTo: 9, autoBy }),
        context,
      );
      expect(curve!.map(({ clusters }) => clusters)).toEqual([2, 3, 4, 5, 6, 7, 8, 9]);
      expect(partition.clusters).toBe(5);
      expect(reason).toMatch(/^5 of 2 to 9: /);
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
    const choices = choicesOf(
      curve([
        [2, 0.3, 100, 0.1, 0.05],
        [3, 0.5, 40, 0.4, 0.05],
        [4, 0.5, 30, 0.42, 0.05],
        [5, null, 25, 0.3, 0.05],
      ]),
    );
    expect(choices).toEqual({ silhouette: 3, elbow: 3, gap: 3 });
  });

  it('chooses nothing where there is nothing to go by', () => {
    expect(choicesOf([])).toEqual({ silhouette: null, elbow: null, gap: null });
    expect(choicesOf(curve([[2, null, 0, null, null]]))).toEqual({
      silhouette: null,
      elbow: null,
      gap: null,
    });
  });
});
