/** Core distances, which DBSCAN's descendants define densities by (Ankerst et al. 1999). */

/**
 * Distance to the `minSamples`-th nearest row, the row itself being the first; Infinity where there
 * are fewer rows. Keeps a sorted list of only as many of the nearest vectors as hold `minSamples`
 * rows, so a vector farther than these costs O(1).
 * @param distances of a row to all distinct vectors, itself included.
 * @param counts multiplicity of each vector.
 */
export function coreDistance(
  distances: Float64Array,
  counts: Float64Array,
  minSamples: number,
): number {
  const nearest: { distance: number; count: number }[] = [];
  let reached = 0;
  for (let i = 0; i < distances.length; i++) {
    const distance = distances[i]!;
    if (reached >= minSamples && distance >= nearest.at(-1)!.distance) continue;
    let at = nearest.length;
    while (at > 0 && nearest[at - 1]!.distance > distance) at -= 1;
    nearest.splice(at, 0, { distance, count: counts[i]! });
    reached += counts[i]!;
    while (reached - nearest.at(-1)!.count >= minSamples) reached -= nearest.pop()!.count;
  }
  return reached >= minSamples ? nearest.at(-1)!.distance : Infinity;
}
