/** Scores of inferred attributes against labels. */
import type { AttributeScores, ReliabilityBin } from '../domain/evaluation';

/** Threshold of probabilities and soft labels. */
const THRESHOLD = 0.5;

/** Bins of a reliability diagram. */
const BINS = 15;

interface Ranked {
  probability: number;
  positive: boolean;
}

/**
 * @param probabilities `[faces, names]`, in [0, 1]; they rank the faces and are calibrated.
 * @param labels `[faces, names]`, in [0, 1]; an attribute is present from 0.5. Those that are NaN
 * count nowhere, and attributes without any other are left out of the scores.
 * @param predicted `[faces, names]`, from 0.5 on an attribute counts as present: the probabilities,
 * unless attributes exclude each other.
 */
export function scoreAttributes(
  names: readonly string[],
  probabilities: Float32Array,
  labels: Float32Array,
  predicted = probabilities,
) {
  const width = names.length;
  const faces = probabilities.length / width;
  const perAttribute = new Map<string, AttributeScores>();
  const all: Ranked[] = [];
  let majority = 0;
  /** Sum of the shares of wrong inferences. */
  let missed = 0;
  for (const [a, name] of names.entries()) {
    const counts = confusionOf({ probabilities, predicted, labels, width }, a);
    const { labeled, positives, truePositive, falsePositive, falseNegative, ranked } = counts;
    if (labeled === 0 && faces > 0) continue;
    const negatives = labeled - positives;
    const wrong = falsePositive + falseNegative;
    const recall = positives === 0 ? null : truePositive / positives;
    const specificity = negatives === 0 ? null : (negatives - falsePositive) / negatives;
    perAttribute.set(name, {
      labeled,
      accuracy: 1 - wrong / labeled,
      balancedAccuracy: recall === null || specificity === null ? null : (recall + specificity) / 2,
      precision:
        truePositive + falsePositive === 0 ? null : truePositive / (truePositive + falsePositive),
      recall,
      averagePrecision: averagePrecision(ranked, positives),
      frequency: positives / labeled,
      wrong,
      wrongOfPredicted:
        truePositive + falsePositive === 0 ? null : falsePositive / (truePositive + falsePositive),
      calibrationError: calibrationError(reliability(ranked)),
    });
    for (const each of ranked) all.push(each);
    majority += Math.max(positives, negatives) / labeled;
    missed += wrong / labeled;
  }
  const scores = [...perAttribute.values()];
  const calibration = reliability(all);
  return {
    accuracy: mean(scores.map((score) => score.accuracy))!,
    balancedAccuracy: mean(scores.map((score) => score.balancedAccuracy)),
    averagePrecision: mean(scores.map((score) => score.averagePrecision)),
    hammingDistance: missed,
    majorityAccuracy: majority / scores.length,
    calibrationError: calibrationError(calibration),
    calibration,
    perAttribute: Object.fromEntries(perAttribute),
  };
}

/** Counts an attribute over the faces that have a label of it. */
function confusionOf(
  {
    probabilities,
    predicted,
    labels,
    width,
  }: Record<'probabilities' | 'predicted' | 'labels', Float32Array> & { width: number },
  column: number,
) {
  let positives = 0;
  let truePositive = 0;
  let falsePositive = 0;
  const ranked: Ranked[] = [];
  for (let at = column; at < labels.length; at += width) {
    const label = labels[at]!;
    if (Number.isNaN(label)) continue;
    const probability = probabilities[at]!;
    const positive = label >= THRESHOLD;
    const isPredicted = predicted[at]! >= THRESHOLD;
    if (positive) positives += 1;
    if (isPredicted && positive) truePositive += 1;
    else if (isPredicted) falsePositive += 1;
    ranked.push({ probability, positive });
  }
  const falseNegative = positives - truePositive;
  return { labeled: ranked.length, positives, truePositive, falsePositive, falseNegative, ranked };
}

/** Σ (Rₙ − Rₙ₋₁) Pₙ over the distinct thresholds, like scikit-learn's average_precision_score. */
function averagePrecision(ranked: Ranked[], positives: number): number | null {
  if (positives === 0) return null;
  ranked.sort((a, b) => b.probability - a.probability);
  let hits = 0;
  let recall = 0;
  let area = 0;
  for (const [i, { probability, positive }] of ranked.entries()) {
    if (positive) hits += 1;
    // faces of equal probability pass a threshold together
    if (ranked[i + 1]?.probability === probability) continue;
    area += (hits / positives - recall) * (hits / (i + 1));
    recall = hits / positives;
  }
  return area;
}

/** The bins of a reliability diagram, of equal width. */
function reliability(values: readonly Ranked[]): ReliabilityBin[] {
  const bins = Array.from({ length: BINS }, (_, i) => ({
    from: i / BINS,
    count: 0,
    probabilities: 0,
    positives: 0,
  }));
  for (const { probability, positive } of values) {
    const bin = bins[Math.min(BINS - 1, Math.floor(probability * BINS))]!;
    bin.count += 1;
    bin.probabilities += probability;
    if (positive) bin.positives += 1;
  }
  return bins.map(({ from, count, probabilities, positives }) => ({
    from,
    count,
    probability: count === 0 ? null : probabilities / count,
    frequency: count === 0 ? null : positives / count,
  }));
}

/**
 * Expected calibration error: mean over the bins of the difference between mean probability and
 * actual frequency, weighted by their counts (Naeini et al., 'Obtaining Well Calibrated
 * Probabilities Using Bayesian Binning', AAAI 2015).
 */
function calibrationError(bins: readonly ReliabilityBin[]): number {
  const total = bins.reduce((sum, { count }) => sum + count, 0);
  const gaps = bins.map(
    ({ count, probability, frequency }) => count * Math.abs((probability ?? 0) - (frequency ?? 0)),
  );
  return gaps.reduce((sum, gap) => sum + gap, 0) / total;
}

/** Mean of the values that are not null; null where all are. */
function mean(values: (number | null)[]): number | null {
  const defined = values.filter((value) => value !== null);
  return defined.length === 0
    ? null
    : defined.reduce((sum, value) => sum + value, 0) / defined.length;
}
