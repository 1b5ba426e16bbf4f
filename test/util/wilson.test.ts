import { describe, expect, it } from 'vitest';
import { meanOfTwoInterval, wilsonInterval } from '../../src/util/wilson';

describe('wilsonInterval', () => {
  // Newcombe, 'Two-sided confidence intervals for the single proportion', 1998, table I, method 3.
  it.each([
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718],
    [20, 20, 0.8389, 1],
  ])('of %i of %i is the published one', (successes, n, low, high) => {
    const interval = wilsonInterval(successes, n);
    expect(interval.low).toBeCloseTo(low, 4);
    expect(interval.high).toBeCloseTo(high, 4);
  });
});

describe('meanOfTwoInterval', () => {
  it('is narrower than either interval, holds the mean, and stays within [0, 1]', () => {
    for (const [a, b] of [
      [
        [8, 10],
        [80, 100],
      ],
      [
        [10, 10],
        [50, 50],
      ],
      [
        [0, 3],
        [1, 1000],
      ],
    ] as [[number, number], [number, number]][]) {
      const { low, high } = meanOfTwoInterval(a, b);
      const mean = (a[0] / a[1] + b[0] / b[1]) / 2;
      expect(low).toBeGreaterThanOrEqual(0);
      expect(high).toBeLessThanOrEqual(1);
      expect(low).toBeLessThanOrEqual(mean);
      expect(high).toBeGreaterThanOrEqual(mean);
      const widest = wilsonInterval(...a);
      expect(high - low).toBeLessThan(widest.high - widest.low);
    }
  });
});
