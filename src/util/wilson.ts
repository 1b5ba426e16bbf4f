/** Confidence intervals of proportions. */
import { NORMAL_QUANTILE } from './mean-interval';

/** Bounds of a 95 % confidence interval. */
export interface Interval {
  low: number;
  high: number;
}

/**
 * The score interval of a proportion (Wilson, 'Probable Inference, the Law of Succession, and
 * Statistical Inference', 1927), which holds its level for small numbers and near 0 and 1, too.
 * @param successes of `n` trials, of which there is at least one.
 */
export function wilsonInterval(successes: number, n: number): Interval {
  const z2 = NORMAL_QUANTILE ** 2;
  const share = successes / n;
  const center = share + z2 / (2 * n);
  const half = NORMAL_QUANTILE * Math.sqrt((share * (1 - share)) / n + z2 / (4 * n * n));
  return {
    low: successes === 0 ? 0 : (center - half) / (1 + z2 / n),
    high: successes === n ? 1 : (center + half) / (1 + z2 / n),
  };
}

/** A proportion: successes of a number of trials. */
export type Proportion = readonly [successes: number, n: number];

/**
 * The interval of the mean of two independent proportions, from the distances of their own bounds
 * (Zou & Donner, 'Construction of confidence limits about effect measures', 2008). Each has at
 * least one trial.
 */
export function meanOfTwoInterval(a: Proportion, b: Proportion): Interval {
  const [shareA, shareB] = [a[0] / a[1], b[0] / b[1]];
  const [ofA, ofB] = [wilsonInterval(...a), wilsonInterval(...b)];
  const mean = (shareA + shareB) / 2;
  return {
    low: mean - Math.hypot(shareA - ofA.low, shareB - ofB.low) / 2,
    high: mean + Math.hypot(ofA.high - shareA, ofB.high - shareB) / 2,
  };
}
