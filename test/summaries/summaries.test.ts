import { describe, expect, it } from 'vitest';
import { frequencies } from '../../src/summaries/occurrences';
import { classifyAttributes } from '../../src/summaries/tell-apart';
import { orderCluster } from '../../src/summaries/typical';
import { binaryRows, matrix } from '../support/vectors';

describe('frequencies', () => {
  it('counts probabilities from one half', () => {
    const probabilities = Float32Array.of(0.5, 0.1, 0.49, 0.9, 1, 0);
    expect(Array.from(frequencies(probabilities, 2))).toEqual([2 / 3, 1 / 3]);
    expect(Array.from(frequencies(probabilities, 2, Int32Array.of(1, 2)))).toEqual([0.5, 0.5]);
    expect(Array.from(frequencies(probabilities, 2, Int32Array.of()))).toEqual([0, 0]);
  });
});

describe('classifyAttributes', () => {
  it('calls prominent what almost all have, what sets the cluster apart first, and noisy what divides it', () => {
    const occurrences = { Young: 0.95, Blond_Hair: 0.9, Smiling: 0.5, Male: 0.3, Bald: 0.25 };
    const overall = { Young: 0.8, Blond_Hair: 0.15, Smiling: 0.5, Male: 0.4, Bald: 0.02 };
    expect(classifyAttributes(occurrences, overall)).toEqual({
      prominent: ['Blond_Hair', 'Young'],
      noisy: ['Smiling', 'Male'],
    });
  });
});

describe('orderCluster', () => {
  it('finds the medoid that brute force finds, and orders by distance to the mean', () => {
    const rows = binaryRows(60, 4, 5).map((row, i) => row.map((value) => value + i / 1000));
    const members = Int32Array.from({ length: 30 }, (_, i) => 2 * i);
    const { rows: ordered, medoid } = orderCluster(matrix(rows), members);
    const distance = (a: number[], b: number[]) =>
      Math.hypot(...a.map((value, c) => value - b[c]!));
    const sums = Array.from(members, (i) =>
      Array.from(members).reduce((sum, j) => sum + distance(rows[i]!, rows[j]!), 0),
    );
    expect(medoid).toBe(members[sums.indexOf(Math.min(...sums))]);
    const mean = rows[0]!.map(
      (_, c) => Array.from(members).reduce((sum, i) => sum + rows[i]![c]!, 0) / members.length,
    );
    const distances = Array.from(ordered, (i) => distance(rows[i]!, mean));
    expect(distances).toEqual([...distances].sort((a, b) => a - b));
    expect([...ordered].sort((a, b) => a - b)).toEqual([...members]);
  });

  it('orders equal faces as they are in the run, whatever their order is here', () => {
    // Binary rows: many have the same distance, and 2,000 are more than all pairs are taken of.
    const rows = binaryRows(4000, 3, 9);
    const members = Int32Array.from({ length: 2000 }, (_, i) => 2 * ((i * 7) % 2000));
    const { rows: ordered, medoid } = orderCluster(matrix(rows), members);
    const mean = [0, 1, 2].map(
      (c) => Array.from(members).reduce((sum, i) => sum + rows[i]![c]!, 0) / members.length,
    );
    const distance = (a: number[], b: number[]) =>
      a.reduce((sum, value, c) => sum + (value - b[c]!) ** 2, 0);
    const expected = Array.from(members).sort(
      (a, b) =>
        Math.fround(distance(rows[a]!, mean)) - Math.fround(distance(rows[b]!, mean)) || a - b,
    );
    expect([...ordered]).toEqual(expected);
    const sumOf = (face: number) =>
      Array.from(members).reduce((sum, i) => sum + Math.sqrt(distance(rows[face]!, rows[i]!)), 0);
    const sums = expected.slice(0, 64).map(sumOf);
    expect(medoid).toBe(expected[sums.indexOf(Math.min(...sums))]);
  });
});
