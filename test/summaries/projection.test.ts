import { describe, expect, it } from 'vitest';
import { inCanonicalOrder } from '../../src/clustering/canonical-order';
import { distinctVectors } from '../../src/clustering/distinct';
import { distancesToCenters, inertiaOf } from '../../src/clustering/scores';
import { projectionOf } from '../../src/summaries/projection';
import { random } from '../support/vectors';

/** Vectors that vary most along one direction, then along another. */
function vectorsOf(rows: number, columns: number, seed = 5) {
  const next = random(seed);
  const data = new Float64Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    const [a, b] = [10 * (next() - 0.5), 3 * (next() - 0.5)];
    for (let c = 0; c < columns; c++)
      data[row * columns + c] = (c % 2 === 0 ? a : b) + 0.01 * next();
  }
  return inCanonicalOrder(distinctVectors({ rows, columns, data }));
}

describe('projectionOf', () => {
  it('keeps the distances of points that lie in a plane already', () => {
    const data = Float64Array.of(0, 0, 0, 3, 0, 0, 0, 4, 0, 3, 4, 0);
    const vectors = inCanonicalOrder(distinctVectors({ rows: 4, columns: 3, data }));
    const { points, explained } = projectionOf(vectors);
    const at = (row: number) => vectors.inverse[row]!;
    const distance = (a: number, b: number) =>
      Math.hypot(
        points[2 * at(a)]! - points[2 * at(b)]!,
        points[2 * at(a) + 1]! - points[2 * at(b) + 1]!,
      );
    expect(distance(0, 1)).toBeCloseTo(3, 9);
    expect(distance(0, 2)).toBeCloseTo(4, 9);
    expect(distance(1, 2)).toBeCloseTo(5, 9);
    expect(explained[0] + explained[1]).toBeCloseTo(1, 9);
    expect(explained[0]).toBeCloseTo(16 / 25, 9);
  });

  it('counts each face, not each distinct vector', () => {
    const rows = [...new Array<number[]>(98).fill([0, 0]), [1, 0], [0, 1], [0, 1]];
    const { points, explained } = projectionOf(
      inCanonicalOrder(
        distinctVectors({ rows: 101, columns: 2, data: Float64Array.from(rows.flat()) }),
      ),
    );
    // Covariance by hand: x varies less than y.
    expect(explained[0]).toBeGreaterThan(explained[1]);
    expect(Math.max(...points.filter((_, i) => i % 2 === 0))).toBeCloseTo(1 - 2 / 101, 1);
  });

  it('finds the same axes from the Gram matrix, and nearly the same from a sample', () => {
    const wide = vectorsOf(30, 60);
    const both = [projectionOf(wide), projectionOf(vectorsOf(400, 8), 400 * 8 * 8)];
    for (const { explained } of both) expect(explained[0] + explained[1]).toBeGreaterThan(0.99);
    const all = projectionOf(vectorsOf(400, 8));
    const sampled = projectionOf(vectorsOf(400, 8), 100 * 8 * 8);
    expect(sampled.vectors).toBe(100);
    expect(all.vectors).toBe(400);
    for (let i = 0; i < 20; i++) expect(sampled.points[i]).toBeCloseTo(all.points[i]!, -0.5);
  });

  it('is the same for any order of the rows', () => {
    const vectors = vectorsOf(200, 5);
    const reversed = new Float64Array(vectors.data.length);
    for (let row = 0; row < 200; row++)
      reversed.set(vectors.data.subarray(5 * (199 - row), 5 * (200 - row)), 5 * row);
    const other = inCanonicalOrder(distinctVectors({ rows: 200, columns: 5, data: reversed }));
    expect(projectionOf(other).points).toEqual(projectionOf(vectors).points);
  });

  it.each([
    ['one vector', [1, 2, 3], 3],
    ['one column', [1, 2, 3, 4], 1],
    ['equal vectors', [1, 2, 1, 2], 2],
  ])('gives zeros where there is no direction, as for %s', (_, data, columns) => {
    const rows = data.length / columns;
    const { points, explained } = projectionOf(
      inCanonicalOrder(distinctVectors({ rows, columns, data: Float64Array.from(data) })),
    );
    expect([...points].every(Number.isFinite)).toBe(true);
    expect(points.filter((value, i) => i % 2 === 1 && value !== 0)).toHaveLength(0);
    expect(explained[1]).toBe(0);
  });
});

describe('distancesToCenters', () => {
  it('sums to the inertia in squares, and is undefined for noise', () => {
    const vectors = vectorsOf(60, 4);
    const labels = Int32Array.from({ length: 60 }, (_, i) => (i % 7 === 0 ? -1 : i % 3));
    const distances = distancesToCenters(vectors, labels, 3);
    expect(labels.every((label, i) => label >= 0 === !Number.isNaN(distances[i]))).toBe(true);
    const kept = labels.map((label) => Math.max(label, 0));
    const sum = distancesToCenters(vectors, kept, 3).reduce((all, each) => all + each ** 2, 0);
    expect(sum).toBeCloseTo(inertiaOf(vectors, kept, 3), 6);
  });
});
