/** The tree of Agglomerative, where many pairs of clusters are equally near. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { agglomerative, linkageTree } from '../../src/clustering/agglomerative';
import { inCanonicalOrder } from '../../src/clustering/canonical-order';
import { type DistinctVectors, distinctVectors, type Matrix } from '../../src/clustering/distinct';
import { silhouette } from '../../src/clustering/silhouette';
import { readLabels } from '../../src/datasets/labels';
import { DEFAULT_ATTRIBUTES } from '../../src/domain/attributes';
import type { Merge } from '../../src/domain/clustering';
import type { Linkage, Metric } from '../../src/domain/method-options';
import { hasModules, pythonCode } from '../support/python';
import { binaryRows, matrix, random } from '../support/vectors';

const LINKAGES = ['complete', 'average', 'single', 'ward'] as const;

type Rows = readonly (readonly number[])[];

const mean = (values: readonly number[]) =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
const squared = (a: readonly number[], b: readonly number[]) =>
  a.reduce((sum, value, i) => sum + (value - b[i]!) ** 2, 0);
const manhattan = (a: readonly number[], b: readonly number[]) =>
  a.reduce((sum, value, i) => sum + Math.abs(value - b[i]!), 0);
const centroid = (rows: Rows) => rows[0]!.map((_, c) => mean(rows.map((row) => row[c]!)));

/** Distance of two clusters of rows, by the definition of the linkage. */
function distanceOfClusters(a: Rows, b: Rows, linkage: Linkage, metric: Metric): number {
  if (linkage === 'ward') {
    const share = (2 * a.length * b.length) / (a.length + b.length);
    return Math.sqrt(share * squared(centroid(a), centroid(b)));
  }
  const distances = a.flatMap((p) =>
    b.map((q) => (metric === 'manhattan' ? manhattan(p, q) : Math.sqrt(squared(p, q)))),
  );
  if (linkage === 'average') return mean(distances);
  return linkage === 'single' ? Math.min(...distances) : Math.max(...distances);
}

/** Compares every pair of clusters before each merge, over all rows. */
function treeByDefinition(rows: Rows, linkage: Linkage, metric: Metric): Merge[] {
  const vectors = [...new Set(rows.map((row) => row.join()))].map((key) => {
    const members = rows.filter((row) => row.join() === key);
    return { rows: members, node: -1, last: -1 };
  });
  vectors.forEach((vector, i) => {
    vector.node = vector.last = i;
  });
  let clusters = vectors;
  const merges: Merge[] = [];
  while (clusters.length > 1) {
    const pairs = clusters.flatMap((a, i) =>
      clusters.slice(i + 1).map((b) => {
        const [small, large] = [a.rows, b.rows].sort((p, q) => p.length - q.length) as [
          Rows[number][],
          Rows[number][],
        ];
        const apart = mean(small.flatMap((p) => large.map((q) => squared(p, q))));
        const keys = [
          distanceOfClusters(a.rows, b.rows, linkage, metric),
          small.length * apart,
          -large.length,
          a.last,
          b.last,
        ].map((key) => Number(key.toPrecision(7)));
        return { a, b, keys };
      }),
    );
    const { a, b, keys } = pairs.reduce((best, pair) => {
      const at = pair.keys.findIndex((key, i) => key !== best.keys[i]);
      return at !== -1 && pair.keys[at]! < best.keys[at]! ? pair : best;
    });
    const union = {
      rows: [...a.rows, ...b.rows],
      node: vectors.length + merges.length,
      last: b.last,
    };
    merges.push({
      a: Math.min(a.node, b.node),
      b: Math.max(a.node, b.node),
      height: keys[0]!,
      size: union.rows.length,
    });
    clusters = [...clusters.filter((each) => each !== a && each !== b), union].sort(
      (p, q) => p.last - q.last,
    );
  }
  return merges;
}

