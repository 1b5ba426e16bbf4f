/** Thresholds at which attributes count as present. */

/** The largest number in float32 below 0.5. */
const ALMOST_HALF = 0.5 - 2 ** -25;

/**
 * Recalibrates probabilities so that each attribute's threshold becomes 0.5. The mapping is linear
 * from 0 to the threshold and from there to 1, so it keeps the order of the probabilities.
 * @param probabilities `[faces, width]`, in [0, 1].
 * @param thresholds `[width]`, in (0, 1).
 */
export function recalibrate(
  probabilities: Float32Array,
  thresholds: readonly number[],
): Float32Array {
  const width = thresholds.length;
  return probabilities.map((value, at) => {
    const threshold = thresholds[at % width]!;
    return value < threshold
      ? (0.5 * value) / threshold
      : 0.5 + (0.5 * (value - threshold)) / (1 - threshold);
  });
}

/**
 * Of attributes that exclude each other, the most probable becomes at least 0.5, and the others
 * less.
 * @param probabilities `[faces, width]`, in [0, 1].
 * @param original the same before they were recalibrated: what decides which is most probable.
 * @param groups columns of each group.
 * @returns a copy.
 */
export function mostProbable(
  probabilities: Float32Array,
  original: Float32Array,
  groups: readonly (readonly number[])[],
  width: number,
): Float32Array {
  const result = Float32Array.from(probabilities);
  for (let row = 0; row < result.length; row += width) {
    for (const group of groups) {
      const first = group.reduce((best, column) =>
        original[row + column]! > original[row + best]! ? column : best,
      );
      for (const column of group) {
        const value = original[row + column]!;
        result[row + column] = column === first ? 0.5 + value / 2 : Math.min(value, ALMOST_HALF);
      }
    }
  }
  return result;
}
