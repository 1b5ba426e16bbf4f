/**
 * Scores of one attribute, each in [0, 1]; null where it is not defined (a class that does not
 * occur).
 */
import type { DetectionDecision } from './run';

export interface AttributeScores {
  accuracy: number;
  /** Mean of the recalls of both classes. */
  balancedAccuracy: number | null;
  precision: number | null;
  recall: number | null;
  /** Area under the precision-recall curve as a step function. */
  averagePrecision: number | null;
  /** Share of the faces labelled with it. */
  frequency: number;
  /** Faces where inference and label differ. */
  wrong: number;
  /**
   * Share of the faces it was inferred of that do not have it; null where it was inferred of none.
   */
  wrongOfPredicted: number | null;
  /** Expected calibration error; see `calibrationError`. */
  calibrationError: number;
}

/** A bin of probabilities. */
export interface ReliabilityBin {
  /** Where it begins, in [0, 1]. */
  from: number;
  count: number;
  /**
   * Mean of the probabilities in it, and the share of them that are present; null where it is
   * empty.
   */
  probability: number | null;
  frequency: number | null;
}

/** What becomes of the inferred attributes when crops are made worse. */
export interface Robustness {
  kind: Degradation;
  /** Factor of the crop's sides, or σ of the blur in pixels. */
  amount: number;
  /** Share of the attributes that are the same as on the plain crop. */
  agreement: number;
  /** Share of them that are right. */
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
  /** Mean number of wrong attributes a face. */
  hammingDistance: number;
  /** Accuracy of always guessing each attribute's more frequent value among these labels. */
  majorityAccuracy: number;
  /** Expected calibration error of all attributes together. */
  calibrationError: number;
  calibration: ReliabilityBin[];
  perAttribute: Record<string, AttributeScores>;
  /** With the thresholds the model names for each attribute; null where it names none. */
  balancedThresholds: {
    accuracy: number;
    balancedAccuracy: number | null;
    hammingDistance: number;
  } | null;
  /** Across size and blur; null where it was not asked for. */
  robustness: Robustness[] | null;
  images: { found: number; labelled: number; read: number; failed: number; withoutFace: number };
  /** How faces were found. */
  detection: DetectionDecision;
  provider: string;
  model: string;
  /** Seconds. */
  seconds: number;
}

/** Made small and large again, or blurred. */
export type Degradation = 'size' | 'blur';
