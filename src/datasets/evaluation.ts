/** How well inferred attributes agree with labels. */
import type { Detection } from '../faces/choose-detection';
import type { Degradation } from './degrade';

/** Scores of one attribute, each in [0, 1]; null where it is not defined (a class that does not occur). */
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
  /** Share of the faces it was inferred of that do not have it; null where it was inferred of none. */
  wrongOfPredicted: number | null;
  /** Expected calibration error; see `calibrationError`. */
  calibrationError: number;
}

/** A bin of probabilities. */
export interface ReliabilityBin {
  /** Where it begins, in [0, 1]. */
  from: number;
  count: number;
  /** Mean of the probabilities in it, and the share of them that are present; null where it is empty. */
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
  balancedThresholds: { accuracy: number; balancedAccuracy: number | null; hammingDistance: number } | null;
  /** Across size and blur; null where it was not asked for. */
  robustness: Robustness[] | null;
  images: { found: number; labelled: number; read: number; failed: number; withoutFace: number };
  /** How faces were found. */
  detection: Detection;
  provider: string;
  model: string;
  /** Seconds. */
  seconds: number;
}

/** Threshold of probabilities and of soft labels. */
const THRESHOLD = 0.5;

/** Bins of a reliability diagram. */
const BINS = 15;

interface Ranked {
  probability: number;
  positive: boolean;
}

/**
 * @param probabilities `[faces, names]`, in [0, 1].
 * @param labels `[faces, names]`, in [0, 1]; soft labels count as present from 0.5.
 */
export function scoreAttributes(names: readonly string[], probabilities: Float32Array, labels: Float32Array) {
  const width = names.length;
  const faces = probabilities.length / width;
  const perAttribute = new Map<string, AttributeScores>();
  const all: Ranked[] = [];
  let majority = 0;
  for (const [a, name] of names.entries()) {
    let truePositive = 0;
    let falsePositive = 0;
    let falseNegative = 0;
    let positives = 0;
    const ranked: Ranked[] = [];
    for (let face = 0; face < faces; face++) {
      const probability = probabilities[face * width + a]!;
      const positive = labels[face * width + a]! >= THRESHOLD;
      const predicted = probability >= THRESHOLD;
      if (positive) positives += 1;
      if (predicted && positive) truePositive += 1;
      else if (predicted) falsePositive += 1;
      else if (positive) falseNegative += 1;
      ranked.push({ probability, positive });
    }
    const negatives = faces - positives;
    const wrong = falsePositive + falseNegative;
    const recall = positives === 0 ? null : truePositive / positives;
    const specificity = negatives === 0 ? null : (negatives - falsePositive) / negatives;
    perAttribute.set(name, {
      accuracy: 1 - wrong / faces,
      balancedAccuracy: recall === null || specificity === null ? null : (recall + specificity) / 2,
      precision: truePositive + falsePositive === 0 ? null : truePositive / (truePositive + falsePositive),
      recall,
      averagePrecision: averagePrecision(ranked, positives),
      frequency: positives / faces,
      wrong,
      wrongOfPredicted: truePositive + falsePositive === 0 ? null : falsePositive / (truePositive + falsePositive),
      calibrationError: calibrationError(reliability(ranked)),
    });
    for (const each of ranked) all.push(each);
    majority += Math.max(positives, negatives) / faces;
  }
  const scores = [...perAttribute.values()];
  const calibration = reliability(all);
  return {
    accuracy: mean(scores.map((score) => score.accuracy))!,
    balancedAccuracy: mean(scores.map((score) => score.balancedAccuracy)),
    averagePrecision: mean(scores.map((score) => score.averagePrecision)),
    hammingDistance: scores.reduce((sum, score) => sum + score.wrong, 0) / faces,
    majorityAccuracy: majority / width,
    calibrationError: calibrationError(calibration),
    calibration,
    perAttribute: Object.fromEntries(perAttribute),
  };
}

/** Σ (Rₙ − Rₙ₋₁) Pₙ over the distinct thresholds, as scikit-learn's average_precision_score. */
function averagePrecision(ranked: Ranked[], positives: number): number | null {
  if (positives === 0) return null;
  ranked.sort((a, b) => b.probability - a.probability);
  let hits = 0;
  let recall = 0;
  let area = 0;
  for (const [i, { probability, positive }] of ranked.entries()) {
    if (positive) hits += 1;
    if (ranked[i + 1]?.probability === probability) continue; // faces of equal probability pass the threshold together
    area += (hits / positives - recall) * (hits / (i + 1));
    recall = hits / positives;
  }
  return area;
}

/** Probabilities in equal bins. */
function reliability(values: readonly Ranked[]): ReliabilityBin[] {
  const bins = Array.from({ length: BINS }, (_, i) => ({ from: i / BINS, count: 0, said: 0, present: 0 }));
  for (const { probability, positive } of values) {
    const bin = bins[Math.min(BINS - 1, Math.floor(probability * BINS))]!;
    bin.count += 1;
    bin.said += probability;
    if (positive) bin.present += 1;
  }
  return bins.map(({ from, count, said, present }) => ({
    from,
    count,
    probability: count === 0 ? null : said / count,
    frequency: count === 0 ? null : present / count,
  }));
}

/**
 * Expected calibration error: how far the probabilities of a bin lie from the share that is present, weighted by the bins' sizes
 * (Naeini et al., 'Obtaining Well Calibrated Probabilities Using Bayesian Binning', AAAI 2015).
 */
function calibrationError(bins: readonly ReliabilityBin[]): number {
  const total = bins.reduce((sum, { count }) => sum + count, 0);
  const gaps = bins.map(({ count, probability, frequency }) => count * Math.abs((probability ?? 0) - (frequency ?? 0)));
  return gaps.reduce((sum, gap) => sum + gap, 0) / total;
}

/** Of the values that are defined; null where none is. */
function mean(values: (number | null)[]): number | null {
  const defined = values.filter((value) => value !== null);
  return defined.length === 0 ? null : defined.reduce((sum, value) => sum + value, 0) / defined.length;
}
