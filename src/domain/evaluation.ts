/** Evaluation of inferred attributes against labels. */
import type { DetectionDecision } from './run';

/** Scores of one attribute, each in [0, 1]; null where undefined (a class that does not occur). */
export interface AttributeScores {
  /** Number of faces that have a label of it: those that the scores are of. */
  labeled: number;
  accuracy: number;
  /** Mean of the recalls of both classes. */
  balancedAccuracy: number | null;
  precision: number | null;
  recall: number | null;
  /** Area under the precision-recall curve as a step function. */
  averagePrecision: number | null;
  /** Share of these faces that are labeled with it. */
  frequency: number;
  /** Number of faces whose inferred value and label differ. */
  wrong: number;
  /** 1 − precision: share of false positives among the positives; null where there are none. */
  wrongOfPredicted: number | null;
  /** Expected calibration error; see `calibrationError`. */
  calibrationError: number;
}

/** A bin of inferred probabilities. */
export interface ReliabilityBin {
  /** Lower bound, in [0, 1]. */
  from: number;
  /** Number of probabilities. */
  count: number;
  /** Mean of the probabilities; null for an empty bin. */
  probability: number | null;
  /** Share of them whose label is positive; null for an empty bin. */
  frequency: number | null;
}

/** How crops are degraded: reduced in size and enlarged again, or blurred. */
export type Degradation = 'size' | 'blur';

/** Inferred attributes of degraded crops. */
export interface Robustness {
  kind: Degradation;
  /** Factor of the crop's sides, or σ of the blur in pixels. */
  amount: number;
  /** Share of the attributes that are the same as on the original crop. */
  agreement: number;
  /** Share of the attributes that equal their label. */
  accuracy: number;
}

export interface Evaluation {
  faces: number;
  /** Mean over the attributes. */
  accuracy: number;
  /** Mean over the attributes where it is defined. */
  balancedAccuracy: number | null;
  /** Mean over the attributes where it is defined. */
  averagePrecision: number | null;
  /** Mean number of wrong attributes per face: the sum of the shares of wrong inferences. */
  hammingDistance: number;
  /** Accuracy of always predicting each attribute's more frequent value among these labels. */
  majorityAccuracy: number;
  /** Expected calibration error over all attributes. */
  calibrationError: number;
  calibration: ReliabilityBin[];
  perAttribute: Record<string, AttributeScores>;
  /** Scores at the model's own thresholds; null where it has none. */
  balancedThresholds: {
    accuracy: number;
    balancedAccuracy: number | null;
    hammingDistance: number;
  } | null;
  /** By size and blur; null where it was not requested. */
  robustness: Robustness[] | null;
  images: { found: number; labelled: number; read: number; failed: number; withoutFace: number };
  detection: DetectionDecision;
  /** Execution provider. */
  provider: string;
  /** Path of the ONNX file. */
  model: string;
  /** What of the labels was left out or interpreted, for people. */
  notices: string[];
  seconds: number;
}
