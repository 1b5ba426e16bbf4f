/** Converts inferred probabilities to the vectors that are clustered. */
import type { ClusteringSettings } from '../domain/settings';
import type { Matrix } from './distinct';

/** Features that attributes become. */
export type AttributeFeatures = Exclude<ClusteringSettings['features'], 'embedding'>;

/** Minimum probability at which an attribute counts as present. */
export const PRESENT = 0.5;

/**
 * Selects columns, rounds them for `binary` features, and multiplies them by weights.
 * @param probabilities `[rows, width]`, in [0, 1].
 * @param columns indices of the selected columns, in order.
 * @param weights one for each selected column.
 */
export function featureMatrix(
  probabilities: Float32Array,
  width: number,
  columns: readonly number[],
  weights: Float64Array,
  features: AttributeFeatures,
): Matrix {
  const rows = width === 0 ? 0 : probabilities.length / width;
  const data = new Float64Array(rows * columns.length);
  let at = 0;
  for (let row = 0; row < rows; row++) {
    for (let i = 0; i < columns.length; i++) {
      const probability = probabilities[row * width + columns[i]!]!;
      const value = features === 'binary' ? Number(probability >= PRESENT) : probability;
      data[at++] = value * weights[i]!;
    }
  }
  return { rows, columns: columns.length, data };
}

/**
 * Probabilities and their squares are summed as integers of this unit, which is exact for up to two
 * million faces: a sum of floating-point numbers would depend on their order.
 */
const UNIT = 2 ** -32;

/**
 * Standard deviation of each of the features that `featureMatrix` makes, without weights; the same
 * for any order of the rows.
 */
export function deviationsOf(
  probabilities: Float32Array,
  width: number,
  columns: readonly number[],
  features: AttributeFeatures,
): number[] {
  const rows = probabilities.length / width;
  const toUnits = (value: number) => (features === 'binary' ? value : Math.round(value / UNIT));
  const sums = new Float64Array(columns.length);
  const squares = new Float64Array(columns.length);
  for (let start = 0; start < probabilities.length; start += width) {
    for (let i = 0; i < columns.length; i++) {
      const probability = probabilities[start + columns[i]!]!;
      const value = features === 'binary' ? Number(probability >= PRESENT) : probability;
      sums[i]! += toUnits(value);
      squares[i]! += toUnits(value * value);
    }
  }
  const faces = features === 'binary' ? rows : rows / UNIT;
  return columns.map((_, i) =>
    Math.sqrt(Math.max(0, squares[i]! / faces - (sums[i]! / faces) ** 2)),
  );
}
