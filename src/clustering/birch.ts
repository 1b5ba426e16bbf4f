/**
 * Birch (Zhang et al. 1996) with scikit-learn's choices: rows are inserted one by one, so their
 * order matters, into a tree of clustering features; the subclusters at its leaves, each counting
 * once, are then clustered by Ward's method.
 */
import { t } from '../text/translate';
import { UserError } from '../util/errors';
import { yieldToEventLoop } from '../util/yield-to-event-loop';
import { agglomerative } from './agglomerative';
import { type BirchOptions, BirchTree } from './birch-tree';
import type { DistinctVectors } from './distinct';
import { squaredDistance } from './metric';
import type { FitContext, Fitted, Partition } from './partition';

/** Limit of the memory for the distances of the global step. */
const MAX_SUBCLUSTERS = 12_000;

/**
 * Inserts every row in the order of `inverse`, equal ones repeatedly, so that the tree equals
 * scikit-learn's. Each number of clusters is a cut of the subclusters' dendrogram.
 * @throws UserError where the threshold leaves more than 12,000 subclusters.
 */
export async function birch(
  vectors: DistinctVectors,
  options: BirchOptions,
  context: FitContext = {},
): Promise<Fitted> {
  const { columns, data } = vectors;
  const tree = new BirchTree(options);
  for (const index of vectors.inverse) {
    await yieldToEventLoop(context.signal);
    tree.insert(data.subarray(index * columns, (index + 1) * columns));
  }
  const centroids = tree.leafCentroids();
  if (centroids.length > MAX_SUBCLUSTERS) {
    throw new UserError(
      t(
        'a Birch threshold of {0} leaves {1} subclusters, more than the {2} that are possible: choose a larger one',
        options.threshold,
        centroids.length,
        MAX_SUBCLUSTERS,
      ),
    );
  }
  const subclusters = asVectors(centroids, columns);
  const nearest = await nearestSubclusters(vectors, subclusters, context.signal);
  const fitted = await agglomerative(
    subclusters,
    { linkage: 'ward', metric: 'euclidean' },
    context,
  );
  return async (clusters) => {
    const notices =
      centroids.length < clusters
        ? [
            t(
              'Birch formed only {0} subclusters at threshold {1}; a smaller threshold gives more',
              centroids.length,
              options.threshold,
            ),
          ]
        : [];
    return { ...labelVectors(vectors, nearest, await fitted(clusters)), notices };
  };
}

/** Centroids as vectors that count once each. As in scikit-learn, equal ones stay apart. */
function asVectors(centroids: readonly Float64Array[], columns: number): DistinctVectors {
  const data = new Float64Array(centroids.length * columns);
  centroids.forEach((centroid, i) => {
    data.set(centroid, i * columns);
  });
  return {
    rows: centroids.length,
    columns,
    data,
    counts: new Float64Array(centroids.length).fill(1),
    inverse: Int32Array.from(centroids, (_, i) => i),
  };
}

/** @returns index of the nearest subcluster of each vector; of equally near ones, the first. */
async function nearestSubclusters(
  { rows, columns, data }: DistinctVectors,
  subclusters: DistinctVectors,
  signal: AbortSignal | undefined,
): Promise<Int32Array> {
  const nearest = new Int32Array(rows);
  for (let row = 0; row < rows; row++) {
    await yieldToEventLoop(signal);
    let smallest = Infinity;
    for (let i = 0; i < subclusters.rows; i++) {
      const distance = squaredDistance(data, row, subclusters.data, i, columns);
      if (distance < smallest) [smallest, nearest[row]] = [distance, i];
    }
  }
  return nearest;
}

/**
 * Gives each vector the cluster of its nearest subcluster. Clusters without a vector are left out,
 * and then the tree is, too.
 */
function labelVectors(
  vectors: DistinctVectors,
  nearest: Int32Array,
  { labels, tree }: Partition,
): Omit<Partition, 'notices'> {
  const own = nearest.map((subcluster) => labels[subcluster]!);
  const numbers = new Map([...new Set(own)].map((label, number) => [label, number] as const));
  const isComplete = numbers.size === new Set(labels).size;
  const renumber = (node: number) => (node < numbers.size ? numbers.get(node)! : node);
  return {
    vectors,
    labels: own.map((label) => numbers.get(label)!),
    clusters: numbers.size,
    ...(isComplete && tree !== undefined
      ? { tree: tree.map((merge) => ({ ...merge, a: renumber(merge.a), b: renumber(merge.b) })) }
      : {}),
  };
}
