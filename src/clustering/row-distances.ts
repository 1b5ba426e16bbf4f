/** Distances from a vector to all rows of a matrix, of any size. */
import type { Metric } from '../domain/method-options';
import { DenseDistances } from './dense-distances';
import type { Matrix } from './distinct';
import { type Distance, distanceOf } from './metric';

/** The arrays that are returned have one number for each row; the next call overwrites them. */
export interface Distances extends Disposable {
  /** Distances of a row to all rows; 0 to itself. */
  from(row: number): Float64Array;
}

export interface RowDistances extends Distances {
  /** @param values have the columns of a vector from `start` on. */
  fromVector(values: Float64Array, start: number): Float64Array;
}

/**
 * Largest matrix, in bytes, that each thread copies into the memory of its loops. Larger ones are
 * read where they are, in memory that the threads share, which takes several times as long.
 */
const MAX_COPIED = 128e6;

/** @param maxCopied in bytes. */
export function rowDistances(matrix: Matrix, metric: Metric, maxCopied = MAX_COPIED): RowDistances {
  const bytes = matrix.rows * matrix.columns * Float64Array.BYTES_PER_ELEMENT;
  return bytes <= maxCopied
    ? new DenseDistances(matrix, metric)
    : new DistancesInPlace(matrix, metric);
}

class DistancesInPlace implements RowDistances {
  private readonly result: Float64Array;
  private readonly distance: Distance;

  constructor(
    private readonly matrix: Matrix,
    metric: Metric,
  ) {
    this.result = new Float64Array(matrix.rows);
    this.distance = distanceOf(metric);
  }

  from(row: number): Float64Array {
    const { data, columns } = this.matrix;
    const distances = this.fromVector(data, row * columns);
    distances[row] = 0;
    return distances;
  }

  fromVector(values: Float64Array, start: number): Float64Array {
    const { matrix, result, distance } = this;
    const { rows, columns, data } = matrix;
    const vector = values.subarray(start, start + columns);
    for (let row = 0; row < rows; row++) result[row] = distance(vector, 0, data, row, columns);
    return result;
  }

  [Symbol.dispose](): void {
    // It holds nothing but its own arrays.
  }
}
