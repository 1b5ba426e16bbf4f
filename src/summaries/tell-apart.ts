import type { Occurrences } from '../domain/clustering';
import { own } from '../util/own';

/** At least this share of a cluster's faces has a prominent attribute. */
const PROMINENT = 0.75;
/**
 * A noisy attribute occurs in more than this share and is not prominent: the cluster is divided
 * about it.
 */
const NOISY = 0.25;

/**
 * Prominent attributes, those that tell the cluster from all faces first, and noisy ones, the most
 * divided first.
 */
export function classifyAttributes(
  occurrences: Occurrences,
  overall: Occurrences,
): { prominent: string[]; noisy: string[] } {
  const names = Object.keys(occurrences);
  const of = (name: string) => own(occurrences, name) ?? 0;
  const lift = (name: string) => of(name) - (own(overall, name) ?? 0);
  const doubt = (name: string) => Math.abs(of(name) - 0.5);
  return {
    prominent: names.filter((name) => of(name) >= PROMINENT).sort((a, b) => lift(b) - lift(a)),
    noisy: names
      .filter((name) => of(name) > NOISY && of(name) < PROMINENT)
      .sort((a, b) => doubt(a) - doubt(b)),
  };
}
