import { describe, expect, it } from 'vitest';
import { distinctVectors } from '../../src/clustering/distinct';
import { binaryRows, matrix } from '../support/vectors';

describe('distinctVectors', () => {
  it('gives back every row and counts it once', () => {
    const rows = binaryRows(500, 5, 1);
    const vectors = distinctVectors(matrix(rows));
    expect(vectors.rows).toBe(new Set(rows.map((row) => row.join())).size);
    expect(vectors.counts.reduce((sum, count) => sum + count, 0)).toBe(500);
    rows.forEach((row, i) => {
      const index = vectors.inverse[i]!;
      expect(Array.from(vectors.data.subarray(index * 5, index * 5 + 5))).toEqual(row);
    });
  });

  it('keeps the order of first occurrence', () => {
    const vectors = distinctVectors(matrix([[2], [1], [2], [3], [1]]));
    expect(Array.from(vectors.data)).toEqual([2, 1, 3]);
    expect(Array.from(vectors.inverse)).toEqual([0, 1, 0, 2, 1]);
  });

  it('tells apart values that print alike', () => {
    expect(distinctVectors(matrix([[0.1 + 0.2], [0.3]])).rows).toBe(2);
  });
});
