/** From which probability an attribute counts as present. */

/**
 * Probabilities moved so that each attribute's threshold comes to lie at 0.5, in straight lines
 * from 0 to it and from it to 1: what is above stays above, and everything that asks "0.5 or more?"
 * then asks by the threshold.
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
