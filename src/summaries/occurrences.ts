/** How often each attribute occurs in a cluster, and which of them tell it from the rest. */
import { PRESENT } from '../clustering/features';
import type { Occurrences } from '../protocol';

/** At least this share of a cluster's faces has a prominent attribute. */
export const PROMINENT = 0.75;
/** A noisy attribute occurs in more than this share and is not prominent: the cluster is divided about it. */
export const NOISY = 0.25;

/**
 * Share of the faces that have each attribute.
 * @param probabilities `[faces, width]`, in [0, 1].
 * @param rows which faces; undefined for all.
 * @returns `[width]`, in [0, 1]; 0 where there is no face.
 */
export function frequencies(probabilities: Float32Array, width: number, rows?: Int32Array): Float64Array {
  const counts = new Float64Array(width);
  const faces = rows?.length ?? probabilities.length / width;
  for (let i = 0; i < faces; i++) {
    const base = (rows === undefined ? i : (rows[i] as number)) * width;
    for (let a = 0; a < width; a++) if ((probabilities[base + a] as number) >= PRESENT) counts[a] = (counts[a] as number) + 1;
  }
  return faces === 0 ? counts : counts.map((count) => count / faces);
}

/** Frequencies by name. */
export function occurrencesOf(names: readonly string[], values: Float64Array, pick: (name: string) => boolean): Occurrences {
  return Object.fromEntries(names.map((name, i) => [name, values[i] as number] as const).filter(([name]) => pick(name)));
}

/** Prominent attributes, those that tell the cluster from all faces first, and noisy ones, the most divided first. */
export function tellApart(occurrences: Occurrences, overall: Occurrences): { prominent: string[]; noisy: string[] } {
  const names = Object.keys(occurrences);
  const of = (name: string) => occurrences[name] ?? 0;
  const lift = (name: string) => of(name) - (overall[name] ?? 0);
  const doubt = (name: string) => Math.abs(of(name) - 0.5);
  return {
    prominent: names.filter((name) => of(name) >= PROMINENT).sort((a, b) => lift(b) - lift(a)),
    noisy: names.filter((name) => of(name) > NOISY && of(name) < PROMINENT).sort((a, b) => doubt(a) - doubt(b)),
  };
}
