/** Which settings each clustering method uses. Loads no method. */
import type { ClusteringSettings } from './settings';

type Method = ClusteringSettings['method'];

/** Parameters of the methods; the settings say which of scikit-learn's they are. */
export const METHOD_PARAMETERS = [
  'restarts',
  'linkage',
  'metric',
  'threshold',
  'branchingFactor',
  'affinity',
  'gamma',
  'neighbors',
  'assignLabels',
  'eps',
  'minSamples',
  'xi',
  'minClusterSize',
] as const satisfies (keyof ClusteringSettings)[];
export type MethodParameter = (typeof METHOD_PARAMETERS)[number];

export type MethodSettings = Pick<
  ClusteringSettings,
  MethodParameter | 'method' | 'seed' | 'preset'
>;

/** Parameters of the original work (Anzalone, Faiella and Trerè 2019). */
const ORIGINAL_PRESET: Partial<Record<Method, Partial<MethodSettings>>> = {
  kmeans: { restarts: 20 },
  agglomerative: { linkage: 'complete', metric: 'manhattan' },
  birch: { threshold: 0.36, branchingFactor: 50 },
  spectral: { affinity: 'rbf', gamma: 1, assignLabels: 'kmeans' },
  dbscan: { eps: 0.5, minSamples: 3, metric: 'euclidean' },
  optics: { minSamples: 5, xi: 0.05, metric: 'hamming' },
};

/** Replaces a method's parameters by those of the preset, if one is set. */
export function withPreset<T extends MethodSettings>(settings: T): T {
  return settings.preset === 'original'
    ? { ...settings, ...ORIGINAL_PRESET[settings.method] }
    : settings;
}

/** The parameters that a method uses, in the order in which they are shown, but for a preset's. */
export function usedParameters(settings: MethodSettings): MethodParameter[] {
  const { method, preset } = settings;
  const replaced = preset === 'original' ? (ORIGINAL_PRESET[method] ?? {}) : {};
  return parametersOfMethod(settings).filter((name) => !Object.hasOwn(replaced, name));
}

function parametersOfMethod({ method, linkage, affinity }: MethodSettings): MethodParameter[] {
  switch (method) {
    case 'kmeans':
      return ['restarts'];
    case 'agglomerative':
      return linkage === 'ward' ? ['linkage'] : ['linkage', 'metric'];
    case 'birch':
      return ['threshold', 'branchingFactor'];
    case 'spectral':
      return ['affinity', affinity === 'rbf' ? 'gamma' : 'neighbors', 'assignLabels'];
    case 'dbscan':
      return ['eps', 'minSamples', 'metric'];
    case 'optics':
      return ['minSamples', 'xi', 'metric'];
    case 'hdbscan':
      return ['minClusterSize', 'minSamples', 'metric'];
  }
}
