/** Which parameters a method has, for the toolbar. */
import { AFFINITIES, ASSIGN_LABELS, LINKAGES, METRICS } from '../../src/domain/method-options';
import type { ClusteringSettings } from '../../src/domain/settings';

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

export type Parameter =
  | { kind: 'choice'; name: ChoiceSetting; label: string; values: readonly string[] }
  | { kind: 'number'; name: NumberSetting; label: string; title: string };

const METRIC: Parameter = { kind: 'choice', name: 'metric', label: 'Metric', values: METRICS };
const number = (name: NumberSetting, label: string, title: string): Parameter => ({
  kind: 'number',
  name,
  label,
  title,
});
const MIN_SAMPLES = number(
  'minSamples',
  'Min. samples',
  'Faces around a core face, itself counted',
);

/** Those that matter as the settings are; none where a preset decides. */
export function parametersOf({
  method,
  preset,
  linkage,
  affinity,
}: ClusteringSettings): Parameter[] {
  if (preset !== 'none') return [];
  switch (method) {
    case 'kmeans':
      return [number('restarts', 'Restarts', 'Runs from different seeds; the best is kept')];
    case 'agglomerative':
      return [
        { kind: 'choice', name: 'linkage', label: 'Linkage', values: LINKAGES },
        ...(linkage === 'ward' ? [] : [METRIC]),
      ];
    case 'birch':
      return [
        number('threshold', 'Threshold', 'Largest radius of a subcluster'),
        number('branchingFactor', 'Branching factor', 'Subclusters of a node of the tree, at most'),
      ];
    case 'spectral':
      return [
        { kind: 'choice', name: 'affinity', label: 'Affinity', values: AFFINITIES },
        affinity === 'rbf'
          ? number('gamma', 'Gamma', 'exp(-gamma d²)')
          : number('neighbors', 'Neighbours', 'Nearest neighbours, the face itself counted'),
        { kind: 'choice', name: 'assignLabels', label: 'Labels by', values: ASSIGN_LABELS },
      ];
    case 'dbscan':
      return [number('eps', 'Eps', 'Largest distance of neighbours'), MIN_SAMPLES, METRIC];
    case 'optics':
      return [
        MIN_SAMPLES,
        number('xi', 'Xi', "Smallest relative drop of reachability at a cluster's edge"),
        METRIC,
      ];
    case 'hdbscan':
      return [
        number('minClusterSize', 'Min. cluster size', 'Fewest faces of a cluster'),
        MIN_SAMPLES,
        METRIC,
      ];
  }
}
