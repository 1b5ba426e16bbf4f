/** A sheet of a cluster's most typical faces. */
import sharp from 'sharp';
import { resizeBox } from '../faces/resize';
import type { CropReader } from '../store/crops';

const COLUMNS = 10;
const LARGEST = 100;
const TILE = { width: 80, height: 96 };

/**
 * @param rows faces in the order they are to stand in; the first 100 are taken.
 * @returns a JPEG.
 */
export async function montage(crops: CropReader, rows: readonly number[]): Promise<Buffer> {
  const shown = rows.slice(0, LARGEST);
  const faces = await crops.faces(shown);
  const columns = Math.min(COLUMNS, Math.max(1, shown.length));
  const lines = Math.max(1, Math.ceil(shown.length / columns));
  const size = { width: columns * TILE.width, height: lines * TILE.height };
  const sheet = Buffer.alloc(size.width * size.height * 3, 255);
  const whole = { x: 0, y: 0, ...crops.size };
  for (const [i, data] of faces.entries()) {
    const tile = resizeBox({ data, ...crops.size }, whole, TILE);
    const left = (i % columns) * TILE.width;
    const top = Math.floor(i / columns) * TILE.height;
    for (let y = 0; y < TILE.height; y++)
      tile.copy(sheet, ((top + y) * size.width + left) * 3, y * TILE.width * 3, (y + 1) * TILE.width * 3);
  }
  return sharp(sheet, { raw: { ...size, channels: 3 } })
    .jpeg({ quality: 88 })
    .toBuffer();
}
