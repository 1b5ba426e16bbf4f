/** Criteria for the number of clusters, of which the setting `autoBy` selects one. */
import type { Candidate } from './clustering';
import type { ClusteringSettings } from './settings';

type AutoBy = ClusteringSettings['autoBy'];

/** The number of clusters that each criterion selects; null where it selects none. */
export type Choices = Record<AutoBy, number | null>;

/**
 * @param curve in ascending order of the number of clusters.
 * @param distinct number of distinct vectors that were clustered.
 */
export function choicesOf(curve: readonly Candidate[], distinct: number): Choices {
  return {
    knee: byKnee(curve, distinct),
    silhouette: highest(curve, ({ silhouette }) => silhouette),
    elbow: byElbow(curve),
    gap: byGap(curve),
  };
}

/**
 * The knee of the silhouette: the number at which it is farthest above the line from 0 for one
 * cluster to 1 for a cluster of each distinct vector (Satopää et al. 2011, 'Kneedle'). Beyond it a
 * further cluster adds less than an average one does. Of vectors that repeat, as those of binary
 * features, the silhouette itself rises to 1, and has no maximum before.
 */
const byKnee = (curve: readonly Candidate[], distinct: number): number | null =>
  highest(curve, ({ clusters, silhouette }) =>
    silhouette === null ? null : silhouette - (clusters - 1) / Math.max(1, distinct - 1),
  );

/** The number with the highest value; of equal ones, the smallest. */
function highest(
  curve: readonly Candidate[],
  valueOf: (candidate: Candidate) => number | null,
): number | null {
  let best: { clusters: number; value: number } | undefined;
  for (const candidate of curve) {
    const value = valueOf(candidate);
    if (value !== null && value > (best?.value ?? -Infinity))
      best = { clusters: candidate.clusters, value };
  }
  return best?.clusters ?? null;
}

/**
 * The elbow of the inertia: the point farthest below the line between the curve's ends, with both
 * axes scaled to [0, 1] (Satopää et al. 2011, 'Kneedle').
 */
function byElbow(curve: readonly Candidate[]): number | null {
  const [first, last] = [curve[0], curve.at(-1)];
  if (
    first === undefined ||
    last === undefined ||
    curve.length < 3 ||
    first.inertia <= last.inertia
  )
    return null;
  let best: { clusters: number; depth: number } | undefined;
  for (const { clusters, inertia } of curve) {
    const along = (clusters - first.clusters) / (last.clusters - first.clusters);
    const depth = 1 - along - (inertia - last.inertia) / (first.inertia - last.inertia);
    if (best === undefined || depth > best.depth) best = { clusters, depth };
  }
  return best === undefined || best.depth <= 0 ? null : best.clusters;
}

/** The smallest k with gap(k) ≥ gap(k + 1) − error(k + 1) (Tibshirani, Walther & Hastie 2001). */
function byGap(curve: readonly Candidate[]): number | null {
  for (const [i, { clusters, gap }] of curve.entries()) {
    const next = curve[i + 1];
    if (next === undefined || gap === null || next.gap === null || next.gapError === null) continue;
    if (next.clusters === clusters + 1 && gap >= next.gap - next.gapError) return clusters;
  }
  return null;
}
