/** 95 % confidence intervals of the scores of inferred attributes. */
import type {
  AttributeCounts,
  AttributeEvidence,
  AttributeIntervals,
  OverallIntervals,
} from '../domain/evaluation';
import { NORMAL_QUANTILE } from '../util/mean-interval';
import { type Interval, meanOfTwoInterval, wilsonInterval } from '../util/wilson';

/** Threshold of probabilities and soft labels. */
const THRESHOLD = 0.5;

/** Inferred attributes and labels, `[faces, width]`, in [0, 1]. */
export interface Predictions {
  /** Number of attributes. */
  width: number;
  probabilities: ArrayLike<number>;
  /** NaN where there is none. */
  labels: ArrayLike<number>;
}

/** Numbers of faces and intervals of the scores of each attribute, in their order. */
export function attributeEvidence(predictions: Predictions): AttributeEvidence[] {
  const counts = Array.from({ length: predictions.width }, (): AttributeCounts => ({
    truePositives: 0,
    falsePositives: 0,
    falseNegatives: 0,
    trueNegatives: 0,
  }));
  eachLabel(predictions, ({ attribute, isPositive, isRight }) => {
    const [right, wrong] = isPositive
      ? (['truePositives', 'falseNegatives'] as const)
      : (['trueNegatives', 'falsePositives'] as const);
    counts[attribute]![isRight === 1 ? right : wrong] += 1;
  });
  return counts.map((each) => ({ counts: each, intervals: attributeIntervals(each) }));
}

/** Null where a score is not defined. */
function attributeIntervals({
  truePositives,
  falsePositives,
  falseNegatives,
  trueNegatives,
}: AttributeCounts): AttributeIntervals {
  const positives = truePositives + falseNegatives;
  const negatives = trueNegatives + falsePositives;
  const ofShare = (successes: number, n: number) => (n === 0 ? null : wilsonInterval(successes, n));
  return {
    accuracy: ofShare(truePositives + trueNegatives, positives + negatives),
    balancedAccuracy:
      positives === 0 || negatives === 0
        ? null
        : meanOfTwoInterval([truePositives, positives], [trueNegatives, negatives]),
    precision: ofShare(truePositives, truePositives + falsePositives),
    recall: ofShare(truePositives, positives),
  };
}

/**
 * Intervals of the means over the attributes. A face's attributes depend on each other, so the
 * faces are what varies: the infinitesimal jackknife over them (Efron, 'The Jackknife, the
 * Bootstrap and Other Resampling Plans', 1982).
 */
export function overallIntervals(predictions: Predictions): OverallIntervals {
  const byAttribute = Array.from({ length: predictions.width }, (_, a) => [a]);
  const byClass = byAttribute.map((_, a) => [2 * a, 2 * a + 1]);
  return {
    accuracy: intervalOf(predictions, byAttribute, (attribute) => attribute),
    balancedAccuracy: intervalOf(predictions, byClass, (attribute, isPositive) =>
      isPositive ? 2 * attribute + 1 : 2 * attribute,
    ),
  };
}

/**
 * The interval of a mean over attributes, of each of which the mean over some shares of right
 * predictions counts.
 * @param shares numbers of the shares of each attribute; one where they have no label is left out.
 * @param shareOf the number of the share that a label counts for.
 */
function intervalOf(
  predictions: Predictions,
  shares: readonly number[][],
  shareOf: (attribute: number, isPositive: boolean) => number,
): Interval | null {
  const right = new Float64Array(shares.flat().length);
  const all = new Float64Array(right.length);
  eachLabel(predictions, ({ attribute, isPositive, isRight }) => {
    const share = shareOf(attribute, isPositive);
    all[share]! += 1;
    right[share]! += isRight;
  });
  const counted = shares.filter((each) => each.every((share) => all[share]! > 0));
  const weights = new Float64Array(right.length);
  for (const each of counted)
    for (const share of each) weights[share] = 1 / (each.length * counted.length);
  const faces = predictions.labels.length / predictions.width;
  const influences = new Float64Array(faces);
  eachLabel(predictions, ({ face, attribute, isPositive, isRight }) => {
    const share = shareOf(attribute, isPositive);
    if (weights[share]! > 0)
      influences[face]! +=
        (weights[share]! * (isRight - right[share]! / all[share]!)) / all[share]!;
  });
  const value = weights.reduce(
    (sum, weight, share) => (weight > 0 ? sum + (weight * right[share]!) / all[share]! : sum),
    0,
  );
  return counted.length === 0 ? null : around(value, influences);
}

interface Prediction {
  face: number;
  attribute: number;
  isPositive: boolean;
  isRight: 0 | 1;
}

function eachLabel(
  { width, probabilities, labels }: Predictions,
  visit: (prediction: Prediction) => void,
): void {
  for (let i = 0; i < labels.length; i++) {
    if (Number.isNaN(labels[i])) continue;
    const isPositive = labels[i]! >= THRESHOLD;
    const isRight = probabilities[i]! >= THRESHOLD === isPositive ? 1 : 0;
    visit({ face: Math.floor(i / width), attribute: i % width, isPositive, isRight });
  }
}

/** Null for one face, of which nothing says how sure it is. */
function around(value: number, influences: Float64Array): Interval | null {
  const faces = influences.length;
  if (faces < 2) return null;
  const variance = influences.reduce((sum, each) => sum + each ** 2, 0) * (faces / (faces - 1));
  const half = NORMAL_QUANTILE * Math.sqrt(variance);
  return { low: Math.max(0, value - half), high: Math.min(1, value + half) };
}
