/** A sheet of a cluster's most typical faces. */
import sharp from 'sharp';
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
  const faces = await crops.jpegs(shown);
  const columns = Math.min(COLUMNS, Math.max(1, shown.length));
  const lines = Math.max(1, Math.ceil(shown.length / columns));
  const tiles = await Promise.all(
    faces.map(async (face, i) => ({
      input: await sharp(face).resize(TILE.width, TILE.height, { fit: 'fill' }).png({ compressionLevel: 0 }).toBuffer(),
      left: (i % columns) * TILE.width,
      top: Math.floor(i / columns) * TILE.height,
    })),
  );
  return sharp({ create: { width: columns * TILE.width, height: lines * TILE.height, channels: 3, background: '#ffffff' } })
    .composite(tiles)
    .jpeg({ quality: 88 })
    .toBuffer();
}
