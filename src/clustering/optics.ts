/**
 * OPTICS (Ankerst et al. 1999) with clusters by the ξ method and the correction by predecessors
 * (Schubert & Gertz 2018), in the reading of scikit-learn.
 *
 * All rows are put in order, but only distinct vectors are worked on: once one of several equal
 * rows was looked from, looking from the others changes nothing, since they are as far from
 * everything and their core distance is the same.
 */
import type { Metric } from '../domain/method-options';
import { yieldToEventLoop } from '../util/yield-to-event-loop';
import { type DistinctVectors, splitByLabel } from './distinct';
import { compactLabels, type FitContext, type Partition } from './grouping';
import { distancesOf } from './neighbours';

export interface OpticsOptions {
  /** Rows around a core row, itself counted; also the fewest rows of a cluster. */
  minSamples: number;
  /** Smallest relative drop of reachability at a cluster's edge, in (0, 1). */
  xi: number;
  metric: Metric;
}

/** The reachability plot. */
export interface Ordering {
  /** Rows in the order they were reached, `[rows]`. */
  order: Int32Array;
  /** By row; Infinity where a row was not reached from another. */
  reachability: Float64Array;
  /** By row; −1 where there is none. */
  predecessor: Int32Array;
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
  const { labels, clusters } = compactLabels(
    await xiLabels(ordering, { ...options, minSamples }, context),
  );
  return { ...splitByLabel(vectors, labels), clusters, notices: [] };
}

export async function opticsOrder(
  vectors: DistinctVectors,
  { minSamples, metric }: OpticsOptions,
  { signal }: FitContext = {},
): Promise<Ordering> {
  const { rows: n, counts, inverse: of } = vectors;
  const rows = of.length;
  const distancesFrom = distancesOf(vectors, metric);
  const core = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    await yieldToEventLoop(signal);
    core[i] = rounded(coreDistance(distancesFrom(i), counts, minSamples));
  }
  // Rows of each vector, ascending, and how many of them were taken.
  const rowsOf: number[][] = Array.from({ length: n }, () => []);
  for (const [row, index] of of.entries()) rowsOf[index]!.push(row);
  const taken = new Int32Array(n);
  const reach = new Float64Array(n).fill(Infinity);
  const from = new Int32Array(n).fill(-1);
  const order = new Int32Array(rows);
  const reachability = new Float64Array(rows);
  const predecessor = new Int32Array(rows);
  for (let position = 0; position < rows; position++) {
    await yieldToEventLoop(signal);
    // The row of least reachability is next; of several the first.
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
    const distances = distancesFrom(next);
    for (let i = 0; i < n; i++) {
      if (taken[i] === rowsOf[i]!.length) continue;
      const distance = rounded(Math.max(distances[i]!, core[next]!));
      if (distance < reach[i]!) [reach[i], from[i]] = [distance, nextRow];
    }
  }
  return { order, reachability, predecessor };
}

/**
 * Distance to the `minSamples`-th row, the row itself being the first; Infinity where there are
 * fewer. Only the nearest vectors that hold so many rows are kept in order: O(vectors) but for the
 * few that come nearer.
 */
export function coreDistance(
  distances: Float64Array,
  counts: Float64Array,
  minSamples: number,
): number {
  const near: { distance: number; count: number }[] = [];
  let reached = 0;
  for (let i = 0; i < distances.length; i++) {
    const distance = distances[i]!;
    if (reached >= minSamples && distance >= near.at(-1)!.distance) continue;
    let at = near.length;
    while (at > 0 && near[at - 1]!.distance > distance) at -= 1;
    near.splice(at, 0, { distance, count: counts[i]! });
    reached += counts[i]!;
    while (reached - near.at(-1)!.count >= minSamples) reached -= near.pop()!.count;
  }
  return reached >= minSamples ? near.at(-1)!.distance : Infinity;
}

/** To 15 decimals, as scikit-learn rounds, so that equal distances do not differ by rounding. */
const rounded = (value: number) =>
  Number.isFinite(value) ? Math.round(value * 1e15) / 1e15 : value;

interface SteepDown {
  start: number;
  end: number;
  /** Largest reachability since its end. */
  maximumInBetween: number;
}

