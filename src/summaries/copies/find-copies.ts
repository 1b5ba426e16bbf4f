/**
 * Finds copies: faces whose pictures differ by no more than what saving, scaling and brightening
 * change (docs/decisions/copies.md).
 */
import { FREQUENCIES, frequenciesOf } from './frequencies';
import { LOOK } from './look';
import { RangeTree } from './range-tree';

/**
 * Smallest correlation of the gray values of copies: what lies above are pictures of one shot, in
 * CelebA and LFW (`npm run bench -- --only copies`).
 */
export const MIN_CORRELATION = 0.98;

/** For vectors of length 1, |a − b|² = 2 (1 − a·b). The rest is for rounding. */
const RADIUS = Math.sqrt(2 * (1 - MIN_CORRELATION)) + 1e-4;

/**
 * @param looks `[faces, LOOK]`; see `writeLook`.
 * @param order all faces: of copies, the first in this order is the original.
 * @returns of each face, the original that it is most like; itself where it is an original.
 */
export function findCopies(looks: Uint8Array, order: Int32Array): Int32Array {
  const faces = order.length;
  const units = unitVectors(looks, faces);
  const tree = new RangeTree(frequenciesOf(units, faces), FREQUENCIES);
  const originals = Int32Array.from({ length: faces }, (_, row) => row);
  for (const row of order) {
    // A picture of one gray value is like no other.
    if (product(units, row, row) === 0) continue;
    let best = row;
    let most = MIN_CORRELATION;
    tree.within(row, RADIUS, (other) => {
      const correlation = product(units, row, other);
      if (correlation < most) return;
      best = other;
      most = correlation;
    });
    originals[row] = best;
    // Only originals have copies: a chain of faces, each like the next, is not one group.
    if (best === row) tree.add(row);
  }
  return originals;
}

/** Gray values less their mean, of length 1; zeros for a picture of one gray value. */
function unitVectors(looks: Uint8Array, faces: number): Float32Array {
  const units = new Float32Array(faces * LOOK);
  for (let row = 0; row < faces; row++) {
    const start = row * LOOK;
    let sum = 0;
    for (let i = 0; i < LOOK; i++) sum += looks[start + i]!;
    const mean = sum / LOOK;
    let squares = 0;
    for (let i = 0; i < LOOK; i++) squares += (looks[start + i]! - mean) ** 2;
    const scale = squares === 0 ? 0 : 1 / Math.sqrt(squares);
    for (let i = 0; i < LOOK; i++) units[start + i] = (looks[start + i]! - mean) * scale;
  }
  return units;
}

function product(units: Float32Array, a: number, b: number): number {
  let sum = 0;
  for (let i = 0; i < LOOK; i++) sum += units[a * LOOK + i]! * units[b * LOOK + i]!;
  return sum;
}
