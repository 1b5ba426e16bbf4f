import { describe, expect, it } from 'vitest';
import { mostProbable, recalibrate } from '../../src/clustering/thresholds';
import { CELEBA_ATTRIBUTES, DEFAULT_ATTRIBUTES } from '../../src/domain/attributes';
import { chosenAttributes } from '../../src/domain/find-attribute';
import { clusteringSettings } from '../../src/domain/settings';
import { clusterFaces } from '../../src/engine/clustering/cluster-faces';
import { settingsWith } from '../support/engine';

describe('centred', () => {
  it('puts each threshold at one half and keeps the order', () => {
    const thresholds = [0.1, 0.5, 0.9];
    const rows = Array.from({ length: 101 }, (_, i) => i / 100);
    const moved = recalibrate(
      Float32Array.from(rows.flatMap((value) => [value, value, value])),
      thresholds,
    );
    for (const [a, threshold] of thresholds.entries()) {
      const own = rows.map((_, i) => moved[i * 3 + a]!);
      expect(own[0]).toBe(0);
      expect(own.at(-1)).toBe(1);
      for (const [i, value] of rows.entries()) {
        if (Math.abs(value - threshold) > 1e-6) expect(own[i]! >= 0.5).toBe(value > threshold);
        if (i > 0) expect(own[i]).toBeGreaterThan(own[i - 1]!);
      }
    }
    expect([...recalibrate(Float32Array.of(0.3, 0.3, 0.3), thresholds)][1]).toBeCloseTo(0.3, 6);
  });
});

describe('clustering with balanced thresholds', () => {
  const input = {
    probabilities: Float32Array.of(0.2, 0.9, 0.05, 0.8, 0.3, 0.1, 0.01, 0.2),
    names: ['Rare', 'Common'],
  };
  const settings = (thresholds: 'half' | 'balanced') =>
    clusteringSettings(settingsWith({ attributes: ['Rare', 'Common'], clusters: 2, thresholds }));

  it('finds rare attributes from a lower probability', async () => {
    const occurs = async (thresholds: 'half' | 'balanced') =>
      (await clusterFaces({ ...input, thresholds: [0.1, 0.85] }, settings(thresholds))).clustering
        .overall;
    expect(await occurs('half')).toEqual({ Rare: 0, Common: 0.5 });
    expect(await occurs('balanced')).toEqual({ Rare: 0.5, Common: 0.25 });
  });

  it('says so where the model names no thresholds', async () => {
    const { clustering } = await clusterFaces(input, settings('balanced'));
    expect(clustering.notices[0]).toMatch(/does not say from which probability/);
    expect(clustering.overall).toEqual({ Rare: 0, Common: 0.5 });
  });
});

describe('attributes that exclude each other', () => {
  const input = {
    probabilities: Float32Array.of(0.4, 0.35, 0.25, 0.9, 0.2, 0.2, 0.6, 0.3, 0.5, 0.5, 0, 0.1),
    names: ['White', 'Black', 'Indian', 'Smiling'],
    groups: [[0, 1, 2]],
  };

  it('are present where they are most probable, below one half too', async () => {
    const overall = async (features: 'binary' | 'probability') => {
      const settings = clusteringSettings(
        settingsWith({ attributes: input.names, clusters: 2, features }),
      );
      return (await clusterFaces(input, settings)).clustering.overall;
    };
    const third = 1 / 3;
    expect(await overall('binary')).toEqual({
      White: expect.closeTo(2 * third) as number,
      Black: 0,
      Indian: expect.closeTo(third) as number,
      Smiling: expect.closeTo(third) as number,
    });
    expect((await overall('probability')).Indian).toBeCloseTo(third);
  });

  it('are one for each face, the first of equally probable ones', () => {
    const result = mostProbable(input.probabilities, input.probabilities, input.groups, 4);
    const present = Array.from(result, (value) => (value >= 0.5 ? 1 : 0));
    expect(present).toEqual([1, 0, 0, 1, 0, 0, 1, 0, 1, 0, 0, 0]);
    expect([3, 7, 11].map((at) => result[at])).toEqual(
      [3, 7, 11].map((at) => input.probabilities[at]),
    );
  });
});

describe('chosenAttributes', () => {
  it('takes what is wanted, and for the default what the model has', () => {
    expect(chosenAttributes(['B', 'A', 'B'], ['A', 'B', 'C'])).toEqual({
      attributes: ['B', 'A'],
      columns: [1, 0],
      notice: undefined,
    });
    expect(chosenAttributes(DEFAULT_ATTRIBUTES, ['Own', 'Other']).attributes).toEqual([
      'Own',
      'Other',
    ]);
    expect(chosenAttributes(DEFAULT_ATTRIBUTES, ['Own', 'Smiling'])).toMatchObject({
      attributes: ['Smiling'],
      columns: [1],
    });
    expect(
      chosenAttributes(['wearing hat', 'MALE', 'Wearing-Hat'], ['Male', 'Wearing_Hat']),
    ).toMatchObject({ attributes: ['Wearing_Hat', 'Male'], columns: [1, 0] });
    expect(() => chosenAttributes(['Smiling'], ['Own'])).toThrow(
      /unknown attribute 'Smiling'; known are: Own$/,
    );
  });

  it.each([
    ['Waering Hat', "'Wearing_Hat'"],
    ['hat', "'Wearing_Hat'"],
    ['lipstik', "'Wearing_Lipstick'"],
    ['gray', "'Gray_Hair'"],
    ['blond', "'Blond_Hair'"],
    ['Eyeglass', "'Eyeglasses'"],
    ['big nos', "'Big_Nose'"],
  ])('offers the nearest of the known names for %s', (name, offered) => {
    expect(() => chosenAttributes([name], CELEBA_ATTRIBUTES)).toThrow(
      `unknown attribute '${name}' (did you mean ${offered}`,
    );
  });
});
