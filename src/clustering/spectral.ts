/**
 * Spectral clustering (Shi & Malik 2000; von Luxburg 2007) with scikit-learn's affinities and label
 * assignment, exact on distinct vectors with multiplicities.
 *
 * Equal rows have equal entries in every leading eigenvector. So the normalized affinity matrix of
 * all rows has the leading eigenvalues of a matrix of the distinct vectors, with the entries
 * √(cₐ c_b) w_ab / √(dₐ d_b), where c are multiplicities, w affinities and d degrees. Its diagonal
 * holds (cₐ − 1) / dₐ, since a row has no affinity to itself. The eigenvectors of the former are
 * those of the latter divided by √c.
 */
import { EigenvalueDecomposition, Matrix, SingularValueDecomposition } from 'ml-matrix';
import type { AFFINITIES, ASSIGN_LABELS } from '../domain/method-options';
import { yieldToEventLoop } from '../util/yield-to-event-loop';
import type { DistinctVectors } from './distinct';
import { kMeans } from './kmeans';
import { squaredDistance } from './metric';
import { compactLabels, type FitContext, type Fitted } from './partition';

export interface SpectralOptions {
  affinity: (typeof AFFINITIES)[number];
  /** For `rbf`, whose affinity is exp(−γ d²). */
  gamma: number;
  /** For `nearest_neighbors`: number of neighbors, the row itself included. */
  neighbors: number;
  assignLabels: (typeof ASSIGN_LABELS)[number];
  /** Restarts of K-Means on the eigenvectors. */
  restarts: number;
  seed: number;
}

/** Limit of distinct vectors: the time for the eigenvectors grows with the third power. */
export const MAX_SPECTRAL_ROWS = 1200;

/** Computes the eigenvectors once. Time O(distinct³), memory O(distinct²). */
export async function spectral(
  vectors: DistinctVectors,
  options: SpectralOptions,
  { signal }: FitContext = {},
): Promise<Fitted> {
  const { rows, counts } = vectors;
  await yieldToEventLoop(signal);
  const affinity =
    options.affinity === 'rbf'
      ? rbf(vectors, options.gamma)
      : nearestNeighbors(vectors, options.neighbors);
  const degrees = new Float64Array(rows);
  for (let a = 0; a < rows; a++) {
    let degree = affinity.get(a, a) * (counts[a]! - 1);
    for (let b = 0; b < rows; b++) if (b !== a) degree += affinity.get(a, b) * counts[b]!;
    degrees[a] = degree === 0 ? 1 : degree; // an isolated vector, as in scikit-learn
  }
  const normalized = new Matrix(rows, rows);
  for (let a = 0; a < rows; a++) {
    normalized.set(a, a, (affinity.get(a, a) * (counts[a]! - 1)) / degrees[a]!);
    for (let b = 0; b < a; b++) {
      const value =
        (affinity.get(a, b) * Math.sqrt(counts[a]! * counts[b]!)) /
        Math.sqrt(degrees[a]! * degrees[b]!);
      normalized.set(a, b, value);
      normalized.set(b, a, value);
    }
  }
  await yieldToEventLoop(signal);
  const { eigenvectorMatrix } = new EigenvalueDecomposition(normalized, { assumeSymmetric: true });
  await yieldToEventLoop(signal);

  return async (wanted) => {
    const clusters = Math.min(wanted, rows);
    // The eigenvalues are in ascending order. Like scikit-learn, divide the eigenvectors by √d; the
    // division by √c gives the eigenvectors of all rows.
    const data = new Float64Array(rows * clusters);
    for (let row = 0; row < rows; row++) {
      const scale = 1 / Math.sqrt(counts[row]! * degrees[row]!);
      for (let c = 0; c < clusters; c++)
        data[row * clusters + c] = eigenvectorMatrix.get(row, rows - 1 - c) * scale;
    }
    const embedding: DistinctVectors = { ...vectors, columns: clusters, data };
    const labels =
      options.assignLabels === 'cluster_qr'
        ? clusterQr(embedding)
        : (
            await kMeans(embedding, {
              clusters,
              restarts: options.restarts,
              sample: false,
              swaps: 0,
              seed: options.seed,
              signal,
            })
          ).labels;
    return { vectors, ...compactLabels(labels), notices: [] };
  };
}

