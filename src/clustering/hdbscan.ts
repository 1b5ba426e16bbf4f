/**
 * HDBSCAN (Campello et al. 2013; McInnes & Healy 2017): clusters of varying density, chosen by
 * their stability ('excess of mass'). On distinct vectors with multiplicities: equal rows part from
 * a cluster together, so they are one leaf of their number.
 */
import type { Metric } from '../domain/method-options';
import { yieldToEventLoop } from '../util/yield-to-event-loop';
import type { DistinctVectors } from './distinct';
import { compactLabels, type FitContext, type Partition } from './grouping';
import { distancesOf } from './neighbours';
import { coreDistance } from './optics';

export interface HdbscanOptions {
  /** Fewest rows of a cluster, ≥ 2. */
  minClusterSize: number;
  /** Rows around a core row, itself counted. */
  minSamples: number;
  metric: Metric;
}

interface Edge {
  a: number;
  b: number;
  distance: number;
}

/** Time O(distinct²), memory O(distinct). */
export async function hdbscan(
  vectors: DistinctVectors,
  options: HdbscanOptions,
  { signal }: FitContext = {},
): Promise<Partition> {
  const { rows, counts } = vectors;
  const distancesFrom = distancesOf(vectors, options.metric);
  const core = new Float64Array(rows);
  for (let row = 0; row < rows; row++) {
    await yieldToEventLoop(signal);
    core[row] = coreDistance(distancesFrom(row), counts, options.minSamples);
  }
  const edges = await spanningTree(rows, core, distancesFrom, signal);
  const labels = stableClusters(edges, core, counts, Math.max(2, options.minClusterSize));
  return { vectors, ...compactLabels(labels), notices: [] };
}

/** Minimum spanning tree of the mutual reachability distances (Prim 1957), its edges ascending. */
async function spanningTree(
  rows: number,
  core: Float64Array,
  distancesFrom: (row: number) => Float64Array,
  signal: AbortSignal | undefined,
): Promise<Edge[]> {
  const nearest = new Float64Array(rows).fill(Infinity);
  const from = new Int32Array(rows).fill(-1);
  const inTree = new Uint8Array(rows);
  const edges: Edge[] = [];
  let row = 0;
  for (let step = 1; step < rows; step++) {
    await yieldToEventLoop(signal);
    inTree[row] = 1;
    const distances = distancesFrom(row);
    let next = -1;
    for (let other = 0; other < rows; other++) {
      if (inTree[other] === 1) continue;
      const distance = Math.max(distances[other]!, core[row]!, core[other]!);
      if (distance < nearest[other]!) [nearest[other], from[other]] = [distance, row];
      if (next === -1 || nearest[other]! < nearest[next]!) next = other;
    }
    edges.push({ a: from[next] === -1 ? row : from[next]!, b: next, distance: nearest[next]! });
    row = next;
  }
  return edges.sort((p, q) => p.distance - q.distance);
}

/** A cluster of the condensed tree. */
interface Condensed {
  parent: number;
  /** Density, 1 / distance, at which it appears. */
  birth: number;
  stability: number;
  children: number[];
  /** Leaves that part from it before it splits. */
  leaves: number[];
}

/** @returns cluster of each leaf, −1 for noise. */
function stableClusters(
  edges: Edge[],
  core: Float64Array,
  counts: Float64Array,
  smallest: number,
): Int32Array {
  const leaves = counts.length;
  // Single-linkage tree: nodes `leaves` + i are the merges.
  const size = new Float64Array(leaves + edges.length);
  size.set(counts);
  const parent = new Int32Array(leaves + edges.length).map((_, i) => i);
  const find = (node: number): number => {
    let root = node;
    while (parent[root] !== root) root = parent[root]!;
    while (parent[node] !== root) [parent[node], node] = [root, parent[node]!];
    return root;
  };
  const children = edges.map(({ a, b }, i) => {
    const pair = [find(a), find(b)] as const;
    const node = leaves + i;
    parent[pair[0]] = parent[pair[1]] = node;
    size[node] = size[pair[0]]! + size[pair[1]]!;
    return pair;
  });
  const leavesBelow = (top: number): number[] => {
    const found: number[] = [];
    const stack = [top];
    for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
      if (node < leaves) found.push(node);
      else stack.push(...children[node - leaves]!);
    }
    return found;
  };

  const labels = new Int32Array(leaves).fill(-1);
  const root = leaves + edges.length - 1;
  if (size[root]! < smallest) return labels;
  const clusters: Condensed[] = [{ parent: -1, birth: 0, stability: 0, children: [], leaves: [] }];
  const stack = [{ node: root, cluster: 0 }];
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    const { node, cluster } = next;
    const own = clusters[cluster]!;
    const depart = (leaf: number, density: number) => {
      own.leaves.push(leaf);
      own.stability += counts[leaf]! * (density - own.birth);
    };
    if (node < leaves) {
      depart(node, 1 / core[node]!);
      continue;
    }
    const density = 1 / edges[node - leaves]!.distance;
    const pair = children[node - leaves]!;
    const large = pair.filter((child) => size[child]! >= smallest);
    if (large.length === 2) {
      for (const child of pair) {
        own.stability += size[child]! * (density - own.birth);
        own.children.push(clusters.length);
        stack.push({ node: child, cluster: clusters.length });
        clusters.push({ parent: cluster, birth: density, stability: 0, children: [], leaves: [] });
      }
    } else {
      for (const child of pair) {
        if (large.includes(child)) stack.push({ node: child, cluster });
        else for (const leaf of leavesBelow(child)) depart(leaf, density);
      }
    }
  }

  // From the leaves up: a cluster stands where it is more stable than those it splits into; the
  // root never does.
  const chosen = new Uint8Array(clusters.length);
  const best = clusters.map(({ stability }) => stability);
  for (let i = clusters.length - 1; i > 0; i--) {
    const below = clusters[i]!.children.reduce((sum, child) => sum + best[child]!, 0);
    if (clusters[i]!.children.length === 0 || clusters[i]!.stability >= below) chosen[i] = 1;
    else best[i] = below;
  }
  const owner = new Int32Array(clusters.length).fill(-1);
  for (const [i, { parent: above, leaves: departed }] of clusters.entries()) {
    owner[i] = above >= 0 && owner[above] !== -1 ? owner[above]! : chosen[i] === 1 ? i : -1;
    for (const leaf of departed) labels[leaf] = owner[i]!;
  }
  return labels;
}
