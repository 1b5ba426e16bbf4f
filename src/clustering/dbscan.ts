/**
 * DBSCAN (Ester et al. 1996) on distinct vectors with multiplicities. The partition is the one that
 * scikit-learn makes of all rows.
 */
import type { Metric } from '../domain/method-options';
import { yieldToEventLoop } from '../util/yield-to-event-loop';
import type { DistinctVectors } from './distinct';
import { neighborhoods } from './neighbors';
import type { FitContext, Partition } from './partition';

export interface DbscanOptions {
  /** Maximum distance between neighbors. */
  eps: number;
  /** Minimum number of rows within `eps` of a core row, itself included. */
  minSamples: number;
  metric: Metric;
}

/**
 * As in scikit-learn, clusters are numbered by their first core vector, and a border vector of
 * several clusters belongs to the first. Time O(distinct²) at most.
 */
export async function dbscan(
  vectors: DistinctVectors,
  { eps, minSamples, metric }: DbscanOptions,
  { signal }: FitContext = {},
): Promise<Partition> {
  const { rows, counts } = vectors;
  using neighbors = neighborhoods(vectors, eps, metric);
  const core = new Uint8Array(rows);
  for (let row = 0; row < rows; row++) {
    await yieldToEventLoop(signal);
    let reached = 0;
    for (const other of neighbors.of(row)) reached += counts[other]!;
    core[row] = reached >= minSamples ? 1 : 0;
  }
  const labels = new Int32Array(rows).fill(-1);
  let clusters = 0;
  for (let seed = 0; seed < rows; seed++) {
    if (core[seed] === 0 || labels[seed] !== -1) continue;
    labels[seed] = clusters;
    const stack = [seed];
    for (let row = stack.pop(); row !== undefined; row = stack.pop()) {
      await yieldToEventLoop(signal);
      for (const other of neighbors.of(row)) {
        if (labels[other] !== -1) continue;
        labels[other] = clusters;
        if (core[other] === 1) stack.push(other);
      }
    }
    clusters += 1;
  }
  return { vectors, labels, clusters, notices: [] };
}
