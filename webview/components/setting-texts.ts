/** What the settings that every method has are called, and sentences about them. */

export const WEIGHTS = {
  standardized: 'standardized',
  none: 'as they are',
  rare: 'rare count more',
  common: 'common count more',
};

export const FEATURES = {
  binary: 'present or absent',
  probability: 'probability',
  embedding: "the network's embedding",
};

export const THRESHOLDS = { half: '0.5', balanced: 'balanced' };

export const HELP = {
  preset: 'The parameters of the original work are used, in place of those of the method.',
  attributes: 'By which attributes faces are compared. The others are shown, but make no clusters.',
  weights:
    'How much an attribute counts. Standardized: each one makes as much of a difference as the others, however rare it is.',
  customWeights: 'A slider for each attribute shows at once what its weight changes.',
  features:
    'Whether an attribute is there or not, how probable it is, or the numbers of the last layer of the network, which also tell apart what no attribute names.',
  thresholds:
    'Probability from which an attribute counts as present. Balanced: a threshold for each attribute, which finds rare ones more often.',
};
