/**
 * Lloyd's iterations over distinct vectors with multiplicities. Where every column has two values, a face's distances to all centres are sums
 * of table entries, one for each byte of its bits; else they are computed from the numbers.
 */
import { pause } from '../pause';
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

export interface Lloyd {
  /** Iterates from `centers` until no vector changes its cluster, or `maxIterations`. */
  run(centers: Float64Array, maxIterations: number, signal?: AbortSignal): Promise<LloydResult>;
  /** Goes on from a result by moving single vectors. Changes it. */
  polish(result: LloydResult, signal?: AbortSignal): Promise<void>;
  /** Lowers each vector's squared distance where it is nearer to `center`. */
  nearer(distances: Float64Array, center: Float64Array): void;
}

/** Bits a table is indexed by: those of all clusters stay in a core's cache. */
const BYTE = 8;
/** Tables pay from so many vectors for each entry of a table on. */
const TABLE_ROWS = 1024;

/** Sets labels and squared distances to the nearest of `centers` (of equal ones the first). */
type Assign = (centers: Float64Array, labels: Int32Array, distances: Float64Array) => void;

export function lloydOf(vectors: DistinctVectors, clusters: number): Lloyd {
  const packed = vectors.rows >= TABLE_ROWS ? packBits(vectors, BYTE) : undefined;
  const assign = packed === undefined ? denseAssign(vectors, clusters) : packedAssign(packed, clusters);
  return {
    run: (centers, maxIterations, signal) => iterate(vectors, clusters, assign, centers, maxIterations, signal),
    polish: (result, signal) => hartigan(vectors, clusters, result, signal),
    nearer: packed === undefined ? denseNearer(vectors) : packedNearer(packed),
  };
}

/**
 * Moves vectors one by one (all their faces together) to the cluster that lowers the inertia most, the centres moving along, until none does
 * (Hartigan 1975; Telgarsky & Vattani 2010): every optimum it ends in is one of Lloyd's iterations, but not the other way round. Changes its
 * argument.
 */
