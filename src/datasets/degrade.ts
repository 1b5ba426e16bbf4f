/** Degraded crops, to evaluate the robustness of a network. */
import type { Degradation } from '../domain/evaluation';
import type { Pixels } from '../images/pixels';
import { resizeBox } from '../images/resize';

/** Factors of the crop's sides, and σ of a Gaussian blur in pixels of the crop. */
export const DEGRADATIONS: readonly { kind: Degradation; amount: number }[] = [
  ...[0.75, 0.5, 0.35, 0.25, 0.18].map((amount) => ({ kind: 'size' as const, amount })),
  ...[1, 2, 3, 4].map((amount) => ({ kind: 'blur' as const, amount })),
];

/** @returns RGB bytes of the same size. */
export function degrade(crop: Pixels, kind: Degradation, amount: number): Uint8Array {
  return kind === 'size' ? reduceAndEnlarge(crop, amount) : blur(crop, amount);
}

function reduceAndEnlarge(crop: Pixels, factor: number): Uint8Array {
  const { width, height } = crop;
  const size = {
    width: Math.max(1, Math.round(width * factor)),
    height: Math.max(1, Math.round(height * factor)),
  };
  const small = resizeBox(crop, { x: 0, y: 0, width, height }, size);
  return resizeBox({ data: small, ...size }, { x: 0, y: 0, ...size }, { width, height });
}

/** Gaussian blur with a replicated border. */
function blur({ data, width, height }: Pixels, sigma: number): Uint8Array {
  const reach = Math.ceil(3 * sigma);
  const weights = Array.from({ length: 2 * reach + 1 }, (_, i) =>
    Math.exp(-0.5 * ((i - reach) / sigma) ** 2),
  );
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  /** @param step bytes from a pixel to the next along the axis. */
  const along = (source: ArrayLike<number>, length: number, step: number): Float64Array => {
    const result = new Float64Array(source.length);
    for (let at = 0; at < source.length; at++) {
      const position = Math.floor(at / step) % length;
      let sum = 0;
      for (let i = -reach; i <= reach; i++) {
        const near = Math.min(length - 1, Math.max(0, position + i));
        sum += weights[i + reach]! * source[at + (near - position) * step]!;
      }
      result[at] = sum / total;
    }
    return result;
  };
  const rows = along(data, height, width * 3);
  return Uint8Array.from(along(rows, width, 3), (value) => Math.min(255, Math.floor(value + 0.5)));
}
