/** Evaluation of inferred attributes against labels. */
import type { Interval } from '../util/wilson';
import type { DetectionDecision, Failure } from './run';

/** Numbers of faces, by what was inferred (from 0.5 on) and labeled. */
export interface AttributeCounts {
  truePositives: number;
  falsePositives: number;
  falseNegatives: number;
  trueNegatives: number;
}

/** 95 % confidence intervals of the scores; null where a score is not defined. */
export interface AttributeIntervals {
  accuracy: Interval | null;
  balancedAccuracy: Interval | null;
  precision: Interval | null;
  recall: Interval | null;
}

/** What the scores of an attribute rest on. */
export interface AttributeEvidence {
  counts: AttributeCounts;
  intervals: AttributeIntervals;
}

export type OverallIntervals = Pick<AttributeIntervals, 'accuracy' | 'balancedAccuracy'>;

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
  /** Of accuracy and balanced accuracy. */
  intervals: OverallIntervals;
  /** Accuracy of always predicting each attribute's more frequent value among these labels. */
  majorityAccuracy: number;
  /** Expected calibration error over all attributes. */
  calibrationError: number;
  calibration: ReliabilityBin[];
  perAttribute: Record<string, AttributeScores & AttributeEvidence>;
  /** Scores at the model's own thresholds; null where it has none. */
  balancedThresholds: {
    accuracy: number;
    balancedAccuracy: number | null;
    hammingDistance: number;
  } | null;
  /** By size and blur; null where it was not requested. */
  robustness: Robustness[] | null;
  images: { found: number; labelled: number; read: number; failed: number; withoutFace: number };
  /** Labeled images that cannot be used, and why. */
  failures: Failure[];
  /** Labeled images without a face. */
  faceless: string[];
  detection: DetectionDecision;
  /** Execution provider. */
  provider: string;
  /** Path of the ONNX file. */
  model: string;
  /** What of the labels was left out or interpreted, for people. */
  notices: string[];
  /** SHA-256 of that file. */
  modelSha256: string;
  seconds: number;
}
