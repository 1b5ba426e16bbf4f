/** The parameters of each method, for the toolbar. */
import { AFFINITIES, ASSIGN_LABELS, LINKAGES, METRICS } from '../../src/domain/method-options';
import type { ClusteringSettings } from '../../src/domain/settings';
import { t } from '../../src/text/translate';

export type NumberSetting =
  | 'restarts'
  | 'threshold'
  | 'branchingFactor'
  | 'gamma'
  | 'neighbors'
  | 'eps'
  | 'minSamples'
  | 'xi'
  | 'minClusterSize';
type ChoiceSetting = 'linkage' | 'metric' | 'affinity' | 'assignLabels';

/** A parameter with a sentence about it. */
export type Parameter = { label: string; help: string } & (
  | { kind: 'choice'; name: ChoiceSetting; values: readonly string[] }
  | { kind: 'number'; name: NumberSetting }
);

const choice = (
  name: ChoiceSetting,
  label: string,
  values: readonly string[],
  help: string,
): Parameter => ({ kind: 'choice', name, label, values, help });
const number = (name: NumberSetting, label: string, help: string): Parameter => ({
  kind: 'number',
  name,
  label,
  help,
});
const METRIC = choice(
  'metric',
  t('Metric'),
  METRICS,
  t(
    'How the distance of two faces is measured: hamming counts the attributes that differ, cosine compares proportions, the others add differences.',
  ),
);
const MIN_SAMPLES = number(
  'minSamples',
  t('Min. samples'),
  t(
    'A face with this many faces around it, itself included, is at the core of a cluster. More of them leave more faces out as noise.',
  ),
);

/** The parameters in effect; none with a preset, which sets all of them. */
export function parametersOf({
  method,
  preset,
  linkage,
  affinity,
}: ClusteringSettings): Parameter[] {
  if (preset !== 'none') return [];
  switch (method) {
    case 'kmeans':
      return [
        number(
          'restarts',
          t('Restarts'),
          t(
            'K-Means starts this often from other points and keeps the best result. More take longer and are seldom much better.',
          ),
        ),
      ];
    case 'agglomerative':
      return agglomerative(linkage);
    case 'birch':
      return birch();
    case 'spectral':
      return spectral(affinity);
    case 'dbscan':
      return [
        number(
          'eps',
          t('Eps'),
          t(
            'Faces that are at most this far apart are neighbors. A smaller one leaves more faces out as noise.',
          ),
        ),
        MIN_SAMPLES,
        METRIC,
      ];
    case 'optics':
      return [
        MIN_SAMPLES,
        number(
          'xi',
          t('Xi'),
          t(
            'How much sparser faces have to become, as a share, where a cluster ends. A larger one finds fewer clusters.',
          ),
        ),
        METRIC,
      ];
    case 'hdbscan':
      return [
        number(
          'minClusterSize',
          t('Min. cluster size'),
          t('Groups of fewer faces are no clusters: their faces are noise.'),
        ),
        MIN_SAMPLES,
        METRIC,
      ];
  }
}

const birch = (): Parameter[] => [
  number(
    'threshold',
    t('Radius'),
    t('How far apart the faces of a small group may be before groups are joined into clusters.'),
  ),
  number(
    'branchingFactor',
    t('Branching factor'),
    t(
      'Most small groups in a node of the tree that Birch builds. It changes the time more than the clusters.',
    ),
  ),
];

const spectral = (affinity: ClusteringSettings['affinity']): Parameter[] => [
  choice(
    'affinity',
    t('Affinity'),
    AFFINITIES,
    t(
      'Which faces count as alike: with rbf all, the less the farther apart; with nearest_neighbors only neighbors.',
    ),
  ),
  affinity === 'rbf'
    ? number(
        'gamma',
        t('Gamma'),
        t(
          'How fast likeness falls with the distance: exp(−gamma · distance²). A larger one counts only close faces as alike.',
        ),
      )
    : number(
        'neighbors',
        t('Neighbors'),
        t('How many of the nearest faces, the face itself included, count as alike.'),
      ),
  choice(
    'assignLabels',
    t('Labels by'),
    ASSIGN_LABELS,
    t(
      'How faces get their clusters in the end: by K-Means, or by a decomposition without random points.',
    ),
  ),
];

const agglomerative = (linkage: ClusteringSettings['linkage']): Parameter[] => [
  choice(
    'linkage',
    t('Linkage'),
    LINKAGES,
    t(
      'What the distance of two clusters is: ward keeps clusters compact, complete takes the farthest faces, single the nearest ones, average the mean.',
    ),
  ),
  ...(linkage === 'ward' ? [] : [METRIC]),
];
