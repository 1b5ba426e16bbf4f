/**
 * An order of vectors that depends on their values alone. Where a method decides ties by the order
 * of vectors, or draws them at random, its partition is then the same for any order of the files.
 */
import type { DistinctVectors } from './distinct';
import { packBits } from './packed';

/** Sorts vectors lexicographically by value. Time O(rows · log(rows) · columns). */
export function inCanonicalOrder(vectors: DistinctVectors): DistinctVectors {
  const { rows, columns, data, counts, inverse } = vectors;
  const keys = binaryNumbers(vectors);
  const order = Uint32Array.from({ length: rows }, (_, row) => row).sort((a, b) => {
    if (keys !== undefined) return keys[a]! - keys[b]!;
    const end = (a + 1) * columns;
    for (let i = a * columns, j = b * columns; i < end; i++, j++)
      if (data[i] !== data[j]) return data[i]! < data[j]! ? -1 : 1;
    return 0;
  });
  const sorted = new Float64Array(rows * columns);
  const placeOf = new Int32Array(rows);
  for (let place = 0; place < rows; place++) {
    const row = order[place]!;
    placeOf[row] = place;
    sorted.set(data.subarray(row * columns, (row + 1) * columns), place * columns);
  }
  const places = new Int32Array(inverse.length);
  for (let row = 0; row < inverse.length; row++) places[row] = placeOf[inverse[row]!]!;
  return {
    rows,
    columns,
    data: sorted,
    counts: Float64Array.from(order, (row) => counts[row]!),
    inverse: places,
  };
}

/**
 * Vectors whose columns hold either 0 or one positive value each, as binary numbers. The first
 * column is the highest digit, so that their order is lexicographic.
 * @returns undefined for other vectors.
 */
function binaryNumbers(vectors: DistinctVectors): Float64Array | undefined {
  const { rows, columns, data } = vectors;
  if (columns > 53 || !packBits(vectors)?.weights.every((weight) => weight >= 0)) return undefined;
  const numbers = new Float64Array(rows);
  for (let row = 0, at = 0; row < rows; row++)
    for (let column = 0; column < columns; column++, at++)
      numbers[row] = 2 * numbers[row]! + (data[at] === 0 ? 0 : 1);
  return numbers;
}

/** As if the original rows had been in the order of their vectors. */
export const withSortedRows = (vectors: DistinctVectors): DistinctVectors => ({
  ...vectors,
  inverse: vectors.inverse.slice().sort(),
});

/**
 * As if the original rows had been in the order of the multiplicity of their vectors, the rarest
 * first; those of equally frequent vectors stay in their order.
 */
export function withRareRowsFirst(vectors: DistinctVectors): DistinctVectors {
  const { rows, counts } = vectors;
  const inverse = new Int32Array(vectors.inverse.length);
  const order = Int32Array.from({ length: rows }, (_, row) => row).sort(
    (a, b) => counts[a]! - counts[b]! || a - b,
  );
  let filled = 0;
  for (const row of order) inverse.fill(row, filled, (filled += counts[row]!));
  return { ...vectors, inverse };
}
