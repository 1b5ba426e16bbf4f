import { describe, expect, it } from 'vitest';
import { distinctVectors } from '../../src/clustering/distinct';
import { silhouette } from '../../src/clustering/silhouette';
import { binaryRows, matrix, random } from '../support/vectors';

const distance = (a: readonly number[], b: readonly number[]) =>
  Math.sqrt(a.reduce((sum, value, c) => sum + (value - b[c]!) ** 2, 0));

/** Rousseeuw's definition on all rows. */
function bySample(rows: readonly (readonly number[])[], labels: readonly number[]): number[] {
  const ids = [...new Set(labels)];
  return rows.map((row, i) => {
    const meanTo = (id: number) => {
      const others = rows.filter((_, j) => j !== i && labels[j] === id);
      return others.length === 0
        ? undefined
        : others.reduce((sum, other) => sum + distance(row, other), 0) / others.length;
    };
    const a = meanTo(labels[i]!);
    if (a === undefined) return 0;
    const b = Math.min(...ids.filter((id) => id !== labels[i]).map((id) => meanTo(id)!));
    return Math.max(a, b) === 0 ? 0 : (b - a) / Math.max(a, b);
  });
}

describe('silhouette', () => {
  it.each([1, 2, 3])(
    'on distinct vectors equals the definition on all rows (seed %i)',
    async (seed) => {
      const rows = binaryRows(220, 5, seed);
      const vectors = distinctVectors(matrix(rows));
      const next = random(seed + 100);
      const ofVector = Array.from({ length: vectors.rows }, () => Math.floor(next() * 4));
      const labels = Array.from(vectors.inverse, (index) => ofVector[index]!);
      const expected = bySample(rows, labels);
      const { mean, clusters } = await silhouette(vectors, Int32Array.from(ofVector), 4);
      expect(mean).toBeCloseTo(expected.reduce((sum, value) => sum + value, 0) / rows.length, 12);
      for (const [id, value] of clusters.entries()) {
        const own = expected.filter((_, i) => labels[i] === id);
        expect(value).toBeCloseTo(own.reduce((sum, each) => sum + each, 0) / own.length, 12);
      }
    },
  );

  it('is not defined for one cluster, nor where every face is one of its own', async () => {
    const vectors = distinctVectors(matrix([[0], [1], [2]]));
    expect((await silhouette(vectors, Int32Array.of(0, 0, 0), 1)).mean).toBeNull();
    expect((await silhouette(vectors, Int32Array.of(0, 1, 2), 3)).mean).toBeNull();
  });
});
