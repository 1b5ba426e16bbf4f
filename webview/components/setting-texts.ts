/** What the settings that every method has are called, and sentences about them. */
import { t } from '../../src/text/translate';

export const WEIGHTS = {
  standardized: t('standardized'),
  none: t('as they are'),
  rare: t('rare count more'),
  common: t('common count more'),
};

export const FEATURES = {
  binary: t('present or absent'),
  probability: t('probability'),
  embedding: t("the network's embedding"),
};

export const THRESHOLDS = { half: '0.5', balanced: t('balanced') };

export const HELP = {
  preset: t('The parameters of the original work are used, in place of those of the method.'),
  attributes: t(
    'By which attributes faces are compared. The others are shown, but make no clusters.',
  ),
  weights: t(
    'How much an attribute counts. Standardized: each one makes as much of a difference as the others, however rare it is.',
  ),
  customWeights: t('A slider for each attribute shows at once what its weight changes.'),
  features: t(
    'Whether an attribute is there or not, how probable it is, or the numbers of the last layer of the network, which also tell apart what no attribute names.',
  ),
  thresholds: t(
    'Probability from which an attribute counts as present. Balanced: a threshold for each attribute, which finds rare ones more often.',
  ),
};