function rbf({ rows, columns, data }: DistinctVectors, gamma: number): Matrix {
  const affinity = Matrix.eye(rows);
  for (let a = 0; a < rows; a++) {
    for (let b = 0; b < a; b++) {
      const value = Math.exp(-gamma * squaredDistance(data, a, data, b, columns));
      affinity.set(a, b, value);
      affinity.set(b, a, value);
    }
  }
  return affinity;
}

/**
 * 1 between mutual nearest neighbors, 1/2 where only one is among the nearest `neighbors` rows of
 * the other. Where more rows are equally near than there are neighbors left, each counts by its
 * share (scikit-learn takes those that come first).
 */
function nearestNeighbors(
  { rows, columns, data, counts }: DistinctVectors,
  neighbors: number,
): Matrix {
  const affinity = Matrix.zeros(rows, rows);
  const distances = new Float64Array(rows);
  for (let a = 0; a < rows; a++) {
    for (let b = 0; b < rows; b++) distances[b] = squaredDistance(data, a, data, b, columns);
    const near = Array.from(distances.keys()).sort((p, q) => distances[p]! - distances[q]!);
    let left = neighbors;
    for (let start = 0; start < rows && left > 0;) {
      let end = start;
      let tied = 0;
      while (end < rows && distances[near[end]!] === distances[near[start]!])
        tied += counts[near[end++]!]!;
      const share = Math.min(1, left / tied);
      for (let i = start; i < end; i++) {
        const b = near[i]!;
        affinity.set(a, b, affinity.get(a, b) + share / 2);
        affinity.set(b, a, affinity.get(b, a) + share / 2);
      }
      left -= tied;
      start = end;
    }
  }
  return affinity;
}

/** Labels by QR with column pivoting (Damle, Minden & Ying 2019), without iterations. */
function clusterQr({ rows, columns: k, data }: DistinctVectors): Int32Array {
  const pivots = pivotsOf(data, rows, k);
  const square = new Matrix(k, k);
  for (const [c, row] of pivots.entries())
    for (let i = 0; i < k; i++) square.set(i, c, data[row * k + i]!);
  const { leftSingularVectors, rightSingularVectors } = new SingularValueDecomposition(square, {
    autoTranspose: true,
  });
  const rotation = leftSingularVectors.mmul(rightSingularVectors.transpose());
  const labels = new Int32Array(rows);
  for (let row = 0; row < rows; row++) {
    let largest = -1;
    for (let c = 0; c < k; c++) {
      let value = 0;
      for (let i = 0; i < k; i++) value += data[row * k + i]! * rotation.get(i, c);
      if (Math.abs(value) > largest) [largest, labels[row]] = [Math.abs(value), c];
    }
  }
  return labels;
}

/**
 * The first k pivots of a QR decomposition with column pivoting.
 * @param data transpose of the matrix, `[rows, k]`.
 */
function pivotsOf(data: Float64Array, rows: number, k: number): number[] {
  const rest = Float64Array.from(data);
  const pivots: number[] = [];
  for (let step = 0; step < k; step++) {
    let pivot = 0;
    let largest = -1;
    for (let row = 0; row < rows; row++) {
      let norm = 0;
      for (let i = 0; i < k; i++) norm += rest[row * k + i]! ** 2;
      if (norm > largest && !pivots.includes(row)) [largest, pivot] = [norm, row];
    }
    pivots.push(pivot);
    const length = Math.sqrt(largest);
    if (length === 0) continue;
    const direction = Array.from(
      rest.subarray(pivot * k, (pivot + 1) * k),
      (value) => value / length,
    );
    for (let row = 0; row < rows; row++) {
      let dot = 0;
      for (let i = 0; i < k; i++) dot += rest[row * k + i]! * direction[i]!;
      for (let i = 0; i < k; i++) rest[row * k + i]! -= dot * direction[i]!;
    }
  }
  return pivots;
}
