/** A comparison of clustering methods. */
import type { TruthScores } from './judgement';
import type { ClusteringSettings } from './settings';

/** One partition of a comparison. */
export interface ComparisonPoint {
  method: ClusteringSettings['method'];
  /** Requested number of clusters; null for methods that find it. */
  k: number | null;
  /** Number of clusters found, without noise. */
  clusters: number;
  /** Number of faces labeled as noise. */
  noise: number;
  /** Mean over all compared faces, noise counting as a cluster; null where undefined. */
  silhouette: number | null;
  /** Bounds of its 95 % confidence interval over the seeds; undefined for one seed. */
  range?: { low: number; high: number } | undefined;
  /** Agreement with the labels, as means over the seeds; undefined without labels. */
  truth?: TruthScores | undefined;
  seconds: number;
}

/** A comparison of methods at numbers of clusters. Stored as comparison.json. */
export interface Comparison {
  version: number;
  settings: ClusteringSettings;
  methods: ClusteringSettings['method'][];
  /** Smallest number of clusters. */
  from: number;
  /** Largest number of clusters. */
  to: number;
  /** Number of compared faces. */
  faces: number;
  /** Number of distinct vectors among them. */
  distinct: number;
  points: ComparisonPoint[];
  /** Attributes by which the faces were compared, with their weights. */
  weights?: Record<string, number> | undefined;
  /** Seeds of the clusterings, of which silhouettes and scores are means. */
  seeds?: number[] | undefined;
  /** Path of the table of labels, if there is one. */
  labels?: string | undefined;
  /** Messages for the user. */
  notices: string[];
  /** Wall-clock time of the comparison. */
  seconds: number;
}
