/** Random subsets of distinct vectors. */
import type { Random } from 'ml-random';
import type { DistinctVectors } from './distinct';

/**
 * Draws `size` distinct vectors without replacement, each with equal probability, and keeps their
 * order and multiplicities. Each drawn vector is one row of the result's `inverse`.
 */
export function subsample(
  { rows, columns, data, counts }: DistinctVectors,
  size: number,
  random: Random,
): DistinctVectors {
  const order = Int32Array.from({ length: rows }, (_, row) => row);
  for (let i = 0; i < size; i++) {
    const j = random.randInt(i, rows);
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  const chosen = order.slice(0, size).sort();
  const part = new Float64Array(size * columns);
  chosen.forEach((row, i) => {
    part.set(data.subarray(row * columns, (row + 1) * columns), i * columns);
  });
  return {
    rows: size,
    columns,
    data: part,
    counts: Float64Array.from(chosen, (row) => counts[row]!),
    inverse: Int32Array.from(chosen, (_, i) => i),
  };
}
