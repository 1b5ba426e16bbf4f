/**
 * Lloyd's iterations over distinct vectors with multiplicities. Where every column has two values,
 * a face's distances to all centres are sums of table entries, one for each byte of its bits; else
 * they are computed from the numbers.
 */
import { yieldToEventLoop } from '../util/yield-to-event-loop';
import type { DistinctVectors } from './distinct';
import { squaredDistance } from './metric';
import { packBits, type PackedVectors } from './packed';

export interface LloydResult {
  labels: Int32Array;
  /** `[clusters, columns]`. */
  centers: Float64Array;
  inertia: number;
  iterations: number;
}

export interface RunLimits {
  maxIterations: number;
  /**
   * Iterations end when no more than this share of the faces changes its cluster, in [0, 1);
   * without it, when none does.
   */
  settled?: number;
}

export interface Lloyd {
  run(centers: Float64Array, limits: RunLimits, signal?: AbortSignal): Promise<LloydResult>;
  /** Goes on from a result by moving single vectors. Changes it. */
  polish(result: LloydResult, signal?: AbortSignal): Promise<void>;
  /** Lowers each vector's squared distance where it is nearer to `center`. */
  nearer(distances: Float64Array, center: Float64Array): void;
}

/** Bits a table is indexed by: those of all clusters stay in a core's cache. */
const BYTE = 8;
/** Tables pay from so many vectors for each entry of a table on. */
const TABLE_ROWS = 200;

export function lloydOf(vectors: DistinctVectors, clusters: number): Lloyd {
  const packed = vectors.rows >= TABLE_ROWS ? packBits(vectors, BYTE) : undefined;
  const kernel =
    packed === undefined ? denseKernel(vectors, clusters) : packedKernel(packed, clusters);
  return {
    run: (centers, limits, signal) => iterate(vectors, clusters, kernel, centers, limits, signal),
    polish: (result, signal) => hartigan(vectors, clusters, result, signal),
    nearer: packed === undefined ? denseNearer(vectors) : packedNearer(packed),
  };
}

/**
 * Moves vectors one by one (all their faces together) to the cluster that lowers the inertia most,
 * the centres moving along, until none does (Hartigan 1975; Telgarsky & Vattani 2010): every
 * optimum it ends in is one of Lloyd's iterations, but not the other way round. Changes its
 * argument.
 */
async function hartigan(
  vectors: DistinctVectors,
  clusters: number,
  result: LloydResult,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { rows, columns, data, counts } = vectors;
  const { labels, centers } = result;
  const sizes = new Float64Array(clusters);
  for (let row = 0; row < rows; row++) sizes[labels[row]!]! += counts[row]!;
  // Less than this is rounding, and could go round in circles.
  const least = 1e-12 * totalInertia(vectors);
  let sinceMove = 0;
  for (let row = 0; sinceMove < rows; row = (row + 1) % rows) {
    if (row % 1024 === 0) await yieldToEventLoop(signal);
    sinceMove += 1;
    const from = labels[row]!;
    const count = counts[row]!;
    if (sizes[from]! <= count) continue;
    const gain =
      ((sizes[from]! * count) / (sizes[from]! - count)) *
      squaredDistance(data, row, centers, from, columns);
    let to = -1;
    let cheapest = gain - least;
    for (let cluster = 0; cluster < clusters; cluster++) {
      if (cluster === from) continue;
      const cost =
        ((sizes[cluster]! * count) / (sizes[cluster]! + count)) *
        squaredDistance(data, row, centers, cluster, columns);
      if (cost < cheapest) {
        cheapest = cost;
        to = cluster;
      }
    }
    if (to === -1) continue;
    for (let c = 0; c < columns; c++) {
      const value = data[row * columns + c]!;
      centers[from * columns + c]! +=
        (count * (centers[from * columns + c]! - value)) / (sizes[from]! - count);
      centers[to * columns + c]! +=
        (count * (value - centers[to * columns + c]!)) / (sizes[to]! + count);
    }
    sizes[from]! -= count;
    sizes[to]! += count;
    labels[row] = to;
    result.inertia += cheapest - gain;
    sinceMove = 0;
  }
}

/** Sum over all faces of the squared distance to the mean of all. */
function totalInertia({ rows, columns, data, counts }: DistinctVectors): number {
  let total = 0;
  for (let c = 0; c < columns; c++) {
    let [sum, squares, faces] = [0, 0, 0];
    for (let row = 0; row < rows; row++) {
      const value = data[row * columns + c]!;
      sum += counts[row]! * value;
      squares += counts[row]! * value * value;
      faces += counts[row]!;
    }
    total += squares - (sum * sum) / faces;
  }
  return total;
}

