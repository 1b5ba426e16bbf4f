/** Inferred probabilities → the vectors that are clustered. */
import { CELEBA_FREQUENCIES } from '../domain/celeba-frequencies';
import type { ClusteringSettings } from '../domain/settings';
import { UserError } from '../util/errors';
import { own } from '../util/own';
import type { Matrix } from './distinct';

/** Probability from which an attribute counts as present. */
export const PRESENT = 0.5;

/**
 * Weight of each of `attributes`. `rare`: 1 − f + min f; `common`: f + 1 − max f, f being the attributes' frequencies (CelebA's, where no others are given) and
 * min and max taken over `attributes`, as in the original work: the rarest (most common) attribute weighs 1, the others less.
 * @throws UserError where a formula is asked for an attribute that CelebA does not have, or a weight names one not in use.
 */
export function attributeWeights(
  attributes: readonly string[],
  weights: ClusteringSettings['weights'],
  frequencyOf: Record<string, number | undefined> = CELEBA_FREQUENCIES,
): Float64Array {
  if (weights === 'none') return new Float64Array(attributes.length).fill(1);
  if (typeof weights === 'object') {
    const all = Float64Array.from(attributes, (name) => own(weights, name) ?? 1);
    if (all.every((weight) => weight === 0)) throw new UserError('every attribute in use has the weight 0: expected at least one above 0');
    return all;
  }
  const frequencies = attributes.map((name) => {
    const frequency = own(frequencyOf, name);
    if (frequency !== undefined) return frequency;
    throw new UserError(
      `weights '${weights}' need the frequency of '${name}' in CelebA, which does not have this attribute: let them go by the folder's own`,
    );
  });
  const rarest = Math.min(...frequencies);
  const commonest = Math.max(...frequencies);
  return Float64Array.from(frequencies, (f) => (weights === 'rare' ? 1 - f + rarest : f + 1 - commonest));
}

/**
 * Selects columns, rounds them for `binary` features and weighs them.
 * @param probabilities `[rows, width]`, in [0, 1].
 * @param columns which of the `width` columns, in order.
 * @param weights one a selected column.
 */
export function featureMatrix(
  probabilities: Float32Array,
  width: number,
  columns: readonly number[],
  weights: Float64Array,
  features: ClusteringSettings['features'],
): Matrix {
  const rows = width === 0 ? 0 : probabilities.length / width;
  const data = new Float64Array(rows * columns.length);
  let at = 0;
  for (let row = 0; row < rows; row++) {
    for (const [i, column] of columns.entries()) {
      const probability = probabilities[row * width + column]!;
      const value = features === 'binary' ? (probability >= PRESENT ? 1 : 0) : probability;
      data[at++] = value * weights[i]!;
    }
  }
  return { rows, columns: columns.length, data };
}
