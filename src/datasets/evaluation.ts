/** How well inferred attributes agree with labels. */
import type { Detection } from '../faces/choose-finder';

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
}

export interface Evaluation {
  faces: number;
  /** Mean over the attributes. */
  accuracy: number;
  /** Mean over the attributes where it is defined. */
  balancedAccuracy: number | null;
  /** Mean number of wrong attributes a face. */
  hammingDistance: number;
  /** Accuracy of always guessing each attribute's more frequent value among these labels. */
  majorityAccuracy: number;
  perAttribute: Record<string, AttributeScores>;
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

/**
 * @param probabilities `[faces, names]`, in [0, 1].
 * @param labels `[faces, names]`, in [0, 1]; soft labels count as present from 0.5.
 */
export function scoreAttributes(names: readonly string[], probabilities: Float32Array, labels: Float32Array) {
  const width = names.length;
  const faces = probabilities.length / width;
  const perAttribute: Record<string, AttributeScores> = {};
  let majority = 0;
  for (const [a, name] of names.entries()) {
    let truePositive = 0;
    let falsePositive = 0;
    let falseNegative = 0;
    let positives = 0;
    const ranked: { probability: number; positive: boolean }[] = [];
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
    perAttribute[name] = {
      accuracy: 1 - wrong / faces,
      balancedAccuracy: recall === null || specificity === null ? null : (recall + specificity) / 2,
      precision: truePositive + falsePositive === 0 ? null : truePositive / (truePositive + falsePositive),
      recall,
      averagePrecision: averagePrecision(ranked, positives),
      frequency: positives / faces,
      wrong,
    };
    majority += Math.max(positives, negatives) / faces;
  }
  const scores = Object.values(perAttribute);
  const balanced = scores.map((score) => score.balancedAccuracy).filter((value) => value !== null);
  return {
    accuracy: mean(scores.map((score) => score.accuracy)),
    balancedAccuracy: balanced.length === 0 ? null : mean(balanced),
    hammingDistance: scores.reduce((sum, score) => sum + score.wrong, 0) / faces,
    majorityAccuracy: majority / width,
    perAttribute,
  };
}

/** Σ (Rₙ − Rₙ₋₁) Pₙ over the distinct thresholds, as scikit-learn's average_precision_score. */
function averagePrecision(ranked: { probability: number; positive: boolean }[], positives: number): number | null {
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

const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
