/** Weights of the attributes by which faces are compared. */
import { t } from '../text/translate';
import { UserError } from '../util/errors';
import { own } from '../util/own';
import { CELEBA_FREQUENCIES } from './celeba-frequencies';
import { attributeFinder, knownAttributesText } from './find-attribute';
import type { ClusteringSettings } from './settings';

/**
 * Smallest standard deviation that counts: about that of an attribute that one face in a hundred
 * has. Below it, few faces, or mistakes of the network, would outweigh everything else.
 */
const LEAST_DEVIATION = 0.1;

/**
 * The weights with which every attribute varies as much as the others: those of standardized
 * features, times a number with which all attributes together vary as much as without weights, so
 * that distances such as DBSCAN's `eps` keep their meaning.
 * @param deviations standard deviation of each attribute. One that does not vary has the weight 1.
 */
export function standardizedWeights(deviations: readonly number[]): Float64Array {
  const varying = deviations.filter((deviation) => deviation > 0);
  const variance = varying.reduce((sum, deviation) => sum + deviation ** 2, 0) / varying.length;
  return Float64Array.from(deviations, (deviation) =>
    deviation > 0 ? Math.sqrt(variance) / Math.max(deviation, LEAST_DEVIATION) : 1,
  );
}

/** Says which explicit weights name no attribute; undefined where all do. */
export function unknownWeights(
  weights: ClusteringSettings['weights'],
  known: readonly string[],
): string | undefined {
  if (typeof weights !== 'object') return undefined;
  const find = attributeFinder(known);
  const unknown = Object.keys(weights).filter((name) => find(name) === undefined);
  const [first] = unknown;
  if (first === undefined) return undefined;
  return t(
    unknown.length === 1
      ? 'a weight counts nowhere, as it is of the unknown attribute {0}'
      : '{1} weights count nowhere, as they are of unknown attributes; the first is {0}',
    knownAttributesText(first, known),
    unknown.length,
  );
}

/**
 * The weight of each of `attributes`, as in the original work (Anzalone, Faiella and Trerè 2019):
 * 1 − f + min f for `rare`, f + 1 − max f for `common`, where f are the frequencies and min and max
 * are taken over `attributes`. The rarest (or most common) attribute has the weight 1, the others
 * less. Explicit weights name attributes in any spelling;
 * those that they do not name have the weight 1.
 * @param frequencyOf frequency of each attribute, in [0, 1]; default: in CelebA.
 * @throws UserError where all explicit weights are 0, or a frequency is missing.
 */
export function attributeWeights(
  attributes: readonly string[],
  weights: Exclude<ClusteringSettings['weights'], 'standardized'>,
  frequencyOf: Record<string, number | undefined> = CELEBA_FREQUENCIES,
): Float64Array {
  if (weights === 'none') return new Float64Array(attributes.length).fill(1);
  if (typeof weights === 'object') {
    const find = attributeFinder(Object.keys(weights));
    const all = Float64Array.from(attributes, (name) => own(weights, find(name) ?? name) ?? 1);
    if (all.every((weight) => weight === 0))
      throw new UserError(
        t('every attribute in use has the weight 0: expected at least one above 0'),
      );
    return all;
  }
  const frequencies = attributes.map((name) => {
    const frequency = own(frequencyOf, name);
    if (frequency !== undefined) return frequency;
    throw new UserError(
      t(
        "weights '{0}' need the frequency of '{1}' in CelebA, which does not have this attribute: let them go by the folder's own",
        weights,
        name,
      ),
    );
  });
  const rarest = Math.min(...frequencies);
  const commonest = Math.max(...frequencies);
  return Float64Array.from(frequencies, (f) =>
    weights === 'rare' ? 1 - f + rarest : f + 1 - commonest,
  );
}
