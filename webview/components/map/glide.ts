/** Moves points from where they were to where they are, so that the eye can follow them. */

const DURATION_MS = 700;

/**
 * @param show called in each frame with places between both, and with `to` at the end.
 * @returns what ends the movement at once.
 */
export function glide(
  from: Float32Array,
  to: Float32Array,
  show: (places: Float32Array, isMoving: boolean) => void,
): () => void {
  const start = performance.now();
  const between = from.slice();
  let frame = 0;
  const step = () => {
    const share = Math.min(1, (performance.now() - start) / DURATION_MS);
    if (share === 1) {
      show(to, false);
      return;
    }
    const eased = share * share * (3 - 2 * share);
    for (let i = 0; i < to.length; i++) between[i] = from[i]! + (to[i]! - from[i]!) * eased;
    show(between, true);
    frame = requestAnimationFrame(step);
  };
  step();
  return () => {
    cancelAnimationFrame(frame);
    show(to, false);
  };
}
