/** Nearest centers from tables against those straight from the definition, ties included. */
import { describe, expect, it } from 'vitest';
import { type DistinctVectors, distinctVectors } from '../../src/clustering/distinct';
import { settle } from '../../src/clustering/lloyd';
import { denseCenters } from '../../src/clustering/nearest-center';
import { packBits } from '../../src/clustering/packed';
import { PackedCenters, TABLE_BITS } from '../../src/clustering/packed-centers';
import { binaryRows, matrix, random } from '../support/vectors';

const square = (a: Float64Array, i: number, b: Float64Array, j: number, columns: number) => {
  let sum = 0;
  for (let c = 0; c < columns; c++) sum += (a[i * columns + c]! - b[j * columns + c]!) ** 2;
  return sum;
};

/** Squared distances of a row to all centers. */
const squaresOf = ({ data, columns }: DistinctVectors, row: number, centers: Float64Array) =>
  Array.from({ length: centers.length / columns }, (_, center) =>
    square(data, row, centers, center, columns),
  );

/** Random rows of the vectors, some of them more than once. */
function rowsAsCenters({ rows, columns, data }: DistinctVectors, number: number, seed: number) {
  const next = random(seed);
  const centers = new Float64Array(number * columns);
  for (let i = 0; i < number; i++) {
    const row = Math.floor((next() * rows) / 2);
    centers.set(data.subarray(row * columns, (row + 1) * columns), i * columns);
  }
  return centers;
}

const still = (clusters: number) => ({
  moves: new Float64Array(clusters),
  farthest: { distance: 0, next: 0 },
  halfGaps: new Float64Array(clusters),
});

const SHAPES = [1, 7, 8, 9, 37, 64, 130].flatMap((columns) =>
  [1, 2, 7, 8, 9, 16, 50].map((clusters) => ({ columns, clusters })),
);

describe.each(SHAPES)('$columns columns, $clusters centers', ({ columns, clusters }) => {
  const vectors = distinctVectors(matrix(binaryRows(150, columns, columns + clusters)));
  const { rows, counts } = vectors;
  const make = () =>
    new PackedCenters(packBits(vectors, TABLE_BITS)!, counts, clusters, Math.max(9, clusters));
  // All numbers are whole, so that nothing is rounded and many vectors are equally near to several
  // centers.
  const centers = rowsAsCenters(vectors, clusters, clusters);

  it('assigns each vector to the first of its nearest centers', () => {
    using nearest = make();
    nearest.labels.fill(0);
    nearest.upper.fill(Infinity);
    nearest.lower.fill(0);
    const changed = Array.from(nearest.assign(centers, still(clusters)));
    const expected = Array.from({ length: rows }, (_, row) => {
      const squares = squaresOf(vectors, row, centers);
      return {
        label: squares.indexOf(Math.min(...squares)),
        squares: squares.sort((a, b) => a - b),
      };
    });
    expect(Array.from(nearest.labels)).toEqual(expected.map(({ label }) => label));
    expect(changed).toEqual(expected.flatMap(({ label }, row) => (label === 0 ? [] : [row, 0])));
    for (const [row, { squares }] of expected.entries()) {
      expect(nearest.upper[row]).toBe(Math.sqrt(squares[0]!));
      expect(nearest.lower[row]).toBe(Math.sqrt(squares[1] ?? Infinity));
    }
    // Once more, from other labels: the vectors are where they were, and have the former labels.
    nearest.labels.fill(clusters - 1);
    nearest.upper.fill(Infinity);
    const again = nearest.assign(centers, still(clusters));
    expect(again.filter((_, i) => i % 2 === 1).every((label) => label === clusters - 1)).toBe(true);
    expect(Array.from(nearest.labels)).toEqual(expected.map(({ label }) => label));
  });

  it('does what is done without tables where centers have moved', () => {
    using packed = make();
    using dense = denseCenters(vectors, clusters);
    const moved = { ...still(clusters), moves: new Float64Array(clusters).fill(0.25) };
    moved.moves[0] = 1.5;
    moved.farthest = { distance: 1.5, next: 0.25 };
    moved.halfGaps = new Float64Array(clusters).fill(0.5);
    for (const nearest of [packed, dense]) {
      nearest.labels.fill(0);
      nearest.upper.fill(Infinity);
      nearest.lower.fill(0);
      nearest.assign(centers, still(clusters));
    }
    const other = rowsAsCenters(vectors, clusters, 99);
    expect(Array.from(packed.assign(other, moved))).toEqual(Array.from(dense.assign(other, moved)));
    expect(Array.from(packed.labels)).toEqual(Array.from(dense.labels));
    expect(Array.from(packed.upper)).toEqual(Array.from(dense.upper));
    expect(Array.from(packed.lower)).toEqual(Array.from(dense.lower));
  });

  it('tries centers', () => {
    using packed = make();
    using dense = denseCenters(vectors, clusters);
    for (const nearest of [packed, dense]) {
      const distances = new Float64Array(rows).fill(Infinity);
      nearest.tryCenters(distances, centers.subarray(0, columns)).add(0, distances);
      const before = distances.slice();
      expect(Array.from(before)).toEqual(
        Array.from({ length: rows }, (_, row) => square(vectors.data, row, centers, 0, columns)),
      );
      const number = Math.min(clusters, 9);
      const trial = nearest.tryCenters(distances, centers.subarray(0, number * columns));
      expect(trial.inertias).toHaveLength(number);
      for (let center = number - 1; center >= 0; center--) {
        trial.add(center, distances);
        const lowered = Array.from(before, (distance, row) =>
          Math.min(distance, square(vectors.data, row, centers, center, columns)),
        );
        expect(Array.from(distances)).toEqual(lowered);
        expect(trial.inertias[center]).toBe(
          lowered.reduce((sum, distance, row) => sum + distance * counts[row]!, 0),
        );
      }
    }
  });
});

/** Lloyd's iterations without bounds, on weighted means. */
function lloyd(vectors: DistinctVectors, start: Float64Array, clusters: number): Int32Array {
  const { rows, columns, data, counts } = vectors;
  const centers = start.slice();
  for (let before = ''; ;) {
    const labels = Int32Array.from({ length: rows }, (_, row) => {
      const squares = squaresOf(vectors, row, centers);
      return squares.indexOf(Math.min(...squares));
    });
    if (labels.join() === before) return labels;
    before = labels.join();
    for (let cluster = 0; cluster < clusters; cluster++) {
      for (let c = 0; c < columns; c++) {
        let [sum, size] = [0, 0];
        for (let row = 0; row < rows; row++) {
          if (labels[row] !== cluster) continue;
          sum += counts[row]! * data[row * columns + c]!;
          size += counts[row]!;
        }
        centers[cluster * columns + c] = sum / size;
      }
    }
  }
}

it.each([1, 2, 3, 4])(
  "Lloyd's iterations end where those without bounds end (%i)",
  async (seed) => {
    const next = random(seed);
    const weights = Array.from({ length: 20 }, () => 0.5 + 3 * next());
    const data = binaryRows(900, 20, seed).map((row) => row.map((value, c) => value * weights[c]!));
    const vectors = distinctVectors(matrix(data));
    vectors.counts.forEach((_, row, counts) => (counts[row] = 1 + Math.floor(40 * next() ** 4)));
    const start = vectors.data.slice(0, 11 * 20);
    const { labels, iterations } = await settle(vectors, start, {
      clusters: 11,
      maxIterations: 300,
    });
    expect(iterations).toBeGreaterThan(3);
    expect(Array.from(labels)).toEqual(Array.from(lloyd(vectors, start, 11)));
  },
);