describe.each(LINKAGES)('%s linkage', (linkage) => {
  it.each(['manhattan', 'euclidean'] as const)(
    'merges the pair that the definition chooses among all (%s)',
    async (metric) => {
      for (let seed = 0; seed < 12; seed++) {
        const next = random(seed);
        const columns = 2 + (seed % 4);
        const weights = Array.from({ length: columns }, () => (seed % 3 === 0 ? next() : 1));
        const rows = binaryRows(10 + Math.floor(30 * next()), columns, seed).map((row) =>
          row.map((value, c) => value * weights[c]!),
        );
        const { merges } = await linkageTree(distinctVectors(matrix(rows)), { linkage, metric });
        const expected = treeByDefinition(rows, linkage, metric);
        expect(merges.map(({ a, b, size }) => ({ a, b, size }))).toEqual(
          expected.map(({ a, b, size }) => ({ a, b, size })),
        );
        for (const [i, { height }] of merges.entries())
          expect(height).toBeCloseTo(expected[i]!.height, 5);
      }
    },
  );
});

const CELEBA = join(__dirname, '..', '..', '..', 'shared', 'data', 'list_attr_celeba.txt.gz');
if (!existsSync(CELEBA)) console.log(`skipped: ties in CelebA need ${CELEBA}, which is not there`);
const hasPython = hasModules(['sklearn'], "the comparison of ties with scikit-learn's", [
  'python3-sklearn',
]);

/** The default attributes of `count` of CelebA's label rows. */
async function celebaRows(first: number, count: number): Promise<Matrix> {
  const { attributes, values } = await readLabels(CELEBA);
  const columns = DEFAULT_ATTRIBUTES.map((name) => attributes.indexOf(name));
  return matrix(
    Array.from({ length: count }, (_, i) =>
      columns.map((column) => values[(first + i) * attributes.length + column]!),
    ),
  );
}

/** scikit-learn's labels of the vectors in 2 to 50 clusters, for five orders of the rows. */
const labelsOfScikitLearn = (
  { rows, columns, data, inverse }: DistinctVectors,
  linkage: Linkage,
  metric: Metric,
): number[][][] =>
  JSON.parse(
    pythonCode(`
import json, tempfile, numpy as np
from sklearn.cluster import AgglomerativeClustering
vectors = np.array(${JSON.stringify(Array.from(data))}).reshape(${String(rows)}, ${String(columns)})
inverse = np.array(${JSON.stringify(Array.from(inverse))})
rows = vectors[inverse]
found = []
with tempfile.TemporaryDirectory() as memory:
    for order in range(5):
        shuffled = np.random.RandomState(order).permutation(len(rows))
        found.append([])
        for k in range(2, 51):
            model = AgglomerativeClustering(k, linkage='${linkage}', metric='${metric}', memory=memory, compute_full_tree=True)
            labels = np.empty(len(vectors), int)
            labels[inverse[shuffled]] = model.fit(rows[shuffled]).labels_
            found[-1].append(labels.tolist())
print(json.dumps(found))`),
  ) as number[][][];

describe.skipIf(!existsSync(CELEBA) || !hasPython)("CelebA's label rows", () => {
  it.each([
    [0, 500, 'complete', 'manhattan', 0.02],
    [50_000, 500, 'complete', 'manhattan', 0.02],
    [100_000, 500, 'complete', 'manhattan', 0.02],
    [0, 2000, 'complete', 'manhattan', 0.02],
    [0, 500, 'single', 'euclidean', 0.02],
    [0, 500, 'average', 'euclidean', 0.05],
    [0, 500, 'ward', 'euclidean', 0.05],
  ] as const)(
    'from %i, %i of them, %s, %s: a silhouette not below the mean of five orders of scikit-learn',
    async (first, count, linkage, metric, allowed) => {
      const vectors = inCanonicalOrder(distinctVectors(await celebaRows(first, count)));
      const orders = labelsOfScikitLearn(vectors, linkage, metric);
      const fitted = await agglomerative(vectors, { linkage, metric });
      for (let k = 2; k <= 50; k++) {
        const scoreOf = async (labels: Int32Array) => (await silhouette(vectors, labels, k)).mean!;
        const own = await scoreOf((await fitted(k)).labels);
        const theirs = await Promise.all(
          orders.map((order) => scoreOf(Int32Array.from(order[k - 2]!))),
        );
        expect(own, `${String(k)} clusters`).toBeGreaterThanOrEqual(mean(theirs) - allowed);
      }
    },
    60_000,
  );
});
