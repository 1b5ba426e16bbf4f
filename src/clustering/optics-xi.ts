/**
 * Clusters of a reachability plot by the ξ method (Ankerst et al. 1999, section 4.3), with the
 * predecessor correction (Schubert & Gertz 2018), as scikit-learn implements them.
 */
import { yieldToEventLoop } from '../util/yield-to-event-loop';

/** Rows in the order of their reachability. */
export interface Ordering {
  /** Rows in the order they were reached, `[rows]`. */
  order: Int32Array;
  /** By row; Infinity where a row was not reached from another. */
  reachability: Float64Array;
  /** By row, the row it was reached from; −1 where there is none. */
  predecessor: Int32Array;
}

export interface XiOptions {
  /** Minimum rows of a cluster, and maximum consecutive rows of a steep area that are not steep. */
  minSamples: number;
  /** Minimum relative difference of neighboring reachabilities in a steep area, in (0, 1). */
  xi: number;
}

/** Places in the order, both included. */
interface Interval {
  start: number;
  end: number;
}

/** A steep downward area, where clusters may begin. */
interface SteepDown extends Interval {
  /** Largest reachability after its end. */
  maximumInBetween: number;
}

/** @returns label of each row, −1 for noise. Of nested clusters the innermost are kept. */
export async function xiLabels(
  ordering: Ordering,
  options: XiOptions,
  signal: AbortSignal | undefined,
): Promise<Int32Array> {
  const plot = new ReachabilityPlot(ordering, options);
  const clusters: Interval[] = [];
  let areas: SteepDown[] = [];
  let index = 0;
  let maximum = 0;
  for (let place = 0; place < plot.length; place++) {
    await yieldToEventLoop(signal);
    if (place < index || !(plot.isSteepUp(place) || plot.isSteepDown(place))) continue;
    for (let i = index; i <= place; i++) maximum = Math.max(maximum, plot.heights[i]!);
    areas = plot.stillOpen(areas, maximum);
    let end: number;
    if (plot.isSteepDown(place)) {
      end = plot.endOfSteepDown(place);
      areas.push({ start: place, end, maximumInBetween: 0 });
    } else {
      end = plot.endOfSteepUp(place);
      clusters.push(...plot.clustersBetween(areas, { start: place, end }));
    }
    index = end + 1;
    maximum = plot.heights[index]!;
  }
  return labelIntervals(clusters, ordering.order);
}

class ReachabilityPlot {
  /** Number of rows. */
  readonly length: number;
  /** Reachability by place in the order, followed by Infinity, `[rows + 1]`. */
  readonly heights: Float64Array;
  /** Each height divided by the next. */
  private readonly ratios: Float64Array;
  private readonly placeOf: Int32Array;
  private readonly complement: number;

  constructor(
    private readonly ordering: Ordering,
    private readonly options: XiOptions,
  ) {
    const { order, reachability } = ordering;
    const n = order.length;
    const heights = Float64Array.from({ length: n + 1 }, (_, i) =>
      i < n ? reachability[order[i]!]! : Infinity,
    );
    this.length = n;
    this.heights = heights;
    this.ratios = Float64Array.from({ length: n }, (_, i) => heights[i]! / heights[i + 1]!);
    this.placeOf = new Int32Array(n);
    for (const [place, row] of order.entries()) this.placeOf[row] = place;
    this.complement = 1 - options.xi;
  }

  isSteepUp(place: number): boolean {
    return this.ratios[place]! <= this.complement;
  }

  isSteepDown(place: number): boolean {
    return this.ratios[place]! >= 1 / this.complement;
  }

  endOfSteepUp(start: number): number {
    return this.endOfSteepArea(
      start,
      (place) => this.isSteepUp(place),
      (place) => this.ratios[place]! > 1,
    );
  }

  endOfSteepDown(start: number): number {
    return this.endOfSteepArea(
      start,
      (place) => this.isSteepDown(place),
      (place) => this.ratios[place]! < 1,
    );
  }

  private endOfSteepArea(
    start: number,
    isSteep: (place: number) => boolean,
    isOpposite: (place: number) => boolean,
  ): number {
    let flat = 0;
    let end = start;
    for (let i = start; i < this.length; i++) {
      if (isSteep(i)) {
        flat = 0;
        end = i;
      } else if (isOpposite(i)) {
        break;
      } else {
        flat += 1;
        if (flat > this.options.minSamples) break;
      }
    }
    return end;
  }

  /** The areas that still can begin a cluster after a reachability of `maximum`. */
  stillOpen(areas: readonly SteepDown[], maximum: number): SteepDown[] {
    if (maximum === Infinity) return [];
    return areas
      .filter(({ start }) => maximum <= this.heights[start]! * this.complement)
      .map((area) => ({
        ...area,
        maximumInBetween: Math.max(area.maximumInBetween, maximum),
      }));
  }

  /** Clusters that begin in one of `areas` and end in the steep upward area `up`, inner first. */
  clustersBetween(areas: readonly SteepDown[], up: Interval): Interval[] {
    const clusters: Interval[] = [];
    for (const area of areas) {
      const cluster = this.clusterBetween(area, up);
      if (cluster !== undefined) clusters.push(cluster);
    }
    return clusters.reverse();
  }

  private clusterBetween(area: SteepDown, up: Interval): Interval | undefined {
    const { heights, complement } = this;
    const before = heights[area.start]!;
    const after = heights[up.end + 1]!;
    if (after * complement < area.maximumInBetween) return undefined;
    // Where one edge of the cluster is clearly higher than the other, it begins or ends at the
    // height of the lower one.
    let { start } = area;
    let { end } = up;
    if (before * complement >= after)
      while (heights[start + 1]! > after && start < area.end) start += 1;
    else if (after * complement >= before)
      while (heights[end - 1]! > before && end > up.start) end -= 1;
    const cluster = this.shorten({ start, end });
    if (cluster === undefined) return undefined;
    const size = cluster.end - cluster.start + 1;
    const isValid =
      size >= this.options.minSamples && cluster.start <= area.end && cluster.end >= up.start;
    return isValid ? cluster : undefined;
  }

  /** Predecessor correction: shortens a cluster until its last row was reached from within it. */
  private shorten({ start, end: last }: Interval): Interval | undefined {
    const { order, predecessor } = this.ordering;
    for (let end = last; start < end; end--) {
      if (this.heights[start]! > this.heights[end]!) return { start, end };
      const reachedFrom = predecessor[order[end]!]!;
      // scikit-learn (1.2 and earlier, at least) uses the predecessor, a row, as a place in the
      // order. This reproduces its partitions.
      const place = this.placeOf[order.at(reachedFrom)!]!;
      if (place >= start && place < end) return { start, end };
    }
    return undefined;
  }
}

/** Labels the rows of each interval that overlaps no earlier one. */
function labelIntervals(intervals: readonly Interval[], order: Int32Array): Int32Array {
  const labels = new Int32Array(order.length).fill(-1);
  let label = 0;
  for (const { start, end } of intervals) {
    let isFree = true;
    for (let i = start; i <= end && isFree; i++) isFree = labels[order[i]!] === -1;
    if (!isFree) continue;
    for (let i = start; i <= end; i++) labels[order[i]!] = label;
    label += 1;
  }
  return labels;
}
