/**
 * Agglomerative clustering by the nearest-neighbor chain (Murtagh 1983; Müllner 2011): exact, O(n²)
 * time and memory in the distinct vectors. Equal rows would be merged before all others, at height
 * 0, so the algorithm starts from distinct vectors with their multiplicities and gives the tree of
 * all rows. Heights are those of scipy.
 */
import type { Merge } from '../domain/clustering';
import type { Linkage, Metric } from '../domain/method-options';
import { yieldToEventLoop } from '../util/yield-to-event-loop';
import type { DistinctVectors } from './distinct';
import { LinkageDistances } from './linkage-distances';
import { compactLabels, type Dendrogram, type FitContext, type Fitted } from './partition';
import { createForest, rootOf } from './union-find';

export interface AgglomerativeOptions {
  linkage: Linkage;
  /** Ignored by `ward`, which is defined for Euclidean distances only. */
  metric: Metric;
}

/** Builds the whole tree once; each number of clusters is a cut through it. */
export async function agglomerative(
  vectors: DistinctVectors,
  options: AgglomerativeOptions,
  context: FitContext = {},
): Promise<Fitted> {
  const dendrogram = await linkageTree(vectors, options, context);
  return (wanted) => {
    const { labels, clusters } = cutTree(dendrogram, wanted);
    return {
      vectors,
      labels,
      clusters,
      tree: treeAbove(dendrogram, labels, clusters),
      notices: [],
    };
  };
}

/** @returns labels of the leaves; each leaf is a cluster where there are fewer than `clusters`. */
function cutTree(
  { leaves, merges }: Dendrogram,
  clusters: number,
): { labels: Int32Array; clusters: number } {
  const forest = createForest(leaves + merges.length);
  const applied = Math.max(0, leaves - Math.max(1, clusters));
  for (let i = 0; i < Math.min(applied, merges.length); i++) {
    forest[merges[i]!.a] = leaves + i;
    forest[merges[i]!.b] = leaves + i;
  }
  return compactLabels(Int32Array.from({ length: leaves }, (_, leaf) => rootOf(forest, leaf)));
}

/** The merges above a cut, between its clusters. */
function treeAbove({ leaves, merges }: Dendrogram, labels: Int32Array, clusters: number): Merge[] {
  const below = leaves - clusters;
  const clusterOf = new Int32Array(leaves + below);
  clusterOf.set(labels);
  for (let i = 0; i < below; i++) clusterOf[leaves + i] = clusterOf[merges[i]!.a]!;
  const name = (node: number) =>
    node < leaves + below ? clusterOf[node]! : clusters + node - leaves - below;
  return merges
    .slice(below)
    .map(({ a, b, height, size }) => ({ a: name(a), b: name(b), height, size }));
}

/** A merge of two clusters, each named after one of its vectors. */
interface ChainMerge {
  a: number;
  b: number;
  height: number;
}

/** @returns merges in ascending order of height. */
export async function linkageTree(
  vectors: DistinctVectors,
  { linkage, metric }: AgglomerativeOptions,
  { signal }: FitContext = {},
): Promise<Dendrogram> {
  const n = vectors.rows;
  const distances = new LinkageDistances(vectors, linkage, metric);
  const merges: ChainMerge[] = [];
  const chain = new Int32Array(n);
  let length = 0;
  while (merges.length < n - 1) {
    await yieldToEventLoop(signal);
    if (length === 0) chain[length++] = distances.firstActive();
    // Follow nearest neighbors until two clusters are nearest to each other. Of equally near ones
    // the previous one is preferred.
    for (;;) {
      const previous = length > 1 ? chain[length - 2]! : -1;
      const nearest = distances.nearest(chain[length - 1]!, previous);
      if (length > 1 && nearest === previous) break;
      chain[length++] = nearest;
    }
    length -= 2;
    const [x, y] = [chain[length]!, chain[length + 1]!];
    const [a, b] = x < y ? [x, y] : [y, x];
    merges.push({ a, b, height: distances.merge(a, b) });
  }
  return { leaves: n, merges: sortMerges(merges, vectors.counts) };
}

/** Sorts the merges of a chain by height, and names clusters after the merges that made them. */
function sortMerges(merges: readonly ChainMerge[], counts: Float64Array): Merge[] {
  const leaves = counts.length;
  const sorted = merges
    .map((merge, order) => ({ ...merge, order }))
    .sort((p, q) => p.height - q.height || p.order - q.order);
  const forest = createForest(2 * leaves - 1);
  const sizes = new Float64Array(2 * leaves - 1);
  sizes.set(counts);
  return sorted.map(({ a, b, height }, i) => {
    const [rootA, rootB] = [rootOf(forest, a), rootOf(forest, b)];
    const node = leaves + i;
    forest[rootA] = forest[rootB] = node;
    sizes[node] = sizes[rootA]! + sizes[rootB]!;
    return { a: Math.min(rootA, rootB), b: Math.max(rootA, rootB), height, size: sizes[node] };
  });
}
