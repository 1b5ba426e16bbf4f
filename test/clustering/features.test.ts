import { describe, expect, it } from 'vitest';
import { deviationsOf, featureMatrix } from '../../src/clustering/features';
import { attributeWeights } from '../../src/domain/attribute-weights';
import { UserError } from '../../src/util/errors';
import { random } from '../support/vectors';

describe('attributeWeights', () => {
  // Frequencies in CelebA: Bald 0.02244, Male 0.41675, Young 0.77362.
  it('weighs rare and common attributes by the formulas of the original work', () => {
    const names = ['Bald', 'Male', 'Young'];
    const rare = attributeWeights(names, 'rare');
    expect(rare[0]).toBe(1);
    expect(rare[1]).toBeCloseTo(1 - 0.41675 + 0.02244, 4);
    expect(rare[2]).toBeCloseTo(1 - 0.77362 + 0.02244, 4);
    const common = attributeWeights(names, 'common');
    expect(common[2]).toBe(1);
    expect(common[0]).toBeCloseTo(0.02244 + 1 - 0.77362, 4);
    expect(Array.from(attributeWeights(names, 'none'))).toEqual([1, 1, 1]);
  });

  it('takes weights set by hand, 1 where none is named', () => {
    expect(Array.from(attributeWeights(['Bald', 'Male'], { Male: 0.5 }))).toEqual([1, 0.5]);
  });

  it('refuses weights that leave nothing, and formulas for attributes CelebA does not have', () => {
    expect(() => attributeWeights(['Bald'], { Bald: 0 })).toThrow(UserError);
    expect(() => attributeWeights(['Tattoo'], 'rare')).toThrow(/'Tattoo'/);
  });
});

describe('featureMatrix', () => {
  const probabilities = Float32Array.of(0.2, 0.5, 0.9, 0.7, 0.4999, 0.1);

  it('selects, rounds and weighs columns', () => {
    const { data, rows, columns } = featureMatrix(
      probabilities,
      3,
      [2, 1],
      Float64Array.of(2, 3),
      'binary',
    );
    expect([rows, columns]).toEqual([2, 2]);
    expect(Array.from(data)).toEqual([2, 3, 0, 0]);
  });

  it('keeps probabilities where they are asked for', () => {
    const { data } = featureMatrix(probabilities, 3, [0], Float64Array.of(2), 'probability');
    expect(data[0]).toBeCloseTo(0.4, 6);
    expect(data[1]).toBeCloseTo(1.4, 6);
  });
});

describe('deviationsOf', () => {
  it('are the standard deviations of the features, in the order of the columns', () => {
    const next = random(5);
    const probabilities = Float32Array.from({ length: 3 * 50 }, () => next());
    for (const features of ['binary', 'probability'] as const) {
      const expected = [2, 0].map((column) => {
        const values = Array.from({ length: 50 }, (_, row) => {
          const probability = probabilities[3 * row + column]!;
          return features === 'binary' ? Math.round(probability) : probability;
        });
        const mean = values.reduce((sum, value) => sum + value, 0) / 50;
        return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 50);
      });
      const deviations = deviationsOf(probabilities, 3, [2, 0], features);
      deviations.forEach((deviation, i) => {
        expect(deviation).toBeCloseTo(expected[i]!, 9); // sums are of units of 2⁻³²
      });
    }
  });
});
