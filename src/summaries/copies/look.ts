/** How a face looks, in so few numbers that all faces can be compared: a small gray picture. */
import type { CropSize } from '../../domain/faces';

/** Width and height of the picture. */
export const LOOK_SIDE = 16;
/** Gray values of a face. */
export const LOOK = LOOK_SIDE * LOOK_SIDE;

/**
 * Writes the look of a face.
 * @param face RGB, `[height, width, 3]`.
 * @param looks `[faces, LOOK]`, luma of Rec. 601 in 0 to 255.
 */
export function writeLook(
  face: Uint8Array,
  { width, height }: CropSize,
  looks: Uint8Array,
  row: number,
): void {
  const [columns, rows] = [bounds(width), bounds(height)];
  for (let y = 0; y < LOOK_SIDE; y++) {
    for (let x = 0; x < LOOK_SIDE; x++) {
      const [left, right] = columns[x]!;
      let sum = 0;
      for (let j = rows[y]![0]; j < rows[y]![1]; j++) {
        for (let i = 3 * (j * width + left); i < 3 * (j * width + right); i += 3)
          sum += face[i]! * 77 + face[i + 1]! * 150 + face[i + 2]! * 29;
      }
      const pixels = (right - left) * (rows[y]![1] - rows[y]![0]);
      looks[row * LOOK + y * LOOK_SIDE + x] = Math.round(sum / (256 * pixels));
    }
  }
}

/** Of each cell, where its pixels begin and end: at least one pixel each. */
const bounds = (length: number): [number, number][] =>
  Array.from({ length: LOOK_SIDE }, (_, i) => {
    const start = Math.floor((i * length) / LOOK_SIDE);
    return [start, Math.max(start + 1, Math.floor(((i + 1) * length) / LOOK_SIDE))];
  });
