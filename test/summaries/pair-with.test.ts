import { expect, it } from 'vitest';
import type { ClusterSummary } from '../../src/domain/clustering';
import { pairWith } from '../../src/summaries/pair-with';

it('compares a cluster with the one whose attributes occur most alike', () => {
  const of = (id: number, Smiling: number) =>
    ({ id, occurrences: { Smiling } }) as unknown as ClusterSummary;
  const clusters = [of(0, 0.9), of(1, 0.2), of(2, 0.5), of(-1, 0.9), of(-2, 0.9)];
  expect(pairWith(clusters, 0)).toEqual([0, 2]);
  expect(pairWith(clusters, 1)).toEqual([1, 2]);
  expect(pairWith(clusters, 0, 1)).toEqual([0, 1]);
  expect(pairWith([clusters[0]!, clusters[3]!], 0)).toEqual([0, -1]);
  expect(pairWith([clusters[0]!, clusters[4]!], 0)).toBeUndefined();
});
