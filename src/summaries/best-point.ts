import type { Comparison, ComparisonPoint } from '../domain/comparison';

/**
 * The partition with the highest silhouette; of equal ones that with the fewest clusters, then the
 * first. Undefined where none has a silhouette.
 */
export function bestPoint({ points }: Pick<Comparison, 'points'>): ComparisonPoint | undefined {
  let best: ComparisonPoint | undefined;
  for (const point of points) {
    if (point.silhouette === null) continue;
    const gain = point.silhouette - (best?.silhouette ?? -Infinity);
    if (gain > 0 || (gain === 0 && point.clusters < best!.clusters)) best = point;
  }
  return best;
}
