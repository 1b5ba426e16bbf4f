/** How much each attribute counts when faces are compared. */
import { UserError } from '../util/errors';
import { own } from '../util/own';
import { CELEBA_FREQUENCIES } from './celeba-frequencies';
import type { ClusteringSettings } from './settings';

/**
 * Weight of each of `attributes`. `rare`: 1 − f + min f; `common`: f + 1 − max f, f being the
 * attributes' frequencies (CelebA's, where no others are given) and min and max taken over
 * `attributes`, as in the original work: the rarest (most common) attribute weighs 1, the others
 * less.
 * @throws UserError where a formula is asked for an attribute that CelebA does not have, or a
 * weight names one not in use.
 */
export function attributeWeights(
  attributes: readonly string[],
  weights: ClusteringSettings['weights'],
  frequencyOf: Record<string, number | undefined> = CELEBA_FREQUENCIES,
): Float64Array {
  if (weights === 'none') return new Float64Array(attributes.length).fill(1);
  if (typeof weights === 'object') {
    const all = Float64Array.from(attributes, (name) => own(weights, name) ?? 1);
    if (all.every((weight) => weight === 0))
      throw new UserError('every attribute in use has the weight 0: expected at least one above 0');
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
  return Float64Array.from(frequencies, (f) =>
    weights === 'rare' ? 1 - f + rarest : f + 1 - commonest,
  );
}
