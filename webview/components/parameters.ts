/** The parameters of each method, for the toolbar. */
import { AFFINITIES, ASSIGN_LABELS, LINKAGES, METRICS } from '../../src/domain/method-options';
import {
  type MethodParameter,
  type MethodSettings,
  usedParameters,
} from '../../src/domain/method-parameters';
import { t } from '../../src/text/translate';

type ChoiceSetting = 'linkage' | 'metric' | 'affinity' | 'assignLabels';
export type NumberSetting = Exclude<MethodParameter, ChoiceSetting>;

/** What is shown of a parameter. */
interface Shown {
  label: string;
  /** A sentence about it. */
  help: string;
}

export type Parameter = Shown &
  (
    | { kind: 'choice'; name: ChoiceSetting; values: readonly string[] }
    | { kind: 'number'; name: NumberSetting }
  );

const CHOICES: Record<ChoiceSetting, Shown & { values: readonly string[] }> = {
  linkage: {
    label: t('Linkage'),
    values: LINKAGES,
    help: t(
      'What the distance of two clusters is: ward keeps clusters compact, complete takes the farthest faces, single the nearest ones, average the mean.',
    ),
  },
  metric: {
    label: t('Metric'),
    values: METRICS,
    help: t(
      'How the distance of two faces is measured: hamming counts the attributes that differ, cosine compares proportions, the others add differences.',
    ),
  },
  affinity: {
    label: t('Affinity'),
    values: AFFINITIES,
    help: t(
      'Which faces count as alike: with rbf all, the less the farther apart; with nearest_neighbors only neighbors.',
    ),
  },
  assignLabels: {
    label: t('Labels by'),
    values: ASSIGN_LABELS,
    help: t(
      'How faces get their clusters in the end: by K-Means, or by a decomposition without random points.',
    ),
  },
};

const NUMBERS: Record<NumberSetting, Shown> = {
  restarts: {
    label: t('Restarts'),
    help: t(
      'K-Means starts this often from other points and keeps the best result. More take longer and are seldom much better.',
    ),
  },
  threshold: {
    label: t('Radius'),
    help: t(
      'How far apart the faces of a small group may be before groups are joined into clusters.',
    ),
  },
  branchingFactor: {
    label: t('Branching factor'),
    help: t(
      'Most small groups in a node of the tree that Birch builds. It changes the time more than the clusters.',
    ),
  },
  gamma: {
    label: t('Gamma'),
    help: t(
      'How fast likeness falls with the distance: exp(−gamma · distance²). A larger one counts only close faces as alike.',
    ),
  },
  neighbors: {
    label: t('Neighbors'),
    help: t('How many of the nearest faces, the face itself included, count as alike.'),
  },
  eps: {
    label: t('Eps'),
    help: t(
      'Faces that are at most this far apart are neighbors. A smaller one leaves more faces out as noise.',
    ),
  },
  minSamples: {
    label: t('Min. samples'),
    help: t(
      'A face with this many faces around it, itself included, is at the core of a cluster. More of them leave more faces out as noise.',
    ),
  },
  xi: {
    label: t('Xi'),
    help: t(
      'How much sparser faces have to become, as a share, where a cluster ends. A larger one finds fewer clusters.',
    ),
  },
  minClusterSize: {
    label: t('Min. cluster size'),
    help: t('Groups of fewer faces are no clusters: their faces are noise.'),
  },
};

/** The parameters in effect, without those that a preset sets. */
export const parametersOf = (settings: MethodSettings): Parameter[] =>
  usedParameters(settings).map((name) =>
    isChoice(name)
      ? { kind: 'choice', name, ...CHOICES[name] }
      : { kind: 'number', name, ...NUMBERS[name] },
  );

const isChoice = (name: MethodParameter): name is ChoiceSetting => Object.hasOwn(CHOICES, name);
