/** The attributes that characterize a cluster, and those that divide it. */
import type { Occurrences } from '../domain/clustering';
import { own } from '../util/own';

/** Minimum share of a cluster's faces that has a prominent attribute. */
const PROMINENT = 0.75;
/** A noisy attribute occurs in more than this share of the faces, and is not prominent. */
const NOISY = 0.25;

/**
 * @returns prominent attributes, in descending order of how much more frequent they are than among
 * all faces, and noisy ones, those nearest to half of the faces first.
 */
export function classifyAttributes(
  occurrences: Occurrences,
  overall: Occurrences,
): { prominent: string[]; noisy: string[] } {
  const names = Object.keys(occurrences);
  const frequency = (name: string) => own(occurrences, name) ?? 0;
  const lift = (name: string) => frequency(name) - (own(overall, name) ?? 0);
  const distanceToHalf = (name: string) => Math.abs(frequency(name) - 0.5);
  return {
    prominent: names
      .filter((name) => frequency(name) >= PROMINENT)
      .sort((a, b) => lift(b) - lift(a)),
    noisy: names
      .filter((name) => frequency(name) > NOISY && frequency(name) < PROMINENT)
      .sort((a, b) => distanceToHalf(a) - distanceToHalf(b)),
  };
}
