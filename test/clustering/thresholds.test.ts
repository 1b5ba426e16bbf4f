import { describe, expect, it } from 'vitest';
import { recalibrate } from '../../src/clustering/thresholds';
import { chosenAttributes, DEFAULT_ATTRIBUTES } from '../../src/domain/attributes';
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
    expect(() => chosenAttributes(['Smiling'], ['Own'])).toThrow(/unknown attribute 'Smiling'/);
  });
});
