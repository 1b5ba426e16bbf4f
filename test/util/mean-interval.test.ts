import { describe, expect, it } from 'vitest';
import { meanInterval, studentQuantile } from '../../src/util/mean-interval';

describe('meanInterval', () => {
  it("is Student's, as in scipy.stats.t.interval", () => {
    const { mean, low, high } = meanInterval([0.83, 0.84, 0.86, 0.82, 0.85]);
    expect(mean).toBeCloseTo(0.84, 12);
    expect(low).toBeCloseTo(0.820367568385224, 5);
    expect(high).toBeCloseTo(0.859632431614776, 5);
  });

  it('is null of one value', () => {
    expect(meanInterval([0.5])).toEqual({ mean: 0.5, low: null, high: null });
  });

  it.each([
    [1, 12.7062047],
    [10, 2.2281389],
    [11, 2.2009852],
    [19, 2.0930241],
    [60, 2.0002978],
    [1000, 1.9623391],
  ])('has the quantile of %i degrees of freedom', (freedom, quantile) => {
    expect(Math.abs(studentQuantile(freedom) - quantile)).toBeLessThan(5e-4);
  });
});
