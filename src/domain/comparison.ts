/** Clustering methods side by side. */
import type { ClusteringSettings } from './settings';

/** A grouping in a comparison. */
export interface ComparisonPoint {
  method: ClusteringSettings['method'];
  /** Number asked for; null where the method finds it. */
  k: number | null;
  /** Clusters found, noise not counted. */
  clusters: number;
  /** Faces that are noise. */
  noise: number;
  /** Exact, over all faces compared, noise counting as a cluster; null where undefined. */
  silhouette: number | null;
  seconds: number;
}

/** Methods side by side. Kept as comparison.json. */
export interface Comparison {
  version: number;
  settings: ClusteringSettings;
  methods: ClusteringSettings['method'][];
  from: number;
  to: number;
  /** Faces compared. */
  faces: number;
  distinct: number;
  points: ComparisonPoint[];
  notices: string[];
  /** Wall-clock time of all of it. */
  seconds: number;
}
