import { describe, expect, it } from 'vitest';
import { attributeEvidence, overallIntervals } from '../../src/datasets/intervals';
import type { AttributeEvidence } from '../../src/domain/evaluation';
import { random } from '../support/vectors';

/** Faces of which a share is right, in all their attributes together or in each. */
function predictions(faces: number, width: number, together: boolean, seed: number) {
  const next = random(seed);
  const labels = new Float32Array(faces * width);
  const probabilities = new Float32Array(faces * width);
  for (let face = 0; face < faces; face++) {
    const right = next() < 0.8;
    for (let a = 0; a < width; a++) {
      const label = next() < 0.3 ? 1 : 0;
      labels[face * width + a] = label;
      probabilities[face * width + a] = (together ? right : next() < 0.8) ? label : 1 - label;
    }
  }
  return { width, probabilities, labels };
}

describe('overallIntervals', () => {
  it('is that of the mean of independent faces', () => {
    const given = predictions(400, 3, false, 1);
    const shares = Array.from({ length: 400 }, (_, face) => {
      const cells = [0, 1, 2].map((a) => 3 * face + a);
      return (
        cells.filter((i) => given.probabilities[i]! >= 0.5 === given.labels[i]! >= 0.5).length / 3
      );
    });
    const mean = shares.reduce((a, b) => a + b) / 400;
    const variance = shares.reduce((sum, share) => sum + (share - mean) ** 2, 0) / 399;
    const { accuracy } = overallIntervals(given);
    expect((accuracy!.low + accuracy!.high) / 2).toBeCloseTo(mean, 9);
    expect(accuracy!.high - accuracy!.low).toBeCloseTo(2 * 1.959964 * Math.sqrt(variance / 400), 9);
  });

  it('is wider where the attributes of a face are wrong together', () => {
    const widthOf = (together: boolean) => {
      const { low, high } = overallIntervals(predictions(500, 10, together, 2)).balancedAccuracy!;
      return high - low;
    };
    expect(widthOf(true)).toBeGreaterThan(2 * widthOf(false));
  });

  it('holds the true balanced accuracy in about 95 % of samples', () => {
    let held = 0;
    for (let seed = 1; seed <= 300; seed++) {
      const { low, high } = overallIntervals(predictions(200, 4, true, seed)).balancedAccuracy!;
      if (low <= 0.8 && 0.8 <= high) held += 1;
    }
    expect(held / 300).toBeGreaterThan(0.91);
    expect(held / 300).toBeLessThan(0.99);
  });

  it('leaves out labels that there are not, and is undefined for one face', () => {
    const given = predictions(100, 2, false, 3);
    const more = {
      width: 2,
      probabilities: Float32Array.of(...given.probabilities, 1, 0),
      labels: Float32Array.of(...given.labels, NaN, NaN),
    };
    const [a, b] = [overallIntervals(given).accuracy!, overallIntervals(more).accuracy!];
    expect(b.low + b.high).toBeCloseTo(a.low + a.high, 12);
    const one = { width: 1, probabilities: [1], labels: [1] };
    expect(overallIntervals(one)).toEqual({ accuracy: null, balancedAccuracy: null });
  });
});

describe('attributeEvidence', () => {
  it('counts what is confused with what, without labels that there are not', () => {
    const [evidence] = attributeEvidence({
      width: 1,
      probabilities: Float32Array.of(0.9, 0.8, 0.2, 0.1, 0.5, 1),
      labels: Float32Array.of(1, 0, 1, 0, 0, NaN),
    });
    expect(evidence!.counts).toEqual({
      truePositives: 1,
      falsePositives: 2,
      falseNegatives: 1,
      trueNegatives: 1,
    });
    const { accuracy, recall } = evidence!.intervals;
    expect(accuracy!.low).toBeLessThan(0.4);
    expect(accuracy!.high).toBeGreaterThan(0.4);
    expect(recall!.high).toBeGreaterThan(0.5);
  });

  it('is undefined where a class does not occur', () => {
    const [{ intervals }] = attributeEvidence({
      width: 1,
      probabilities: [0.1, 0.2],
      labels: [0, 0],
    }) as [AttributeEvidence];
    expect(intervals).toMatchObject({ balancedAccuracy: null, precision: null, recall: null });
    expect(intervals.accuracy).toMatchObject({ high: 1 });
  });
});
