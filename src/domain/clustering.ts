/** A clustering of the faces of a run. */
import type { ClusterNotes, CorrectionState } from './corrections';
import type { ClusteringSettings } from './settings';

/** How often attributes occur, in [0, 1]. */
export type Occurrences = Record<string, number>;

export interface ClusterSummary {
  /** 0 is the largest cluster, before corrections; −1 is noise, −2 what is no face, −3 copies. */
  id: number;
  /** Number of faces. */
  size: number;
  /** Mean silhouette of its faces, in [-1, 1]; null where undefined. */
  silhouette: number | null;
  /** Of the attributes by which the faces were clustered. */
  occurrences: Occurrences;
  /** Of the model's other attributes. */
  otherOccurrences: Occurrences;
  /** Attributes of almost all faces of the cluster, the most distinctive first. */
  prominent: string[];
  /** Attributes of about half of the faces of the cluster. */
  noisy: string[];
  /** Row of the face with the smallest sum of distances to the others. */
  medoid: number;
  /** What a person said of it; undefined where nothing was said. */
  said?: ClusterNotes;
}

/** One number of clusters that `clusters: auto` tried. */
export interface Candidate {
  clusters: number;
  /** Mean over all faces, in [-1, 1]; null where undefined. */
  silhouette: number | null;
  inertia: number;
  /** Gap statistic and its standard error; null where not computed or undefined. */
  gap: number | null;
  gapError: number | null;
}

/** A merge of two nodes of a hierarchical clustering. */
export interface Merge {
  a: number;
  b: number;
  /** Their distance. */
  height: number;
  /** Faces of both together. */
  size: number;
}

/** A clustering of a run's faces. Stored as clustering.json. */
export interface Clustering {
  version: number;
  settings: ClusteringSettings;
  /** Weights of the attributes by which the faces were compared. */
  weights: Record<string, number>;
  faces: number;
  /** Number of distinct vectors among them. */
  distinct: number;
  /** Mean over all faces, in [-1, 1]; null where undefined. */
  silhouette: number | null;
  /** Sum over all faces of the squared distance to their cluster's mean. */
  inertia: number;
  /** Null where undefined. */
  daviesBouldin: number | null;
  /** Null where undefined. */
  calinskiHarabasz: number | null;
  /**
   * Further merges of the clusters by hierarchical methods, the lowest first; null for others. In
   * `a` and `b`, numbers below the number of clusters are cluster ids, the others merges.
   */
  tree: Merge[] | null;
  clusters: ClusterSummary[];
  /** Of all the model's attributes, among all faces. */
  overall: Occurrences;
  /** With `clusters: auto`, the numbers that were tried, ascending. */
  curve: Candidate[] | null;
  /** Agreement with the previous clustering of these faces; null for the first. */
  agreement: { adjustedRand: number; normalisedMutualInformation: number } | null;
  /**
   * Share of the variance that each axis of the faces' places in a plane explains, in [0, 1], and
   * the number of distinct vectors the axes were computed from. Undefined in older clusterings.
   */
  projection?: { explained: [number, number]; vectors: number };
  /** Undefined where nothing was corrected. */
  corrections?: CorrectionState;
  /** Messages for the user, such as that fewer clusters were found than requested. */
  notices: string[];
  /** Seconds by step. */
  timing: Record<string, number>;
}

/**
 * Orders of a cluster's faces: by the sum of their distances to the others, ascending (`typical`)
 * or descending (`untypical`), or by their silhouette, ascending, so that faces close to another
 * cluster come first; or by the probability of an attribute, descending (`probable`), or by how
 * near it is to where the attribute begins to count (`borderline`).
 */
export const FACE_ORDERS = [
  'typical',
  'untypical',
  'silhouette',
  'probable',
  'borderline',
] as const;

export type FaceOrder = (typeof FACE_ORDERS)[number];

/** Number of clusters, without noise, what is no face, and copies that are left out. */
export const clusterCount = (clusters: readonly Pick<ClusterSummary, 'id'>[]): number =>
  clusters.filter(({ id }) => id >= 0).length;
