/** Colors of clusters, the same on cards and on the map. */

/** Colors that a person can give a cluster: at least 3 : 1 against white and black. */
export const NAMED_COLORS = {
  Red: '#d13438',
  Orange: '#c75b12',
  Yellow: '#a67c00',
  Green: '#2e8b3d',
  Teal: '#0f8a8a',
  Blue: '#2f7fd6',
  Violet: '#8a5bd6',
  Pink: '#cf4a93',
  Gray: '#7a7a7a',
} as const;
export type ColorName = keyof typeof NAMED_COLORS;

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
