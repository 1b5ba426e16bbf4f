import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { differenceOf } from '../../src/summaries/clustering-difference';

const clustersOf = (labels: readonly number[]) =>
  [...new Set(labels)]
    .sort((a, b) => a - b)
    .map((id) => ({ id, title: `C${id}`, size: labels.filter((each) => each === id).length }));

/** @param rows of the earlier faces among those now; −1 where one is gone. */
const difference = (before: number[], now: number[], rows = before.map((_, i) => i)) =>
  differenceOf(
    { labels: Int32Array.from(before), rows: Int32Array.from(rows), clusters: clustersOf(before) },
    { labels: Int32Array.from(now), clusters: clustersOf(now) },
  );

describe('the difference of two clusterings', () => {
  it('is none where only the numbers of the clusters differ', () => {
    const { moved, adjustedRand, clusters, dissolved } = difference(
      [0, 0, 0, 1, 1, 2],
      [2, 2, 2, 0, 0, 1],
    );
    expect([moved, adjustedRand, dissolved]).toEqual([0, 1, []]);
    expect(clusters.map(({ id, matched }) => [id, matched?.id])).toEqual([
      [0, 1],
      [1, 2],
      [2, 0],
    ]);
  });

  it('names where the faces of a cluster came from', () => {
    // Cluster 1 is dissolved: two of its faces are in 0, one in 2.
    const { moved, clusters, dissolved } = difference(
      [0, 0, 0, 1, 1, 1, 2, 2],
      [0, 0, 0, 0, 0, 2, 2, 2],
    );
    expect(moved).toBe(3);
    expect(dissolved).toEqual([{ id: 1, title: 'C1', size: 3 }]);
    expect(clusters[0]).toEqual({
      id: 0,
      matched: { id: 0, title: 'C0', size: 3, common: 3 },
      arrivals: [{ from: { id: 1, title: 'C1' }, count: 2, rows: [3, 4] }],
    });
    expect(clusters[1]!.arrivals).toEqual([{ from: { id: 1, title: 'C1' }, count: 1, rows: [5] }]);
  });

  it('counts faces that came and went', () => {
    const { common, added, gone, clusters } = difference([0, 0, 1], [0, 0, 1, 1], [0, -1, 2]);
    expect([common, added, gone]).toEqual([2, 2, 1]);
    expect(clusters.map(({ arrivals }) => arrivals)).toEqual([
      [{ from: null, count: 1, rows: [1] }],
      [{ from: null, count: 1, rows: [3] }],
    ]);
  });

  it('pairs noise with noise only', () => {
    const { clusters } = difference([-1, -1, 0, 0], [0, 0, -1, -1]);
    expect(clusters.map(({ matched }) => matched)).toEqual([null, null]);
  });

  it('accounts for every face, whatever the clusters are', () => {
    const labels = fc.array(fc.integer({ min: -1, max: 4 }), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(labels, labels, (before, now) => {
        const rows = before.map((_, i) => (i < now.length ? i : -1));
        const { common, moved, added, gone, clusters } = difference(before, now, rows);
        expect(common + gone).toBe(before.length);
        expect(common + added).toBe(now.length);
        const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);
        const arrived = clusters.map(({ arrivals }) =>
          arrivals.filter(({ from }) => from !== null),
        );
        expect(sum(arrived.flat().map(({ count }) => count))).toBe(moved);
        expect(sum(clusters.map(({ matched }) => matched?.common ?? 0))).toBe(common - moved);
        const partners = clusters.flatMap(({ matched }) => (matched === null ? [] : [matched.id]));
        expect(new Set(partners).size, 'one for each').toBe(partners.length);
      }),
    );
  });
});
