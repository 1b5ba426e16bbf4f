/** How noise counts in scores: as a cluster, as in scikit-learn, which does not know of noise. */

/** Labels noise as one more cluster, after the others. */
export function noiseAsCluster(
  labels: Int32Array,
  clusters: number,
): { labels: Int32Array; clusters: number } {
  if (labels.every((label) => label >= 0)) return { labels, clusters };
  return { labels: labels.map((label) => (label < 0 ? clusters : label)), clusters: clusters + 1 };
}
