/** The parameters of each method, for the toolbar. */
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
  'Faces around a core face, including itself',
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
        number('restarts', 'Restarts', 'Runs from different starting points; the best is used'),
      ];
    case 'agglomerative':
      return [
        { kind: 'choice', name: 'linkage', label: 'Linkage', values: LINKAGES },
        ...(linkage === 'ward' ? [] : [METRIC]),
      ];
    case 'birch':
      return [
        number('threshold', 'Radius', 'Largest radius of a subcluster'),
        number(
          'branchingFactor',
          'Branching factor',
          'Largest number of subclusters in a node of the tree',
        ),
      ];
    case 'spectral':
      return [
        { kind: 'choice', name: 'affinity', label: 'Affinity', values: AFFINITIES },
        affinity === 'rbf'
          ? number('gamma', 'Gamma', 'Similarity is exp(−gamma · distance²)')
          : number('neighbors', 'Neighbors', 'Nearest neighbors, including the face itself'),
        { kind: 'choice', name: 'assignLabels', label: 'Labels by', values: ASSIGN_LABELS },
      ];
    case 'dbscan':
      return [number('eps', 'Eps', 'Largest distance between neighbors'), MIN_SAMPLES, METRIC];
    case 'optics':
      return [
        MIN_SAMPLES,
        number('xi', 'Xi', 'Smallest relative drop of the reachability at the edge of a cluster'),
        METRIC,
      ];
    case 'hdbscan':
      return [
        number('minClusterSize', 'Min. cluster size', 'Smallest number of faces in a cluster'),
        MIN_SAMPLES,
        METRIC,
      ];
  }
}
