/** A sheet of a cluster's most typical faces. */
import type { CropSize } from '../domain/faces';
import { tileSheet } from './tile-sheet';

const COLUMNS = 10;
/** Maximum faces in it. */
export const MONTAGE_FACES = 100;

/**
 * @param tiles `[faces, size.height, size.width, 3]` RGB, in order.
 * @returns a JPEG.
 */
export function montage(tiles: Uint8Array, size: CropSize): Promise<Uint8Array> {
  const bytes = size.width * size.height * 3;
  const faces = Array.from({ length: tiles.length / bytes }, (_, i) =>
    tiles.subarray(i * bytes, (i + 1) * bytes),
  );
  return tileSheet(faces, size, COLUMNS);
}
