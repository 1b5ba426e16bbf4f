/**
 * OPTICS (Ankerst et al. 1999): orders rows by reachability, then extracts clusters from steep
 * areas of the reachability plot.
 *
 * The order holds all rows, but the work is done on distinct vectors: equal rows have the same
 * distances and core distance, so expanding one of them is enough.
 */
import type { Metric } from '../domain/method-options';
import { yieldToEventLoop } from '../util/yield-to-event-loop';
import { coreDistance } from './core-distance';
import type { DistinctVectors } from './distinct';
import { distancesOf } from './neighbors';
import { type Ordering, xiLabels } from './optics-xi';
import { compactLabels, type FitContext, type Partition } from './partition';

export interface OpticsOptions {
  /** Rows within the core distance of a row, itself included; also the minimum cluster size. */
  minSamples: number;
  /** Minimum relative drop of reachability at a cluster's edge, in (0, 1). */
  xi: number;
  metric: Metric;
}

/** Time O(distinct² + rows · distinct). */
export async function optics(
  vectors: DistinctVectors,
  options: OpticsOptions,
  context: FitContext = {},
): Promise<Partition> {
  const rows = vectors.inverse.length;
  if (rows < 2)
    return { vectors, labels: new Int32Array(vectors.rows).fill(-1), clusters: 0, notices: [] };
  const minSamples = Math.max(2, Math.min(options.minSamples, rows));
  const ordering = await opticsOrder(vectors, { ...options, minSamples }, context);
  const labels = await xiLabels(ordering, { minSamples, xi: options.xi }, context.signal);
  return { vectors, ...compactLabels(mostFrequent(vectors, labels)), notices: [] };
}

/**
 * The label that most rows of each vector have. At the edge of a cluster equal rows may be labeled
 * differently, by their order alone.
 * @param rowLabels label of each original row.
 * @returns `[vectors]`; of equally frequent labels the greatest, so a cluster rather than noise.
 */
function mostFrequent({ rows, inverse }: DistinctVectors, rowLabels: Int32Array): Int32Array {
  const counts = Array.from({ length: rows }, () => new Map<number, number>());
  for (const [row, label] of rowLabels.entries()) {
    const ofVector = counts[inverse[row]!]!;
    ofVector.set(label, (ofVector.get(label) ?? 0) + 1);
  }
  return Int32Array.from(
    counts,
    (ofVector) => [...ofVector].sort(([a, m], [b, n]) => n - m || b - a)[0]![0],
  );
}

export async function opticsOrder(
  vectors: DistinctVectors,
  { minSamples, metric }: Pick<OpticsOptions, 'minSamples' | 'metric'>,
  { signal }: FitContext = {},
): Promise<Ordering> {
  const { rows: n, counts, inverse } = vectors;
  const rows = inverse.length;
  using all = distancesOf(vectors, metric);
  const core = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    await yieldToEventLoop(signal);
    core[i] = roundDistance(coreDistance(all.from(i), counts, minSamples));
  }
  // The rows of each vector, ascending, and the number of them already in the order.
  const rowsOf: number[][] = Array.from({ length: n }, () => []);
  for (const [row, index] of inverse.entries()) rowsOf[index]!.push(row);
  const taken = new Int32Array(n);
  const reach = new Float64Array(n).fill(Infinity);
  const from = new Int32Array(n).fill(-1);
  const order = new Int32Array(rows);
  const reachability = new Float64Array(rows);
  const predecessor = new Int32Array(rows);
  for (let position = 0; position < rows; position++) {
    await yieldToEventLoop(signal);
    // The row with the smallest reachability is next; of equal ones, the first.
    let next = -1;
    let nextRow = Infinity;
    let least = Infinity;
    for (let i = 0; i < n; i++) {
      if (taken[i] === rowsOf[i]!.length || reach[i]! > least) continue;
      const row = rowsOf[i]![taken[i]!]!;
      if (reach[i]! < least || row < nextRow) [next, nextRow, least] = [i, row, reach[i]!];
    }
    order[position] = nextRow;
    reachability[nextRow] = reach[next]!;
    predecessor[nextRow] = from[next]!;
    taken[next]! += 1;
    if (taken[next]! > 1 || core[next] === Infinity) continue;
    const distances = all.from(next);
    for (let i = 0; i < n; i++) {
      if (taken[i] === rowsOf[i]!.length) continue;
      const distance = roundDistance(Math.max(distances[i]!, core[next]!));
      if (distance < reach[i]!) [reach[i], from[i]] = [distance, nextRow];
    }
  }
  return { order, reachability, predecessor };
}

/** Rounds to 15 decimals, as scikit-learn does, so that rounding errors break no ties. */
const roundDistance = (value: number) =>
  Number.isFinite(value) ? Math.round(value * 1e15) / 1e15 : value;
