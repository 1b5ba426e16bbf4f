/** Which cluster another one is compared with at first. */
import type { ClusterSummary } from '../domain/clustering';
import { own } from '../util/own';

/**
 * @param second undefined for the one whose attributes occur most alike: what tells these two apart
 * is asked for most.
 * @returns undefined where there is no other cluster.
 */
export function pairWith(
  clusters: readonly ClusterSummary[],
  first: number,
  second?: number,
): readonly [number, number] | undefined {
  if (second !== undefined) return [first, second];
  const { occurrences = {} } = clusters.find(({ id }) => id === first) ?? {};
  const distanceTo = (cluster: ClusterSummary) =>
    Object.entries(occurrences).reduce(
      (sum, [name, share]) => sum + (share - (own(cluster.occurrences, name) ?? 0)) ** 2,
      0,
    );
  const [nearest] = clusters
    .filter(({ id }) => id >= -1 && id !== first)
    .sort((a, b) => Number(a.id < 0) - Number(b.id < 0) || distanceTo(a) - distanceTo(b));
  return nearest === undefined ? undefined : [first, nearest.id];
}
