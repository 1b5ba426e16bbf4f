/**
 * Agglomerative clustering: the two nearest clusters are merged, again and again. Equal rows would
 * be merged before all others, at height 0, so it starts from distinct vectors with their
 * multiplicities and gives the tree of all rows. Heights are those of scipy where no tie decides.
 */
import type { Merge } from '../domain/clustering';
import type { Linkage, Metric } from '../domain/method-options';
import { t } from '../text/translate';
import { yieldToEventLoop } from '../util/yield-to-event-loop';
import { ClosestPairs } from './closest-pairs';
import type { DistinctVectors } from './distinct';
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
  const { linkage, metric } = options;
  const notice = t("Ward's linkage is of Euclidean distances: the metric {0} was not used", metric);
  const notices = linkage === 'ward' && metric !== 'euclidean' ? [notice] : [];
  return (wanted) => {
    const { labels, clusters } = cutTree(dendrogram, wanted);
    return {
      vectors,
      labels,
      clusters,
      tree: treeAbove(dendrogram, labels, clusters),
      notices,
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

/** @returns merges in ascending order of height. */
export async function linkageTree(
  vectors: DistinctVectors,
  { linkage, metric }: AgglomerativeOptions,
  { signal }: FitContext = {},
): Promise<Dendrogram> {
  const leaves = vectors.rows;
  await yieldToEventLoop(signal);
  const pairs = new ClosestPairs(vectors, linkage, metric);
  const nodeOf = Int32Array.from({ length: leaves }, (_, leaf) => leaf);
  const sizes = Float64Array.from(vectors.counts);
  const merges: Merge[] = [];
  let height = 0;
  while (merges.length < leaves - 1) {
    await yieldToEventLoop(signal);
    const pair = pairs.merge();
    const [a, b] = [nodeOf[pair.a]!, nodeOf[pair.b]!];
    const size = (sizes[pair.b]! += sizes[pair.a]!);
    nodeOf[pair.b] = leaves + merges.length;
    height = Math.max(height, pair.height); // the same, but for rounding errors
    merges.push({ a: Math.min(a, b), b: Math.max(a, b), height, size });
  }
  return { leaves, merges };
}