async function iterate(
  vectors: DistinctVectors,
  clusters: number,
  kernel: Kernel,
  start: Float64Array,
  { maxIterations, settled = 0 }: RunLimits,
  signal: AbortSignal | undefined,
): Promise<LloydResult> {
  const { rows, columns, counts } = vectors;
  const centers = Float64Array.from(start);
  const labels = new Int32Array(rows).fill(-1);
  const means = new RunningMeans(vectors, clusters);
  // Hamerly (2010): a vector whose distance to its centre is below that to any other cannot change,
  // so it need not be looked at. Bounds of both are moved by as much as the centres move.
  const upper = new Float64Array(rows).fill(Infinity);
  const lower = new Float64Array(rows);
  const moves = new Float64Array(clusters);
  const few = settled * counts.reduce((sum, count) => sum + count, 0);
  let iterations = 0;
  kernel.prepare(centers);
  for (let row = 0; row < rows; row++) {
    labels[row] = kernel.nearest(row);
    upper[row] = Math.sqrt(kernel.smallest());
    lower[row] = Math.sqrt(kernel.second());
    means.add(row, labels[row]!, 1);
  }
  while (iterations < maxIterations) {
    await yieldToEventLoop(signal);
    iterations += 1;
    means.fillEmpty(labels, upper);
    const farthestMoved = means.moveTo(centers, moves);
    const halfGaps = halfGapsOf(centers, clusters, columns);
    kernel.prepare(centers);
    let changed = 0;
    for (let row = 0; row < rows; row++) {
      const own = labels[row]!;
      const bound = Math.max(
        (lower[row]! -=
          (moves[own] ?? 0) === farthestMoved.distance
            ? farthestMoved.next
            : farthestMoved.distance),
        halfGaps[own]!,
      );
      // A little room for rounding: what is not clearly nearer is looked at.
      if ((upper[row]! += moves[own]!) * SLACK < bound) continue;
      const next = kernel.nearest(row);
      upper[row] = Math.sqrt(kernel.smallest());
      lower[row] = Math.sqrt(kernel.second());
      if (next === own) continue;
      means.add(row, own, -1);
      means.add(row, next, 1);
      labels[row] = next;
      changed += counts[row]!;
    }
    if (changed <= few) break;
  }
  means.recompute(labels);
  means.moveTo(centers, moves);
  let inertia = 0;
  for (let row = 0; row < rows; row++)
    inertia += counts[row]! * squaredDistance(vectors.data, row, centers, labels[row]!, columns);
  return { labels, centers, inertia, iterations };
}

const SLACK = 1 + 1e-9;

/** Half the distance of each centre to the nearest other one. */
function halfGapsOf(centers: Float64Array, clusters: number, columns: number): Float64Array {
  const gaps = new Float64Array(clusters).fill(Infinity);
  for (let a = 0; a < clusters; a++) {
    for (let b = a + 1; b < clusters; b++) {
      const half = Math.sqrt(squaredDistance(centers, a, centers, b, columns)) / 2;
      gaps[a] = Math.min(gaps[a]!, half);
      gaps[b] = Math.min(gaps[b]!, half);
    }
  }
  return gaps;
}

/** Sums of the clusters' faces, kept up to date as vectors change their cluster. */
class RunningMeans {
  private readonly sums: Float64Array;
  private readonly sizes: Float64Array;

  constructor(
    private readonly vectors: DistinctVectors,
    private readonly clusters: number,
  ) {
    this.sums = new Float64Array(clusters * vectors.columns);
    this.sizes = new Float64Array(clusters);
  }

  add(row: number, cluster: number, sign: 1 | -1): void {
    const { columns, data, counts } = this.vectors;
    const count = sign * counts[row]!;
    this.sizes[cluster]! += count;
    for (
      let from = row * columns, to = cluster * columns, end = from + columns;
      from < end;
      from++, to++
    )
      this.sums[to]! += count * data[from]!;
  }

  /** From the beginning, without the rounding that adding and taking away leaves. */
  recompute(labels: Int32Array): void {
    this.sums.fill(0);
    this.sizes.fill(0);
    for (let row = 0; row < labels.length; row++) this.add(row, labels[row]!, 1);
  }

  /** A cluster left empty takes the vector farthest from its centre, as in scikit-learn. */
  fillEmpty(labels: Int32Array, upper: Float64Array): void {
    for (let cluster = 0; cluster < this.clusters; cluster++) {
      if (this.sizes[cluster]! > 0) continue;
      let far = 0;
      for (let row = 1; row < labels.length; row++) if (upper[row]! > upper[far]!) far = row;
      this.add(far, labels[far]!, -1);
      this.add(far, cluster, 1);
      labels[far] = cluster;
      upper[far] = 0;
    }
  }

  /**
   * Sets the centres to the means and how far each moved; returns the farthest move and the next to
   * it.
   */
  moveTo(centers: Float64Array, moves: Float64Array): { distance: number; next: number } {
    const { columns } = this.vectors;
    const farthest = { distance: 0, next: 0 };
    for (let cluster = 0; cluster < this.clusters; cluster++) {
      let squared = 0;
      for (let at = cluster * columns; at < (cluster + 1) * columns; at++) {
        const mean = this.sums[at]! / this.sizes[cluster]!;
        squared += (mean - centers[at]!) ** 2;
        centers[at] = mean;
      }
      const moved = (moves[cluster] = Math.sqrt(squared));
      if (moved > farthest.distance) {
        farthest.next = farthest.distance;
        farthest.distance = moved;
      } else if (moved > farthest.next) farthest.next = moved;
    }
    return farthest;
  }
}

