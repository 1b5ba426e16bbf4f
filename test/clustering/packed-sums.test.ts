/** Sums of distances from tables against sums straight from the definition. */
import { describe, expect, it } from 'vitest';
import { type DistinctVectors, distinctVectors } from '../../src/clustering/distinct';
import { distanceSums } from '../../src/clustering/distance-sums';
import { GROUP_BITS } from '../../src/clustering/merged-tables';
import { packBits } from '../../src/clustering/packed';
import { PackedSums } from '../../src/clustering/packed-sums';
import { silhouette, silhouettesOf } from '../../src/clustering/silhouette';
import { matrix, random } from '../support/vectors';

/** Random vectors of which each column holds 0 or its weight, with multiplicities. */
function vectorsOf(rows: number, columns: number, seed: number, weighted: boolean) {
  const next = random(seed);
  const weights = Array.from({ length: columns }, () => (weighted ? 0.5 + 4 * next() : 1));
  const shares = Array.from({ length: columns }, () => 0.03 + 0.5 * next());
  const data = Array.from({ length: rows }, () =>
    weights.map((weight, c) => (next() < shares[c]! ? weight : 0)),
  );
  const vectors = distinctVectors(matrix(data));
  const counts = vectors.counts.map((count) =>
    next() < 0.1 ? 1 + Math.floor(900 * next()) : count,
  );
  return { ...vectors, counts };
}

function labelsOf(rows: number, clusters: number, seed: number): Int32Array {
  const next = random(seed);
  return Int32Array.from({ length: rows }, () => Math.floor(next() ** 2 * clusters));
}

/** Sum of the distances of a row to the vectors of each cluster, with their multiplicities. */
function definition(
  { rows, columns, data, counts }: DistinctVectors,
  labels: Int32Array,
  clusters: number,
  row: number,
): number[] {
  const sums = Array.from({ length: clusters }, () => 0);
  for (let other = 0; other < rows; other++) {
    let square = 0;
    for (let c = 0; c < columns; c++)
      square += (data[row * columns + c]! - data[other * columns + c]!) ** 2;
    sums[labels[other]!]! += Math.sqrt(square) * counts[other]!;
  }
  return sums;
}

const SHAPES = [
  { rows: 3, columns: 1 },
  { rows: 9, columns: 3 },
  { rows: 30, columns: 5 },
  { rows: 61, columns: 6 },
  { rows: 200, columns: 11 },
  { rows: 1501, columns: 37 },
  { rows: 400, columns: 64 },
  { rows: 300, columns: 128 },
  { rows: 203, columns: 331 },
].flatMap((shape) => [false, true].map((weighted) => ({ ...shape, weighted })));

describe.each(SHAPES)('$rows × $columns, weighted: $weighted', ({ rows, columns, weighted }) => {
  const vectors = vectorsOf(rows, columns, rows + columns, weighted);
  const clusters = 5; // the last is empty
  const labels = labelsOf(vectors.rows, clusters - 1, columns);
  const packed = packBits(vectors, GROUP_BITS)!;

  it.each([
    { bits: 64 as const, error: 1e-12 },
    { bits: 32 as const, error: 3e-6 },
  ])('$bits bits: as by the definition', ({ bits, error }) => {
    using sums = new PackedSums(packed, vectors.counts, labels, clusters, bits);
    const found = new Float64Array(clusters);
    // In descending order too, so that no vector depends on those before it.
    const order = Array.from({ length: vectors.rows }, (_, i) => i);
    for (const row of [...order, ...order.slice(-20).reverse()].filter((i) => i % 7 < 2)) {
      sums.from(row, found.fill(NaN));
      for (const [cluster, sum] of definition(vectors, labels, clusters, row).entries())
        expect(Math.abs(found[cluster]! - sum)).toBeLessThanOrEqual(error * sum);
    }
  });

  it('are the sums that the silhouette is computed from', () => {
    using sums = distanceSums(vectors, labels, clusters, 'euclidean');
    const found = new Float64Array(clusters);
    sums.from(vectors.rows - 1, found);
    for (const [cluster, sum] of definition(vectors, labels, clusters, vectors.rows - 1).entries())
      expect(found[cluster]).toBeCloseTo(sum, 6);
  });
});

describe('many vectors', () => {
  const vectors = vectorsOf(30_000, 37, 5, false);
  const labels = labelsOf(vectors.rows, 6, 3);

  it('have sums within 1e-6 of those in 64 bits, and within 1e-8 on average', () => {
    expect(vectors.rows).toBeGreaterThan(20_000);
    const some = 400;
    using exact = new PackedSums(packBits(vectors, GROUP_BITS)!, vectors.counts, labels, 6, 64);
    using rounded = distanceSums(vectors, labels, 6, 'euclidean');
    const [a, b] = [new Float64Array(6), new Float64Array(6)];
    let error = 0;
    for (let row = 0; row < some; row++) {
      exact.from(row * 70, a);
      rounded.from(row * 70, b);
      for (let cluster = 0; cluster < 6; cluster++) {
        expect(Math.abs(b[cluster]! / a[cluster]! - 1)).toBeLessThan(1e-6);
        error += (b[cluster]! / a[cluster]! - 1) / (6 * some);
      }
    }
    expect(Math.abs(error)).toBeLessThan(1e-8);
  });

  it('have silhouettes that do not depend on where a part of them begins', async () => {
    const part = (start: number, end: number) =>
      silhouettesOf(vectors, labels, 6, 'euclidean', start, end);
    const all = await part(96, 150);
    expect(all.every((value) => value > -1 && value < 1)).toBe(true);
    expect(await part(101, 139)).toEqual(all.slice(5, 43));
    expect(await part(vectors.rows - 3, vectors.rows)).toEqual(
      (await part(vectors.rows - 30, vectors.rows)).slice(27),
    );
  });
});

it('silhouettes computed at the same time do not disturb each other', async () => {
  const sets = [1, 2, 3].map((seed) => vectorsOf(700, 9 * seed, seed, true));
  const of = (vectors: DistinctVectors) =>
    silhouette(vectors, labelsOf(vectors.rows, 4, 1), 4).then(({ mean }) => mean);
  const alone: (number | null)[] = [];
  for (const set of sets) alone.push(await of(set));
  expect(await Promise.all(sets.map(of))).toEqual(alone);
});
