/**
 * HDBSCAN (Campello et al. 2013; McInnes & Healy 2017): clusters of varying density, selected by
 * their stability ('excess of mass'). Works on distinct vectors with multiplicities: equal rows
 * leave a cluster together, so they are one leaf that counts as many times. The order of rows does
 * not matter.
 */
import type { Metric } from '../domain/method-options';
import { yieldToEventLoop } from '../util/yield-to-event-loop';
import { condense, selectStable } from './condensed-tree';
import { coreDistance } from './core-distance';
import type { DistinctVectors } from './distinct';
import { distancesOf } from './neighbors';
import { compactLabels, type FitContext, type Partition } from './partition';
import type { Distances } from './row-distances';
import { type Edge, singleLinkageTree } from './single-linkage';

export interface HdbscanOptions {
  /** Minimum rows of a cluster, ≥ 2. */
  minClusterSize: number;
  /** Rows within the core distance of a row, itself included. */
  minSamples: number;
  metric: Metric;
}

/** Time O(distinct²), memory O(distinct). */
export async function hdbscan(
  vectors: DistinctVectors,
  options: HdbscanOptions,
  { signal }: FitContext = {},
): Promise<Partition> {
  const { rows, counts } = vectors;
  using all = distancesOf(vectors, options.metric);
  const core = new Float64Array(rows);
  for (let row = 0; row < rows; row++) {
    await yieldToEventLoop(signal);
    core[row] = coreDistance(all.from(row), counts, options.minSamples);
  }
  const edges = await spanningTree(core, all, signal);
  const tree = singleLinkageTree(edges, counts);
  const condensed = condense(tree, core, Math.max(2, options.minClusterSize));
  return { vectors, ...compactLabels(selectStable(condensed, rows)), notices: [] };
}

/**
 * Minimum spanning tree of the mutual reachability distances (Prim 1957).
 * @returns its edges in ascending order of distance.
 */
async function spanningTree(
  core: Float64Array,
  all: Distances,
  signal: AbortSignal | undefined,
): Promise<Edge[]> {
  const rows = core.length;
  const nearest = new Float64Array(rows).fill(Infinity);
  const from = new Int32Array(rows).fill(-1);
  const inTree = new Uint8Array(rows);
  const edges: Edge[] = [];
  let row = 0;
  for (let step = 1; step < rows; step++) {
    await yieldToEventLoop(signal);
    inTree[row] = 1;
    const distances = all.from(row);
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
