import { describe, expect, it } from 'vitest';
import { orderFaces } from '../../src/engine/jobs/order-faces';
import { UserError } from '../../src/util/errors';
import { clusteringOf } from '../support/runs';
import { settingsWith } from '../support/engine';

type Run = Parameters<typeof orderFaces>[2];

/** Two attributes of six faces. */
const run = (thresholds?: number[]) =>
  ({
    probabilities: Float32Array.of(0.9, 0, 0.2, 0, 0.6, 0, 0.6, 0, 0.45, 0, 0.05, 1),
    manifest: { modelAttributes: ['Smiling', 'Male'], thresholds },
  }) as unknown as Run;

const stored = (thresholds: 'half' | 'balanced' = 'half') => ({
  clustering: clusteringOf({}, settingsWith({ thresholds })),
  members: new Int32Array(),
  silhouettes: Float32Array.of(0.5, NaN, -0.5, 0.5, 0, 0.1),
});

const MEMBERS = Int32Array.of(3, 0, 2, 1, 4); // the most typical first

describe('orderFaces', () => {
  it.each([
    ['typical', [3, 0, 2, 1, 4]],
    ['untypical', [4, 1, 2, 0, 3]],
    ['silhouette', [2, 4, 0, 3, 1]],
    ['probable', [0, 3, 2, 4, 1]],
    ['borderline', [4, 3, 2, 1, 0]],
  ] as const)('orders by %s, equal faces by how typical they are', (order, expected) => {
    const before = Array.from(MEMBERS);
    const rows = orderFaces(MEMBERS, { order, attribute: 'Smiling' }, run(), stored());
    expect(Array.from(rows)).toEqual(expected);
    expect(Array.from(MEMBERS)).toEqual(before);
  });

  it('takes the threshold by which attributes count', () => {
    const of = (thresholds: 'half' | 'balanced', known?: number[]) =>
      orderFaces(
        MEMBERS,
        { order: 'borderline', attribute: 'Smiling' },
        run(known),
        stored(thresholds),
      )[0];
    expect(of('balanced', [0.21, 0.5])).toBe(1);
    expect(of('half', [0.21, 0.5])).toBe(4);
    expect(of('balanced')).toBe(4); // the network does not say one
  });

  it('refuses attributes that the network does not have', () => {
    for (const attribute of [undefined, 'Beard', 'constructor'])
      expect(() => orderFaces(MEMBERS, { order: 'probable', attribute }, run(), stored())).toThrow(
        UserError,
      );
  });
});
