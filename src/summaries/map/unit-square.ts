/** Fits places into the square of a map. */

/**
 * Moves and scales places into [0, 1]², in place. The longer side fills the square; the shorter one
 * is in its middle. Places that all coincide come into the middle.
 * @param places `[points, 2]`.
 */
export function fitUnitSquare(places: Float64Array): Float64Array {
  const low = [Infinity, Infinity];
  const high = [-Infinity, -Infinity];
  for (let i = 0; i < places.length; i++) {
    const value = places[i]!;
    if (value < low[i & 1]!) low[i & 1] = value;
    if (value > high[i & 1]!) high[i & 1] = value;
  }
  const side = Math.max(high[0]! - low[0]!, high[1]! - low[1]!);
  const scale = side > 0 ? 1 / side : 0;
  const middle = [(low[0]! + high[0]!) / 2, (low[1]! + high[1]!) / 2];
  for (let i = 0; i < places.length; i++)
    places[i] = Math.min(1, Math.max(0, 0.5 + (places[i]! - middle[i & 1]!) * scale));
  return places;
}