async function hartigan(vectors: DistinctVectors, clusters: number, result: LloydResult, signal: AbortSignal | undefined): Promise<void> {
  const { rows, columns, data, counts } = vectors;
  const { labels, centers } = result;
  const sizes = new Float64Array(clusters);
  for (let row = 0; row < rows; row++) sizes[labels[row]!]! += counts[row]!;
  // Less than this is rounding, and could go round in circles.
  const least = 1e-12 * totalInertia(vectors);
  let sinceMove = 0;
  for (let row = 0; sinceMove < rows; row = (row + 1) % rows) {
    if (row % 1024 === 0) await pause(signal);
    sinceMove += 1;
    const from = labels[row]!;
    const count = counts[row]!;
    if (sizes[from]! <= count) continue;
    const gain = ((sizes[from]! * count) / (sizes[from]! - count)) * squaredDistance(data, row, centers, from, columns);
    let to = -1;
    let cheapest = gain - least;
    for (let cluster = 0; cluster < clusters; cluster++) {
      if (cluster === from) continue;
      const cost = ((sizes[cluster]! * count) / (sizes[cluster]! + count)) * squaredDistance(data, row, centers, cluster, columns);
      if (cost < cheapest) {
        cheapest = cost;
        to = cluster;
      }
    }
    if (to === -1) continue;
    for (let c = 0; c < columns; c++) {
      const value = data[row * columns + c]!;
      centers[from * columns + c]! += (count * (centers[from * columns + c]! - value)) / (sizes[from]! - count);
      centers[to * columns + c]! += (count * (value - centers[to * columns + c]!)) / (sizes[to]! + count);
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
  assign: Assign,
  start: Float64Array,
  maxIterations: number,
  signal: AbortSignal | undefined,
): Promise<LloydResult> {
  const { rows, counts } = vectors;
  let centers = start;
  let labels = new Int32Array(rows);
  let next = new Int32Array(rows);
  const distances = new Float64Array(rows);
  assign(centers, labels, distances);
  let iterations = 0;
  while (iterations < maxIterations) {
    await pause(signal);
    iterations += 1;
    centers = centersOf(vectors, labels, distances, clusters);
    assign(centers, next, distances);
    let settled = true;
    for (let row = 0; row < rows && settled; row++) settled = labels[row] === next[row];
    [labels, next] = [next, labels];
    if (settled) break;
  }
  let inertia = 0;
  for (let row = 0; row < rows; row++) inertia += distances[row]! * counts[row]!;
  return { labels, centers, inertia, iterations };
}

/** Means of the clusters. A cluster left empty takes the vector farthest from its centre, as scikit-learn does. */
function centersOf(
  { rows, columns, data, counts }: DistinctVectors,
  labels: Int32Array,
  distances: Float64Array,
  clusters: number,
): Float64Array {
  const sizes = new Float64Array(clusters);
  for (let row = 0; row < rows; row++) sizes[labels[row]!]! += counts[row]!;
  for (let cluster = 0; cluster < clusters; cluster++) {
    if (sizes[cluster]! > 0) continue;
    let far = 0;
    for (let row = 1; row < rows; row++) if (distances[row]! > distances[far]!) far = row;
    sizes[labels[far]!]! -= counts[far]!;
    sizes[cluster] = counts[far]!;
    labels[far] = cluster;
    distances[far] = 0;
  }
  const centers = new Float64Array(clusters * columns);
  for (let row = 0; row < rows; row++) {
    const count = counts[row]!;
    const from = row * columns;
    const to = labels[row]! * columns;
    for (let c = 0; c < columns; c++) centers[to + c]! += count * data[from + c]!;
  }
  for (let cluster = 0; cluster < clusters; cluster++) {
    for (let c = 0; c < columns; c++) centers[cluster * columns + c]! /= sizes[cluster]!;
  }
  return centers;
}

function denseAssign({ rows, columns, data }: DistinctVectors, clusters: number): Assign {
  return (centers, labels, distances) => {
    for (let row = 0; row < rows; row++) {
      let nearest = 0;
      let smallest = Infinity;
      for (let cluster = 0; cluster < clusters; cluster++) {
        const distance = squaredDistance(data, row, centers, cluster, columns);
        if (distance < smallest) {
          smallest = distance;
          nearest = cluster;
        }
      }
      labels[row] = nearest;
      distances[row] = smallest;
    }
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

/** |x − c|² = |c|² + Σ (w² − 2 w c) over the columns that x has. `tables[chunk][value · clusters + cluster]` holds the sums of a chunk. */
function packedAssign({ rows, columns, chunks, bits, weights }: PackedVectors, clusters: number): Assign {
  const tables = Array.from({ length: chunks }, () => new Float64Array((1 << BYTE) * clusters));
  const sums = new Float64Array(clusters);
  return (centers, labels, distances) => {
    const norms = fillTables(tables, centers, weights, columns, clusters);
    for (let row = 0; row < rows; row++) {
      sums.set(norms);
      for (let chunk = 0; chunk < chunks; chunk++) {
        const table = tables[chunk]!;
        let at = bits[chunk]![row]! * clusters;
        for (let cluster = 0; cluster < clusters; cluster++) sums[cluster]! += table[at++]!;
      }
      let nearest = 0;
      let smallest = sums[0]!;
      for (let cluster = 1; cluster < clusters; cluster++) {
        if (sums[cluster]! < smallest) {
          smallest = sums[cluster]!;
          nearest = cluster;
        }
      }
      labels[row] = nearest;
      distances[row] = Math.max(0, smallest);
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
function fillTables(tables: Float64Array[], centers: Float64Array, weights: Float64Array, columns: number, clusters: number): Float64Array {
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
        table[value * clusters + cluster] = table[rest + cluster]! + weight * (weight - 2 * centers[cluster * columns + column]!);
      }
    }
  }
  return norms;
}
