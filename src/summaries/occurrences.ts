/** How often each attribute occurs in a cluster. */
import { PRESENT } from '../clustering/features';
import type { Occurrences } from '../domain/clustering';

/**
 * The number of faces that have each attribute.
 * @param probabilities `[faces, width]`, in [0, 1].
 * @param rows the faces that are counted; undefined for all.
 * @returns `[width]`.
 */
export function presentCounts(
  probabilities: Float32Array,
  width: number,
  rows?: Int32Array,
): Float64Array {
  const counts = new Float64Array(width);
  const faces = rows?.length ?? probabilities.length / width;
  for (let i = 0; i < faces; i++) {
    const base = (rows === undefined ? i : rows[i]!) * width;
    // Without a branch: nobody can predict it.
    for (let a = 0; a < width; a++) counts[a]! += Number(probabilities[base + a]! >= PRESENT);
  }
  return counts;
}

/** The share of the faces that have each attribute, `[width]`, in [0, 1]; 0 without faces. */
export const frequencies = (
  probabilities: Float32Array,
  width: number,
  rows?: Int32Array,
): Float64Array =>
  sharesOf(presentCounts(probabilities, width, rows), rows?.length ?? probabilities.length / width);

/** @param faces number of the faces that were counted. */
export const sharesOf = (counts: Float64Array, faces: number): Float64Array =>
  faces === 0 ? counts : counts.map((count) => count / faces);

/**
 * Frequencies by name.
 * @param pick selects names.
 */
export function occurrencesOf(
  names: readonly string[],
  values: Float64Array,
  pick: (name: string) => boolean,
): Occurrences {
  return Object.fromEntries(
    names.map((name, i) => [name, values[i]!] as const).filter(([name]) => pick(name)),
  );
}
