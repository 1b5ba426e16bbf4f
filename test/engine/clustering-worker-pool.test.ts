import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { distinctVectors } from '../../src/clustering/distinct';
import { runHere } from '../../src/clustering/tasks';
import { parseSettings } from '../../src/domain/settings';
import { inSharedMemory, silhouetteOf } from '../../src/engine/clustering/group-vectors';
import { ClusteringWorkerPool } from '../../src/engine/threads/clustering-worker-pool';
import { CancelledError, UserError } from '../../src/util/errors';
import { ROOT } from '../support/images';
import { binaryRows, matrix } from '../support/vectors';

const workers = () => new ClusteringWorkerPool(join(ROOT, 'dist', 'clustering-worker.js'), 2);
const settings = (values: Record<string, unknown> = {}) => parseSettings(values, (name) => name);

describe('worker threads', () => {
  const vectors = inSharedMemory(distinctVectors(matrix(binaryRows(400, 8, 3))));

  it('give what this thread gives, however many pieces wait', async () => {
    const pool = workers();
    const pieces = [3, 4, 5, 6, 7].map((number) => ({
      vectors,
      settings: settings({ seed: number }),
      clusters: [number],
      score: true,
    }));
    const there = await Promise.all(pieces.map((piece) => pool.run('group', piece, {})));
    const here = await Promise.all(pieces.map((piece) => runHere('group', piece, {})));
    there.forEach(([group], i) => {
      expect(Array.from(group!.labels)).toEqual(Array.from(here[i]![0]!.labels));
      expect(group!.silhouette).toBe(here[i]![0]!.silhouette);
    });
  });

  it('end in the middle of their work, and others take their place', async () => {
    const pool = workers();
    const controller = new AbortController();
    const large = inSharedMemory(distinctVectors(matrix(binaryRows(60_000, 24, 5))));
    const labels = new Int32Array(large.rows).map((_, i) => i % 2);
    const params = {
      vectors: large,
      labels,
      clusters: 2,
      metric: 'euclidean',
      start: 0,
      end: large.rows,
    } as const;
    const work = [1, 2, 3].map(() =>
      pool.run('silhouettes', params, { signal: controller.signal }),
    );
    setTimeout(() => {
      controller.abort(new CancelledError());
    }, 300);
    const start = performance.now();
    const ends = await Promise.allSettled(work);
    expect(performance.now() - start).toBeLessThan(5000);
    for (const end of ends)
      expect(end).toMatchObject({
        status: 'rejected',
        reason: expect.any(CancelledError) as unknown,
      });
    expect(
      await pool.run('inertias', { vectors, clusters: [1], restarts: 1, seed: 1 }, {}),
    ).toHaveLength(1);
  });

  it('tell what the user did wrong from what we did', async () => {
    const pool = workers();
    const fine = inSharedMemory(
      distinctVectors(matrix(Array.from({ length: 12_500 }, (_, i) => [i]))),
    );
    const birch = {
      vectors: fine,
      settings: settings({ method: 'birch', threshold: 0.1 }),
      clusters: [2],
      score: false,
    };
    await expect(pool.run('group', birch, {})).rejects.toThrow(UserError);
    await expect(
      pool.run('inertias', { vectors, clusters: [2], restarts: 0, seed: 1 }, {}),
    ).rejects.toThrow(/restart/);
  });

  it('share the silhouette of many vectors', async () => {
    const pool = workers();
    const many = distinctVectors(matrix(binaryRows(9000, 14, 8)));
    const labels = new Int32Array(many.rows).map((_, i) => i % 5);
    const grouped = {
      vectors: many,
      labels,
      clusters: 5,
      notices: [],
      asked: 5,
      inertia: 0,
      silhouette: null,
      seconds: 0,
    };
    const context = { signal: undefined, threads: 2, onProgress: () => undefined };
    const [there, here] = await Promise.all([
      silhouetteOf(grouped, { ...context, run: pool.run }),
      silhouetteOf(grouped, { ...context, run: runHere }),
    ]);
    expect(many.rows).toBeGreaterThan(3000);
    expect(there.mean).toBe(here.mean);
  });
});
