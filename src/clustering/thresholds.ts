/** Thresholds at which attributes count as present. */

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