/** @returns label of each row, −1 for noise; the innermost clusters are kept. */
async function xiLabels(
  { order, reachability, predecessor }: Ordering,
  { minSamples, xi }: OpticsOptions,
  { signal }: FitContext,
) {
  const n = order.length;
  const plot = Float64Array.from({ length: n + 1 }, (_, i) =>
    i < n ? reachability[order[i]!]! : Infinity,
  );
  const placeOf = new Int32Array(n);
  for (const [place, row] of order.entries()) placeOf[row] = place;
  const ratio = Float64Array.from({ length: n }, (_, i) => plot[i]! / plot[i + 1]!);
  const complement = 1 - xi;
  const steepUp = (i: number) => ratio[i]! <= complement;
  const steepDown = (i: number) => ratio[i]! >= 1 / complement;
  const up = (i: number) => ratio[i]! < 1;
  const down = (i: number) => ratio[i]! > 1;

  /**
   * Where a steep area that begins at `start` ends: it may hold up to minSamples points in a row
   * that are not steep.
   */
  const extend = (
    steep: (i: number) => boolean,
    against: (i: number) => boolean,
    start: number,
  ): number => {
    let flat = 0;
    let end = start;
    for (let i = start; i < n; i++) {
      if (steep(i)) {
        flat = 0;
        end = i;
      } else if (!against(i)) {
        flat += 1;
        if (flat > minSamples) break;
      } else {
        break;
      }
    }
    return end;
  };

  /** Shortens a cluster until its last point was reached from within it. */
  const corrected = (start: number, last: number): { start: number; end: number } | undefined => {
    for (let end = last; start < end; end--) {
      if (plot[start]! > plot[end]!) return { start, end };
      const reachedFrom = predecessor[order[end]!]!;
      // scikit-learn (to version 1.2 at least) takes the predecessor for a place in the order; its
      // partitions are those to be equal to.
      const place = placeOf[order.at(reachedFrom)!]!;
      if (place >= start && place < end) return { start, end };
    }
    return undefined;
  };

  let areas: SteepDown[] = [];
  const found: { start: number; end: number }[] = [];
  let index = 0;
  let maximum = 0;
  const keepHigh = () => {
    if (maximum === Infinity) {
      areas = [];
      return;
    }
    areas = areas.filter(({ start }) => maximum <= plot[start]! * complement);
    for (const area of areas) area.maximumInBetween = Math.max(area.maximumInBetween, maximum);
  };
  for (let steep = 0; steep < n; steep++) {
    await yieldToEventLoop(signal);
    if (steep < index || !(steepUp(steep) || steepDown(steep))) continue;
    for (let i = index; i <= steep; i++) maximum = Math.max(maximum, plot[i]!);
    keepHigh();
    if (steepDown(steep)) {
      const end = extend(steepDown, up, steep);
      areas.push({ start: steep, end, maximumInBetween: 0 });
      index = end + 1;
      maximum = plot[index]!;
      continue;
    }
    const upEnd = extend(steepUp, down, steep);
    index = upEnd + 1;
    maximum = plot[index]!;
    const ends: { start: number; end: number }[] = [];
    for (const area of areas) {
      let { start } = area;
      let end = upEnd;
      const after = plot[end + 1]!;
      if (after * complement < area.maximumInBetween) continue;
      const before = plot[area.start]!;
      if (before * complement >= after)
        while (plot[start + 1]! > after && start < area.end) start += 1;
      else if (after * complement >= before)
        while (plot[end - 1]! > before && end > steep) end -= 1;
      const cluster = corrected(start, end);
      if (cluster === undefined) continue;
      if (
        cluster.end - cluster.start + 1 < minSamples ||
        cluster.start > area.end ||
        cluster.end < steep
      )
        continue;
      ends.push(cluster);
    }
    found.push(...ends.reverse());
  }
  const labels = new Int32Array(n).fill(-1);
  let label = 0;
  for (const { start, end } of found) {
    let free = true;
    for (let i = start; i <= end && free; i++) free = labels[order[i]!] === -1;
    if (!free) continue;
    for (let i = start; i <= end; i++) labels[order[i]!] = label;
    label += 1;
  }
  return labels;
}
