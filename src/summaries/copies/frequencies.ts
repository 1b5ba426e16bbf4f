/**
 * Looks as vectors whose first numbers tell the most: the lowest frequencies of the discrete cosine
 * transform, of a look less its mean and of length 1. Distances of these vectors are never above
 * those of the whole looks.
 */
import { LOOK, LOOK_SIDE } from './look';

/** Numbers of a vector. */
export const FREQUENCIES = 61;

/** Frequencies below this one are used in each direction. */
const HIGHEST = 11;

/** The lowest frequencies in both directions, without the mean: [fx, fy]. */
const PAIRS: readonly (readonly [number, number])[] = Array.from(
  { length: HIGHEST ** 2 },
  (_, i) => [i % HIGHEST, Math.floor(i / HIGHEST)] as const,
)
  .sort(([ax, ay], [bx, by]) => ax + ay - (bx + by) || ax - bx)
  .slice(1, FREQUENCIES + 1);

/** The rows of the orthonormal transform of type II, `[f, x]`. */
const COSINES = Float64Array.from({ length: HIGHEST * LOOK_SIDE }, (_, i) => {
  const [f, x] = [Math.floor(i / LOOK_SIDE), i % LOOK_SIDE];
  const scale = Math.sqrt((f === 0 ? 1 : 2) / LOOK_SIDE);
  return scale * Math.cos((Math.PI * (x + 0.5) * f) / LOOK_SIDE);
});

/**
 * @param units `[faces, LOOK]`: looks less their mean, of length 1.
 * @returns `[faces, FREQUENCIES]`.
 */
export function frequenciesOf(units: Float32Array, faces: number): Float32Array {
  const result = new Float32Array(faces * FREQUENCIES);
  const lines = new Float32Array(HIGHEST * LOOK_SIDE);
  for (let row = 0; row < faces; row++) {
    for (let y = 0; y < LOOK_SIDE; y++) {
      const from = row * LOOK + y * LOOK_SIDE;
      for (let f = 0; f < HIGHEST; f++) lines[f * LOOK_SIDE + y] = dot(f, units, from);
    }
    for (let k = 0; k < FREQUENCIES; k++) {
      const [fx, fy] = PAIRS[k]!;
      result[row * FREQUENCIES + k] = dot(fy, lines, fx * LOOK_SIDE);
    }
  }
  return result;
}

/** Of frequency `f` with the values from position `from`. */
function dot(f: number, values: Float32Array, from: number): number {
  let sum = 0;
  for (let x = 0; x < LOOK_SIDE; x++) sum += COSINES[f * LOOK_SIDE + x]! * values[from + x]!;
  return sum;
}
