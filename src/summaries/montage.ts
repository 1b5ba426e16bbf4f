/** A sheet of a cluster's most typical faces. */
import { resizeBox } from '../images/resize';
import type { CropReader } from '../runs/crop-reader';
import { tileSheet } from './tile-sheet';

const COLUMNS = 10;
const MAX_FACES = 100;
const TILE = { width: 80, height: 96 };

/**
 * @param rows faces in order; the first 100 are shown.
 * @returns a JPEG.
 */
export async function montage(crops: CropReader, rows: readonly number[]): Promise<Buffer> {
  const shown = rows.slice(0, MAX_FACES);
  const faces = await crops.faces(shown);
  const whole = { x: 0, y: 0, ...crops.size };
  return tileSheet(
    faces.map((data) => resizeBox({ data, ...crops.size }, whole, TILE)),
    TILE,
    COLUMNS,
  );
}
