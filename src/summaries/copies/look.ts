/** How a face looks, in so few numbers that all faces can be compared: a small gray picture. */
import type { CropSize } from '../../domain/faces';
import { addRows } from '../add-faces';

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
  const [columns, rows] = [cellsOf(width), cellsOf(height)];
  const sums = addRows(face, 3 * width, rows);
  for (let cell = 0; cell < LOOK; cell++) {
    const y = Math.floor(cell / LOOK_SIDE);
    const [left, right] = columns[cell % LOOK_SIDE]!;
    let [red, green, blue] = [0, 0, 0];
    for (let i = 3 * (y * width + left); i < 3 * (y * width + right); i += 3) {
      red += sums[i]!;
      green += sums[i + 1]!;
      blue += sums[i + 2]!;
    }
    const [top, bottom] = rows[y]!;
    const pixels = (right - left) * (bottom - top);
    const luma = (77 * red + 150 * green + 29 * blue) / (256 * pixels);
    looks[row * LOOK + cell] = Math.round(luma);
  }
}

/** Where the pixels of each cell begin and end, at least one each, by the length of the side. */
const cells = new Map<number, (readonly [number, number])[]>();

function cellsOf(length: number): readonly (readonly [number, number])[] {
  let known = cells.get(length);
  if (known === undefined) {
    known = Array.from({ length: LOOK_SIDE }, (_, i) => {
      const start = Math.floor((i * length) / LOOK_SIDE);
      return [start, Math.max(start + 1, Math.floor(((i + 1) * length) / LOOK_SIDE))] as const;
    });
    cells.set(length, known);
  }
  return known;
}
