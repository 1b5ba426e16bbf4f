/** Means with their confidence intervals. */

export interface MeanInterval {
  mean: number;
  /**
   * Bounds of the 95 % confidence interval by Student's t; null where there is only one value, of
   * which nothing says how sure it is.
   */
  low: number | null;
  high: number | null;
}

/** 0.975 quantiles of Student's t distribution with 1, 2, … 10 degrees of freedom. */
const STUDENT = [
  12.7062, 4.3027, 3.1824, 2.7764, 2.5706, 2.4469, 2.3646, 2.306, 2.2622, 2.2281,
] as const;

/** That of the normal distribution. */
export const NORMAL_QUANTILE = 1.959964;

/** Beyond 10 degrees of freedom by the expansion of Cornish and Fisher, right to three decimals. */
export function studentQuantile(freedom: number): number {
  const listed = STUDENT[freedom - 1];
  if (listed !== undefined) return listed;
  const z = NORMAL_QUANTILE;
  const first = (z ** 3 + z) / 4;
  const second = (5 * z ** 5 + 16 * z ** 3 + 3 * z) / 96;
  const third = (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / 384;
  return z + first / freedom + second / freedom ** 2 + third / freedom ** 3;
}

/** @param values at least one. */
export function meanInterval(values: readonly number[]): MeanInterval {
  const n = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  if (n < 2) return { mean, low: null, high: null };
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1);
  const half = studentQuantile(n - 1) * Math.sqrt(variance / n);
  return { mean, low: mean - half, high: mean + half };
}
