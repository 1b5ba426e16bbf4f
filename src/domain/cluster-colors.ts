/** Colors of clusters, the same on cards and on the map. */

/** In degrees: successive hues lie as far from all earlier ones as they can. */
const GOLDEN_ANGLE = 137.508;

/**
 * A CSS color for a cluster, which differs from those of clusters of similar sizes. Its lightness
 * lets it stand out from light and dark backgrounds alike (at least 3 : 1 against white and black).
 * @param id 0 is the largest cluster; −1, noise, is gray.
 */
export function clusterColor(id: number): string {
  if (id < 0) return 'oklch(0.62 0 0)';
  return `oklch(0.62 0.16 ${((25 + id * GOLDEN_ANGLE) % 360).toFixed(1)})`;
}
