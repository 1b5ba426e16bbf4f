/** How well a grouping agrees with what the faces truly are. */
import type { MeanInterval } from '../util/mean-interval';

/** Scores of one clustering against the true classes, each in [-1, 1]; null where not defined. */
export interface TruthScores {
  /**
   * Balanced accuracy of saying of each face what most faces of its cluster truly are, as a mean
   * over the attributes.
   */
  balancedAccuracy: number | null;
  adjustedRand: number | null;
  adjustedMutualInformation: number | null;
  homogeneity: number | null;
  completeness: number | null;
  vMeasure: number | null;
  purity: number | null;
}

export const TRUTH_SCORES = [
  'balancedAccuracy',
  'adjustedRand',
  'adjustedMutualInformation',
  'homogeneity',
  'completeness',
  'vMeasure',
  'purity',
  'silhouette',
] as const;

/**
 * Scores against labels. The true classes are the combinations of the labels of the attributes that
 * faces are compared by. Noise is a cluster like any other, as in scikit-learn.
 */
export interface Judgement {
  /** Path of the table of labels. */
  labels: string;
  /** Attributes that have labels, of those that faces are compared by. */
  attributes: string[];
  /** Faces with labels: the most prominent of each labeled image. */
  faces: number;
  /** Those of them that have all labels: only they have a true class. */
  complete: number;
  /** Other faces, which are clustered, but do not count. */
  unlabeled: number;
  /** Number of true classes among the faces. */
  classes: number;
  /** Faces with labels that are noise, as a mean over the seeds. */
  noise: number;
  /** Number of clusters without noise, as a mean over the seeds. */
  clusters: number;
  /** Seeds of the clusterings, of which the scores are means. */
  seeds: number[];
  /** Share of the faces that each clustering is made of, drawn anew for each, in (0, 1]. */
  share: number;
  /** Each in [-1, 1]; null where not defined. `balancedAccuracy` is the mean of `perAttribute`. */
  scores: Record<(typeof TRUTH_SCORES)[number], MeanInterval | null>;
  /**
   * Balanced accuracy, in [0, 1], of saying of each face what most faces of its cluster truly are;
   * null where all faces have the attribute, or none has.
   */
  perAttribute: Record<string, MeanInterval | null>;
  /** What of the labels was left out or interpreted, for people. */
  notices: string[];
}