/** Finds the nearest centre of a vector. */
interface Kernel {
  prepare(centers: Float64Array): void;
  /** @returns the nearest centre (of equal ones the first). */
  nearest(row: number): number;
  /** Squared distance to it, … */
  smallest(): number;
  /** … and to the next. */
  second(): number;
}

function denseKernel({ columns, data }: DistinctVectors, clusters: number): Kernel {
  let centers: Float64Array;
  let smallest = 0;
  let second = 0;
  return {
    prepare: (next) => {
      centers = next;
    },
    nearest: (row) => {
      let nearest = 0;
      smallest = Infinity;
      second = Infinity;
      for (let cluster = 0; cluster < clusters; cluster++) {
        const distance = squaredDistance(data, row, centers, cluster, columns);
        if (distance < smallest) {
          second = smallest;
          smallest = distance;
          nearest = cluster;
        } else if (distance < second) second = distance;
      }
      return nearest;
    },
    smallest: () => smallest,
    second: () => second,
  };
}

/**
 * |x − c|² = |c|² + Σ (w² − 2 w c) over the columns that x has. `tables[chunk][value · clusters +
 * cluster]` holds the sums of a chunk.
 */
function packedKernel({ columns, chunks, bits, weights }: PackedVectors, clusters: number): Kernel {
  const tables = Array.from({ length: chunks }, () => new Float64Array((1 << BYTE) * clusters));
  // Five chunks hold all attributes there are today, and a loop over five is written out; what is
  // missing of them adds nothing.
  const none = new Float64Array(clusters);
  const zero = new Uint16Array(bits[0]!.length);
  const [t0 = none, t1 = none, t2 = none, t3 = none, t4 = none] = tables;
  const [b0 = zero, b1 = zero, b2 = zero, b3 = zero, b4 = zero] = bits;
  let norms: Float64Array = new Float64Array(clusters);
  let smallest = 0;
  let second = 0;
  return {
    prepare: (centers) => {
      norms = fillTables(tables, centers, weights, columns, clusters);
    },
    nearest: (row) => {
      let nearest = 0;
      smallest = Infinity;
      second = Infinity;
      let [p0, p1, p2, p3, p4] = [
        b0[row]! * clusters,
        b1[row]! * clusters,
        b2[row]! * clusters,
        b3[row]! * clusters,
        b4[row]! * clusters,
      ];
      for (let cluster = 0; cluster < clusters; cluster++) {
        let distance = norms[cluster]! + t0[p0++]! + t1[p1++]! + t2[p2++]! + t3[p3++]! + t4[p4++]!;
        for (let chunk = 5; chunk < chunks; chunk++)
          distance += tables[chunk]![bits[chunk]![row]! * clusters + cluster]!;
        if (distance < smallest) {
          second = smallest;
          smallest = distance;
          nearest = cluster;
        } else if (distance < second) second = distance;
      }
      smallest = Math.max(0, smallest);
      second = Math.max(0, second);
      return nearest;
    },
    smallest: () => smallest,
    second: () => second,
  };
}

function denseNearer({ rows, columns, data }: DistinctVectors): Lloyd['nearer'] {
  return (distances, center) => {
    for (let row = 0; row < rows; row++) {
      const distance = squaredDistance(data, row, center, 0, columns);
      if (distance < distances[row]!) distances[row] = distance;
    }
  };
}

function packedNearer({ rows, columns, chunks, bits, weights }: PackedVectors): Lloyd['nearer'] {
  const tables = Array.from({ length: chunks }, () => new Float64Array(1 << BYTE));
  return (distances, center) => {
    const [norm] = fillTables(tables, center, weights, columns, 1);
    for (let row = 0; row < rows; row++) {
      let distance = norm!;
      for (let chunk = 0; chunk < chunks; chunk++) distance += tables[chunk]![bits[chunk]![row]!]!;
      if (distance < distances[row]!) distances[row] = Math.max(0, distance);
    }
  };
}

/** @returns |c|² of each centre. */
function fillTables(
  tables: Float64Array[],
  centers: Float64Array,
  weights: Float64Array,
  columns: number,
  clusters: number,
): Float64Array {
  const norms = new Float64Array(clusters);
  for (let cluster = 0; cluster < clusters; cluster++) {
    for (let c = 0; c < columns; c++) norms[cluster]! += centers[cluster * columns + c]! ** 2;
  }
  for (const [chunk, table] of tables.entries()) {
    for (let value = 1; value < 1 << BYTE; value++) {
      const column = chunk * BYTE + 31 - Math.clz32(value & -value);
      if (column >= columns) continue;
      const weight = weights[column]!;
      const rest = (value & (value - 1)) * clusters;
      for (let cluster = 0; cluster < clusters; cluster++) {
        table[value * clusters + cluster] =
          table[rest + cluster]! + weight * (weight - 2 * centers[cluster * columns + column]!);
      }
    }
  }
  return norms;
}
