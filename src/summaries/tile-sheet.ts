/** Images of equal size in rows and columns. */
import type { CropSize } from '../domain/faces';
import { encodeRgb } from '../images/crop-strips';

/** RGB bytes of a tile; undefined for a gray one. */
export type Tile = Uint8Array | undefined;

const GRAY = 160;
/** JPEG quality of a sheet. */
const QUALITY = 88;

/** @returns a JPEG. */
export function tileSheet(
  tiles: readonly Tile[],
  tile: CropSize,
  maxColumns: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const columns = Math.min(maxColumns, Math.max(1, tiles.length));
  const size = {
    width: columns * tile.width,
    height: Math.max(1, Math.ceil(tiles.length / columns)) * tile.height,
  };
  const sheet = Buffer.alloc(size.width * size.height * 3, 255);
  for (const [i, pixels] of tiles.entries()) {
    const left = (i % columns) * tile.width;
    const top = Math.floor(i / columns) * tile.height;
    for (let y = 0; y < tile.height; y++) {
      const at = ((top + y) * size.width + left) * 3;
      if (pixels === undefined) sheet.fill(GRAY, at, at + tile.width * 3);
      else sheet.set(pixels.subarray(y * tile.width * 3, (y + 1) * tile.width * 3), at);
    }
  }
  return encodeRgb(sheet, size.width, size.height, QUALITY);
}
