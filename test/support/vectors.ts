/** Vectors for clustering tests. */
import type { Matrix } from '../../src/clustering/distinct';

/** mulberry32, a small random generator that is independent of the one under test. */
export function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

export function matrix(rows: readonly (readonly number[])[]): Matrix {
  return { rows: rows.length, columns: rows[0]?.length ?? 0, data: Float64Array.from(rows.flat()) };
}

/** Random 0/1 rows. */
export function binaryRows(rows: number, columns: number, seed: number): number[][] {
  const next = random(seed);
  return Array.from({ length: rows }, () =>
    Array.from({ length: columns }, () => (next() < 0.4 ? 1 : 0)),
  );
}

/** Rows around some distant centers. */
export function blobs(
  rows: number,
  centres: number,
  columns: number,
  seed: number,
): { data: number[][]; labels: number[] } {
  const next = random(seed);
  const labels = Array.from({ length: rows }, (_, i) => i % centres);
  const data = labels.map((label) =>
    Array.from({ length: columns }, (_, c) => (((label + 1) * (c + 3) * 37) % 41) + next()),
  );
  return { data, labels };
}

/**
 * The label that most of the rows equal to a row have; of equally frequent ones the greatest.
 * @param inverse index of the distinct vector of each row.
 * @param labels label of each row.
 * @returns a label for each row.
 */
export function mostFrequent(inverse: ArrayLike<number>, labels: ArrayLike<number>): number[] {
  return Array.from(inverse, (vector) => {
    const ofEqual = Array.from(labels).filter((_, row) => inverse[row] === vector);
    const timesOf = (label: number) => ofEqual.filter((each) => each === label).length;
    return ofEqual.reduce((best, label) => {
      const more = timesOf(label) - timesOf(best);
      return more > 0 || (more === 0 && label > best) ? label : best;
    });
  });
}
