/** Embeddings → the vectors that are clustered. */
import type { Metric } from '../domain/method-options';
import { inCanonicalOrder } from './canonical-order';
import { type DistinctVectors, distinctVectors, type Matrix } from './distinct';

/** Embeddings of faces. */
export interface Embeddings {
  /** Numbers a face. */
  columns: number;
  /** `[faces, columns]`, finite. */
  values: Float32Array;
  /** Numbers of the network's hidden layer, which these were reduced from. */
  layer: number;
  /** Share of the variance that was left by the reduction, in [0, 1]. */
  kept: number;
}

/**
 * With the metric `cosine`, each embedding is divided by its length: the squared Euclidean distance
 * of two is then twice their cosine distance, so that methods that know only Euclidean distances
 * compare angles. With other metrics, all are multiplied by one number with which the mean squared
 * distance to their mean is 1, so that distances such as DBSCAN's `eps` mean the same for all
 * networks. The columns keep their proportions: those that vary little tell little.
 */
export function embeddingVectors(
  embeddings: Pick<Embeddings, 'columns' | 'values'>,
  metric: Metric,
): DistinctVectors {
  const matrix = toMatrix(embeddings);
  if (metric === 'cosine') {
    toUnitRows(matrix.data, matrix.columns);
    return inCanonicalOrder(distinctVectors(matrix));
  }
  // In canonical order, so that the sums do not depend on the order of the faces.
  const vectors = inCanonicalOrder(distinctVectors(matrix));
  const variance = varianceOf(vectors);
  const factor = variance > 0 ? 1 / Math.sqrt(variance) : 1;
  for (let i = 0; i < vectors.data.length; i++) vectors.data[i]! *= factor;
  return vectors;
}

/** The vectors of all faces, `[faces, columns]`. */
export function rowsOf({ columns, data, inverse }: DistinctVectors): Matrix {
  const rows = new Float64Array(inverse.length * columns);
  inverse.forEach((vector, row) => {
    rows.set(data.subarray(vector * columns, (vector + 1) * columns), row * columns);
  });
  return { rows: inverse.length, columns, data: rows };
}

function toMatrix({ columns, values }: Pick<Embeddings, 'columns' | 'values'>): Matrix {
  return { rows: values.length / columns, columns, data: Float64Array.from(values) };
}

/** Divides each row of `[rows, columns]` by its length, in place; zeros stay zeros. */
export function toUnitRows(data: Float64Array | Float32Array, columns: number): void {
  for (let start = 0; start < data.length; start += columns) {
    let square = 0;
    for (let i = start; i < start + columns; i++) square += data[i]! * data[i]!;
    const length = Math.sqrt(square);
    if (length > 0) for (let i = start; i < start + columns; i++) data[i]! /= length;
  }
}

/** Mean over all faces of the squared distance to their mean. */
function varianceOf({ rows, columns, data, counts, inverse }: DistinctVectors): number {
  const faces = inverse.length;
  const mean = new Float64Array(columns);
  for (let row = 0; row < rows; row++)
    for (let c = 0; c < columns; c++) mean[c]! += (counts[row]! * data[row * columns + c]!) / faces;
  let sum = 0;
  for (let row = 0; row < rows; row++)
    for (let c = 0; c < columns; c++)
      sum += counts[row]! * (data[row * columns + c]! - mean[c]!) ** 2;
  return sum / faces;
}
