/**
 * Agglomerative clustering by the nearest-neighbour chain (Murtagh 1983; Müllner 2011) with Lance
 * and Williams' updates: exact, O(n²) time and memory in the distinct vectors. Equal rows are
 * merged before all others, at height 0, so it starts from the distinct vectors with their
 * multiplicities and ends as it would from all rows. Heights are scipy's.
 */
import type { Merge } from '../domain/clustering';
import type { Linkage, Metric } from '../domain/method-options';
import { yieldToEventLoop } from '../util/yield-to-event-loop';
import type { DistinctVectors } from './distinct';
import { compactLabels, type Dendrogram, type FitContext, type Fitted } from './grouping';
import { distanceOf } from './metric';

export interface AgglomerativeOptions {
  linkage: Linkage;
  /** `ward` is defined for euclidean distances only and uses them whatever stands here. */
  metric: Metric;
}

/** Fits the whole tree once; each number of clusters is a cut through it. */
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

/**
 * @returns labels of the leaves when the tree is cut into `clusters` parts (all leaves apart where
 * there are fewer).
 */
function cutTree(
  { leaves, merges }: Dendrogram,
  clusters: number,
): { labels: Int32Array; clusters: number } {
  const parent = new Int32Array(leaves + merges.length).map((_, i) => i);
  const find = (node: number): number => {
    let root = node;
    while (parent[root] !== root) root = parent[root]!;
    return root;
  };
  const kept = Math.max(0, leaves - Math.max(1, clusters));
  for (let i = 0; i < Math.min(kept, merges.length); i++) {
    parent[merges[i]!.a] = leaves + i;
    parent[merges[i]!.b] = leaves + i;
  }
  return compactLabels(Int32Array.from({ length: leaves }, (_, leaf) => find(leaf)));
}

/** The merges above a cut. */
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

/** @returns merges in the order of their heights. */
export async function linkageTree(
  vectors: DistinctVectors,
  { linkage, metric }: AgglomerativeOptions,
  { signal }: FitContext = {},
): Promise<Dendrogram> {
  const { rows: n, counts } = vectors;
  const distances = pairDistances(
    vectors,
    linkage === 'ward' ? 'euclidean' : metric,
    linkage === 'ward',
  );
  const size = Float64Array.from(counts);
  const active = new Uint8Array(n).fill(1);
  // Index of the condensed distance of i < j.
  const at = (i: number, j: number) =>
    i < j ? i * n - (i * (i + 1)) / 2 + j - i - 1 : j * n - (j * (j + 1)) / 2 + i - j - 1;
  const raw: { a: number; b: number; height: number }[] = [];
  const chain = new Int32Array(n);
  let length = 0;
  let first = 0;
  while (raw.length < n - 1) {
    await yieldToEventLoop(signal);
    if (length === 0) {
      while (active[first] === 0) first += 1;
      chain[length++] = first;
    }
    // Go on to the nearest neighbour until two are nearest to each other; of equal distances the
    // one just come from is preferred.
    let x: number;
    let y: number;
    let smallest: number;
    for (;;) {
      x = chain[length - 1]!;
      y = length > 1 ? chain[length - 2]! : -1;
      smallest = y >= 0 ? distances[at(x, y)]! : Infinity;
      for (let i = 0; i < x; i++) {
        if (active[i] === 1 && distances[i * n - (i * (i + 1)) / 2 + x - i - 1]! < smallest) {
          smallest = distances[i * n - (i * (i + 1)) / 2 + x - i - 1]!;
          y = i;
        }
      }
      const base = x * n - (x * (x + 1)) / 2 - x - 1;
      for (let i = x + 1; i < n; i++) {
        if (active[i] === 1 && distances[base + i]! < smallest) {
          smallest = distances[base + i]!;
          y = i;
        }
      }
      if (length > 1 && y === chain[length - 2]) break;
      chain[length++] = y;
    }
    length -= 2;
    if (x > y) [x, y] = [y, x];
    raw.push({ a: x, b: y, height: smallest });
    // y stands for the merged cluster from here on.
    const [sizeX, sizeY] = [size[x]!, size[y]!];
    active[x] = 0;
    for (let i = 0; i < n; i++) {
      if (active[i] === 0 || i === y) continue;
      const iy = at(i, y);
      const dx = distances[at(i, x)]!;
      const dy = distances[iy]!;
      distances[iy] = updated(linkage, dx, dy, smallest, sizeX, sizeY, size[i]!);
    }
    size[y] = sizeX + sizeY;
  }
  return { leaves: n, merges: relabelled(raw, n, counts) };
}

/** Lance and Williams' formulas: the distance of a cluster of `i` faces to the union of x and y. */
function updated(
  linkage: Linkage,
  dx: number,
  dy: number,
  dxy: number,
  x: number,
  y: number,
  i: number,
): number {
  switch (linkage) {
    case 'single':
      return Math.min(dx, dy);
    case 'complete':
      return Math.max(dx, dy);
    case 'average':
      return (x * dx + y * dy) / (x + y);
    case 'ward':
      return Math.sqrt(((x + i) * dx * dx + (y + i) * dy * dy - i * dxy * dxy) / (x + y + i));
  }
}

/** Condensed distances `[n (n − 1) / 2]`; Ward's of clusters of several equal rows where `ward`. */
function pairDistances(
  { rows, columns, data, counts }: DistinctVectors,
  metric: Metric,
  ward: boolean,
): Float64Array {
  const distance = distanceOf(metric);
  const result = new Float64Array((rows * (rows - 1)) / 2);
  let at = 0;
  for (let i = 0; i < rows; i++) {
    for (let j = i + 1; j < rows; j++) {
      const value = distance(data, i, data, j, columns);
      result[at++] = ward
        ? value * Math.sqrt((2 * counts[i]! * counts[j]!) / (counts[i]! + counts[j]!))
        : value;
    }
  }
  return result;
}

/**
 * The chain finds merges out of order and names clusters by a member: sort them and name the merged
 * clusters.
 */
function relabelled(
  raw: { a: number; b: number; height: number }[],
  leaves: number,
  counts: Float64Array,
): Dendrogram['merges'] {
  const sorted = raw
    .map((merge, order) => ({ ...merge, order }))
    .sort((p, q) => p.height - q.height || p.order - q.order);
  const parent = new Int32Array(2 * leaves - 1).map((_, i) => i);
  const size = new Float64Array(2 * leaves - 1);
  size.set(counts);
  const find = (node: number): number => {
    let root = node;
    while (parent[root] !== root) root = parent[root]!;
    while (parent[node] !== root) [parent[node], node] = [root, parent[node]!];
    return root;
  };
  return sorted.map(({ a, b, height }, i) => {
    const [rootA, rootB] = [find(a), find(b)];
    const node = leaves + i;
    parent[rootA] = parent[rootB] = node;
    size[node] = size[rootA]! + size[rootB]!;
    return { a: Math.min(rootA, rootB), b: Math.max(rootA, rootB), height, size: size[node] };
  });
}
