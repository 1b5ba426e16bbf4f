/** Counts set bits of packed vectors by cluster. */
import type { PackedVectors } from './packed';

/**
 * Counts how often each chunk has each of its values, instead of looking at each bit: 5 additions a
 * vector instead of 37 for 37 columns.
 * @param counts faces of each vector, `[rows]`.
 * @param labels cluster of each vector, from 0, `[rows]`.
 * @returns faces of each cluster that have each bit, `[clusters, columns]`; undefined where the
 * clusters are so many that this would not be faster.
 */
export function facesWithBits(
  { rows, columns, chunkBits, chunks, bits }: PackedVectors,
  counts: Float64Array,
  labels: Int32Array,
  clusters: number,
): Float64Array | undefined {
  /** Values that a chunk can have. */
  const kinds = 1 << chunkBits;
  if (rows < clusters * kinds) return undefined;
  const result = new Float64Array(clusters * columns);
  const seen = new Float64Array(clusters * kinds);
  for (let chunk = 0; chunk < chunks; chunk++) {
    const values = bits[chunk]!;
    seen.fill(0);
    for (let row = 0; row < rows; row++) seen[labels[row]! * kinds + values[row]!]! += counts[row]!;
    const first = chunk * chunkBits;
    const width = Math.min(chunkBits, columns - first);
    for (let at = 0; at < seen.length; at++) {
      const faces = seen[at]!;
      if (faces === 0) continue;
      const to = Math.floor(at / kinds) * columns + first;
      for (let bit = 0; bit < width; bit++) if ((at >> bit) & 1) result[to + bit]! += faces;
    }
  }
  return result;
}
