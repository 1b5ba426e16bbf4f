/**
 * The leading eigenvectors of a matrix by subspace iteration with Rayleigh–Ritz projection (Saad
 * 2011, Numerical Methods for Large Eigenvalue Problems, chapter 5), which takes a fraction of the
 * time of a complete decomposition.
 */
import { EigenvalueDecomposition, Matrix } from 'ml-matrix';

export interface Eigenpair {
  value: number;
  /** Unit vector. */
  vector: Float64Array;
}

/** Vectors that are iterated beyond those that are asked for: they make these converge faster. */
const OVERSAMPLING = 5;
/** Steps between two projections. */
const STEPS = 3;
const MAX_PROJECTIONS = 60;
/** Change of the eigenvalues, relative to the largest, below which they have converged. */
const TOLERANCE = 1e-8;

/**
 * @param matrix symmetric and positive semidefinite, `[size, size]`.
 * @returns at most `count` eigenvalues and vectors, the largest first. Their signs are arbitrary.
 */
export const leadingEigenvectors = (
  matrix: Float64Array,
  size: number,
  count: number,
): Eigenpair[] =>
  leadingEigenvectorsOf((vectors) => vectors.map((each) => product(matrix, each)), size, count);

/**
 * Like `leadingEigenvectors`, of a matrix that is too large to be held.
 * @param multiply gives the products of the matrix and vectors.
 * @param projections at most; fewer are faster and less exact.
 */
export function leadingEigenvectorsOf(
  multiply: (vectors: readonly Float64Array[]) => Float64Array[],
  size: number,
  count: number,
  projections = MAX_PROJECTIONS,
): Eigenpair[] {
  const width = Math.min(size, count + OVERSAMPLING);
  let vectors = startingVectors(size, width);
  let values = new Float64Array(width);
  for (let projection = 0; projection < projections; projection++) {
    for (let step = 0; step < STEPS; step++) vectors = orthonormal(multiply(vectors));
    const next = project(vectors, multiply(vectors));
    const change = next.values.reduce(
      (most, value, i) => (i < count ? Math.max(most, Math.abs(value - values[i]!)) : most),
      0,
    );
    ({ vectors, values } = next);
    if (change <= TOLERANCE * values[0]!) break;
  }
  return vectors.slice(0, count).map((vector, i) => ({ vector, value: values[i]! }));
}

/** Numbers without a pattern that an eigenvector could be at right angles to; always the same. */
function startingVectors(size: number, width: number): Float64Array[] {
  let state = 1;
  const next = () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647 - 0.5;
  return Array.from({ length: width }, () => Float64Array.from({ length: size }, next));
}

/** Four rows at a time: their sums do not wait for each other. */
function product(matrix: Float64Array, vector: Float64Array): Float64Array {
  const size = vector.length;
  const result = new Float64Array(size);
  const whole = size - (size % 4);
  for (let i = 0; i < whole; i += 4) {
    let [a, b, c, d] = [0, 0, 0, 0];
    for (let j = 0, at = i * size; j < size; j++, at++) {
      const entry = vector[j]!;
      a += matrix[at]! * entry;
      b += matrix[at + size]! * entry;
      c += matrix[at + 2 * size]! * entry;
      d += matrix[at + 3 * size]! * entry;
    }
    result[i] = a;
    result[i + 1] = b;
    result[i + 2] = c;
    result[i + 3] = d;
  }
  for (let i = whole; i < size; i++)
    result[i] = dot(matrix.subarray(i * size, (i + 1) * size), vector);
  return result;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

/**
 * Gram–Schmidt, twice for precision; changes its input. A vector that depends on those before it
 * becomes zero.
 */
function orthonormal(vectors: readonly Float64Array[]): Float64Array[] {
  const result: Float64Array[] = [];
  for (const vector of vectors) {
    const before = Math.sqrt(dot(vector, vector));
    for (let pass = 0; pass < 2; pass++) {
      for (const other of result) {
        const share = dot(vector, other);
        for (let i = 0; i < vector.length; i++) vector[i] = vector[i]! - share * other[i]!;
      }
    }
    const length = Math.sqrt(dot(vector, vector));
    const scale = length > 1e-12 * before ? 1 / length : 0;
    result.push(vector.map((value) => value * scale));
  }
  return result;
}

/**
 * Eigenvectors of the matrix within the span of vectors, the largest eigenvalue first.
 * @param images the products of the matrix and the vectors.
 */
function project(vectors: readonly Float64Array[], images: readonly Float64Array[]) {
  const width = vectors.length;
  const small = Matrix.zeros(width, width);
  for (let i = 0; i < width; i++) {
    for (let j = 0; j < width; j++) small.set(i, j, dot(vectors[i]!, images[j]!));
  }
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(small, {
    assumeSymmetric: true,
  });
  const order = realEigenvalues.map((_, i) => i);
  order.sort((a, b) => realEigenvalues[b]! - realEigenvalues[a]!);
  return {
    values: Float64Array.from(order, (i) => realEigenvalues[i]!),
    vectors: order.map((column) => {
      const result = new Float64Array(vectors[0]?.length ?? 0);
      vectors.forEach((vector, row) => {
        const factor = eigenvectorMatrix.get(row, column);
        for (let i = 0; i < result.length; i++) result[i] = result[i]! + factor * vector[i]!;
      });
      return result;
    }),
  };
}
