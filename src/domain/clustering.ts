/** A clustering of the faces of a run. */
import type { ClusteringSettings } from './settings';

/** What was tried on the way. */
export interface Candidate {
  clusters: number;
  silhouette: number | null;
  inertia: number;
  /** Gap statistic and its standard error; null where it was not computed or is not defined. */
  gap: number | null;
  gapError: number | null;
}

export interface Merge {
  a: number;
  b: number;
  height: number;
  /** Faces below. */
  size: number;
}

/** How often attributes occur, in [0, 1]. */
export type Occurrences = Record<string, number>;

export interface ClusterSummary {
  /** 0 is the largest cluster; -1 is noise. */
  id: number;
  size: number;
  /** Mean silhouette of its faces, in [-1, 1]; null where undefined. */
  silhouette: number | null;
  /** Of the attributes the faces were clustered by. */
  occurrences: Occurrences;
  /** Of the model's other attributes. */
  otherOccurrences: Occurrences;
  /** Attributes almost every face of the cluster has, the most telling first. */
  prominent: string[];
  /** Attributes the cluster is divided about. */
  noisy: string[];
  /** Row of the face with the smallest sum of distances to the others. */
  medoid: number;
}

/** A clustering of a run's faces. Kept as clustering.json. */
export interface Clustering {
  version: number;
  settings: ClusteringSettings;
  /** Attributes the faces were compared by, with their weights. */
  weights: Record<string, number>;
  faces: number;
  /** Distinct vectors among them. */
  distinct: number;
  /** Mean over all faces, in [-1, 1]; null where undefined. */
  silhouette: number | null;
  /** Sum over all faces of the squared distance to their cluster's mean. */
  inertia: number;
  /** Null where undefined. */
  daviesBouldin: number | null;
  calinskiHarabasz: number | null;
  /**
   * Of hierarchical methods, how the clusters would be merged further: ids below the number of
   * clusters are clusters, the others merges.
   */
  tree: Merge[] | null;
  clusters: ClusterSummary[];
  /** Occurrences among all faces, of all the model's attributes. */
  overall: Occurrences;
  /** With `clusters: auto`, what was tried. */
  curve: Candidate[] | null;
  /**
   * How much it agrees with the clustering of these faces that was there before; null for the
   * first.
   */
  agreement: { adjustedRand: number; normalisedMutualInformation: number } | null;
  /** What the user should know: fewer clusters than asked for, and why. */
  notices: string[];
  /** Seconds by step. */
  timing: Record<string, number>;
}

/**
 * Orders of a cluster's faces: by the sum of their distances to the others, the smallest first or
 * the largest; by their silhouette, the smallest first, so that those come first which are as near
 * to another cluster.
 */
export const FACE_ORDERS = ['typical', 'untypical', 'silhouette'] as const;

export type FaceOrder = (typeof FACE_ORDERS)[number];
