import { describe, expect, it } from 'vitest';
import { nearestRows } from '../../src/clustering/nearest-rows';
import { random } from '../support/vectors';

describe('the nearest rows', () => {
  it('are those of all distances, in order', () => {
    const [rows, columns] = [200, 4];
    const draw = random(2);
    const values = Float32Array.from({ length: rows * columns }, () => Math.round(4 * draw()));
    const distance = (a: number, b: number) =>
      Math.sqrt(
        [0, 1, 2, 3]
          .map((c) => (values[a * columns + c]! - values[b * columns + c]!) ** 2)
          .reduce((sum, square) => sum + square),
      );
    for (const row of [0, 77, 199]) {
      const expected = Array.from({ length: rows }, (_, other) => ({
        row: other,
        distance: distance(row, other),
      }))
        .filter((each) => each.row !== row)
        .sort((a, b) => a.distance - b.distance || a.row - b.row);
      for (const count of [1, 10, 199, 500]) {
        const near = nearestRows(values, columns, row, count);
        expect(near.map((each) => each.row)).toEqual(
          expected.slice(0, count).map((each) => each.row),
        );
        near.forEach((each, i) => {
          expect(each.distance).toBeCloseTo(expected[i]!.distance, 10);
        });
      }
    }
  });

  it('are none of a single row', () => {
    expect(nearestRows(Float32Array.of(1, 2), 2, 0, 5)).toEqual([]);
  });
});
