/**
 * Distances of vectors to cluster centers. Where every column has two values, the distances of a
 * vector to all centers are sums of table entries, one for each byte of its bits; otherwise they
 * are computed from the numbers.
 */
import type { DistinctVectors } from './distinct';
import { squaredDistance } from './metric';
import type { PackedVectors } from './packed';

/** Bits that index a table: the tables of all clusters fit into a core's cache. */
export const TABLE_BITS = 8;

/** Finds the nearest center of a vector. */
export interface CenterSearch {
  /** @param centers `[clusters, columns]`; called before `nearest`, and after centers move. */
  prepare(centers: Float64Array): void;
  /** @returns index of the nearest center; of equally near ones, the first. */
  nearest(row: number): number;
  /** Squared distance to the center that `nearest` returned last. */
  smallest(): number;
  /** Squared distance to the second nearest center. */
  second(): number;
}

export function denseSearch({ columns, data }: DistinctVectors, clusters: number): CenterSearch {
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
 * |x − c|² = |c|² + Σ (w² − 2 w c), summed over the columns whose bit is set in x.
 * `tables[chunk][value · clusters + cluster]` holds the sum over a chunk.
 */
export function packedSearch(
  { columns, chunks, bits, weights }: PackedVectors,
  clusters: number,
): CenterSearch {
  const tables = createTables(chunks, clusters);
  // The loop over the first five chunks, which hold 40 attributes, is unrolled. Chunks that do not
  // exist add 0.
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

/** Lowers the squared distance `[rows]` of each vector that is closer to `center` `[columns]`. */
type LowerDistances = (distances: Float64Array, center: Float64Array) => void;

export function denseLowering({ rows, columns, data }: DistinctVectors): LowerDistances {
  return (distances, center) => {
    for (let row = 0; row < rows; row++) {
      const distance = squaredDistance(data, row, center, 0, columns);
      if (distance < distances[row]!) distances[row] = distance;
    }
  };
}

export function packedLowering({
  rows,
  columns,
  chunks,
  bits,
  weights,
}: PackedVectors): LowerDistances {
  const tables = createTables(chunks, 1);
  return (distances, center) => {
    const [norm] = fillTables(tables, center, weights, columns, 1);
    for (let row = 0; row < rows; row++) {
      let distance = norm!;
      for (let chunk = 0; chunk < chunks; chunk++) distance += tables[chunk]![bits[chunk]![row]!]!;
      if (distance < distances[row]!) distances[row] = Math.max(0, distance);
    }
  };
}

function createTables(chunks: number, clusters: number): Float64Array[] {
  return Array.from({ length: chunks }, () => new Float64Array((1 << TABLE_BITS) * clusters));
}

/** @returns squared norm of each center, `[clusters]`. */
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
    for (let value = 1; value < 1 << TABLE_BITS; value++) {
      const column = chunk * TABLE_BITS + 31 - Math.clz32(value & -value);
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
