import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import {
  adjustedMutualInformation,
  adjustedRand,
  balancedAccuracyByCluster,
  classAgreement,
  normalizedMutualInformation,
} from '../../src/clustering/agreement';
import { hasModules, PYTHON } from '../support/python';
import { random } from '../support/vectors';

const int = (values: readonly number[]) => Int32Array.from(values);

/** What scikit-learn makes of pairs of partitions. */
const REFERENCE = `
import json, sys
from sklearn import metrics as m
def scores(a, b):
    h, c, v = m.homogeneity_completeness_v_measure(b, a)
    table = m.cluster.contingency_matrix(b, a)
    return [m.adjusted_rand_score(b, a), m.adjusted_mutual_info_score(b, a), m.normalized_mutual_info_score(b, a),
            h, c, v, float(table.max(axis=0).sum() / table.sum())]
print(json.dumps([scores(a, b) for a, b in json.load(sys.stdin)]))`;

function partitions(): [number[], number[]][] {
  const next = random(7);
  const labels = (rows: number, classes: number) =>
    Array.from({ length: rows }, () => Math.floor(next() * classes) - 1);
  const sizes = [
    [2, 1, 2],
    [40, 3, 5],
    [300, 16, 60],
    [300, 1, 4],
    [50, 50, 50],
    [2000, 30, 3],
  ];
  const drawn = sizes.map(([rows, a, b]): [number[], number[]] => [
    labels(rows!, a!),
    labels(rows!, b!),
  ]);
  const same = labels(90, 6);
  const nearly = same.map((label, i) => (i % 9 === 0 ? (label + 1) % 6 : label));
  const each = Array.from({ length: 12 }, (_, i) => i);
  return [...drawn, [same, same], [nearly, same], [each, each], [each, each.map(() => 3)]];
}

describe('agreement of two partitions', () => {
  it.skipIf(!hasModules(['sklearn'], 'agreement of partitions', ['python3-sklearn']))(
    'is that of scikit-learn, to 1e-9',
    () => {
      const all = partitions();
      const input = JSON.stringify(all);
      const output = execFileSync(PYTHON, ['-c', REFERENCE], { input, encoding: 'utf8' });
      for (const [i, expected] of (JSON.parse(output) as number[][]).entries()) {
        const [a, b] = all[i]!.map(int) as [Int32Array, Int32Array];
        const { homogeneity, completeness, vMeasure, purity } = classAgreement(a, b);
        const own = [
          adjustedRand(a, b),
          adjustedMutualInformation(a, b),
          normalizedMutualInformation(a, b),
        ];
        for (const [j, value] of [...own, homogeneity, completeness, vMeasure, purity].entries())
          expect(Math.abs(value - expected[j]!), `pair ${i}, score ${j}`).toBeLessThan(1e-9);
      }
    },
  );

  it('is 1 of the same classes under other names, and refuses different rows', () => {
    const [a, b] = [int([0, 0, 1, 2, 2, -1]), int([5, 5, 9, 1, 1, 0])];
    expect(adjustedRand(a, b)).toBe(1);
    expect(adjustedMutualInformation(a, b)).toBeCloseTo(1, 12);
    for (const value of Object.values(classAgreement(a, b))) expect(value).toBeCloseTo(1, 12);
    expect(() => adjustedRand(a, int([1]))).toThrow(/6 and 1 rows/);
  });
});

describe('balancedAccuracyByCluster', () => {
  it('is the mean of both recalls of what most faces of each cluster are', () => {
    const clusters = int([0, 0, 0, 1, 1, 1, 1, -1]);
    const truth = [true, true, false, false, false, false, true, true];
    // 'Has it' is said in cluster 0 and of noise: of 4 that have it 3 are right, of 4 others 3.
    expect(balancedAccuracyByCluster(clusters, truth)).toBeCloseTo(0.75, 12);
  });

  it('says "has it" of equal shares, whatever their order', () => {
    for (const truth of [
      [true, false],
      [false, true],
    ])
      expect(balancedAccuracyByCluster(int([0, 0]), truth)).toBe(0.5);
    expect(balancedAccuracyByCluster(int([0, 1]), [true, false])).toBe(1);
  });

  it('is not defined where all are alike', () => {
    expect(balancedAccuracyByCluster(int([0, 1]), [true, true])).toBeNull();
    expect(balancedAccuracyByCluster(int([]), [])).toBeNull();
  });
});
