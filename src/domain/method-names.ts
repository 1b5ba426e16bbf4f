/** English names of clustering methods, and which take a number of clusters. Loads no method. */
import type { ClusteringSettings } from './settings';

type Method = ClusteringSettings['method'];

export const METHOD_NAMES = {
  kmeans: 'K-Means',
  agglomerative: 'Agglomerative',
  birch: 'Birch',
  spectral: 'Spectral',
  dbscan: 'DBSCAN',
  optics: 'OPTICS',
  hdbscan: 'HDBSCAN',
} as const satisfies Record<Method, string>;

const FINDS_CLUSTERS: ReadonlySet<Method> = new Set(['dbscan', 'optics', 'hdbscan']);

/** Whether a method takes the number of clusters; the others find it. */
export const takesClusters = (method: Method): boolean => !FINDS_CLUSTERS.has(method);
