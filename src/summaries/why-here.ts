/** Why a face is in its cluster: its distances to the clusters, and what decides between two. */
import type { Clustering, ClusterSummary } from '../domain/clustering';
import { own } from '../util/own';

interface ClusterDistance {
  id: number;
  /** Weighted Euclidean distance to the mean of the cluster's faces. */
  distance: number;
}

/** An attribute that brings a face nearer to one cluster than to another. */
interface Deciding {
  name: string;
  /** Whether the face has it. */
  present: boolean;
  /** Shares of the faces that have it, in [0, 1]. */
  here: number;
  there: number;
}

export interface WhyHere {
  /** The nearest first. */
  distances: ClusterDistance[];
  /** The nearest other cluster. */
  next: ClusterDistance | undefined;
  /** What speaks for its own cluster and against the next, the strongest first. */
  reasons: Deciding[];
}

/**
 * @param present whether the face has each attribute.
 * @param cluster id of its cluster.
 * @returns undefined where the means are not known: faces were compared by probabilities.
 */
export function whyHere(
  { clusters, settings, weights }: Pick<Clustering, 'clusters' | 'settings' | 'weights'>,
  present: (attribute: string) => boolean,
  cluster: number,
): WhyHere | undefined {
  if (settings.features !== 'binary') return undefined;
  const real = clusters.filter(({ id }) => id >= 0);
  const here = real.find(({ id }) => id === cluster);
  if (here === undefined) return undefined;
  const names = Object.keys(here.occurrences);
  const squared = (name: string, { occurrences }: ClusterSummary) =>
    ((own(weights, name) ?? 1) * (Number(present(name)) - (own(occurrences, name) ?? 0))) ** 2;
  const distances = real
    .map((each) => ({
      id: each.id,
      distance: Math.sqrt(names.reduce((sum, name) => sum + squared(name, each), 0)),
    }))
    .sort((a, b) => a.distance - b.distance || a.id - b.id);
  const next = distances.find(({ id }) => id !== cluster);
  const there = real.find(({ id }) => id === next?.id);
  if (there === undefined) return { distances, next: undefined, reasons: [] };
  const reasons = names
    .map((name) => ({ name, gain: squared(name, there) - squared(name, here) }))
    .filter(({ gain }) => gain > 1e-6)
    .sort((a, b) => b.gain - a.gain)
    .map(({ name }) => ({
      name,
      present: present(name),
      here: own(here.occurrences, name) ?? 0,
      there: own(there.occurrences, name) ?? 0,
    }));
  return { distances, next, reasons };
}
