/** Sheets: JPEGs with small pictures of several faces, side by side in rows. */
import { type CropSize, SHEET_COLUMNS, type SheetFaceWidth } from '../domain/faces';
import { sharp } from './lazy-sharp';

/** Height of a picture ÷ its width, as the network sees faces. */
const ASPECT = 1.2;
const QUALITY = 80;

/**
 * @param crops RGB bytes `[height, width, 3]` of each face, of which there is at least one.
 * @param size of each crop. What is wider or higher than a small picture is cut off on both sides.
 * @param width of each picture, in pixels.
 * @returns a JPEG with `SHEET_COLUMNS` pictures in each row; places without a face are black.
 */
export async function faceSheet(
  crops: readonly Uint8Array[],
  size: CropSize,
  width: SheetFaceWidth,
): Promise<Uint8Array> {
  const rows = Math.ceil(crops.length / SHEET_COLUMNS);
  const shown = shownPart(size);
  const line = SHEET_COLUMNS * shown.width * 3;
  const pixels = Buffer.alloc(rows * shown.height * line);
  for (const [i, crop] of crops.entries()) {
    const top = Math.floor(i / SHEET_COLUMNS) * shown.height;
    const left = (i % SHEET_COLUMNS) * shown.width * 3;
    for (let y = 0; y < shown.height; y++) {
      const from = ((shown.top + y) * size.width + shown.left) * 3;
      pixels.set(crop.subarray(from, from + shown.width * 3), (top + y) * line + left);
    }
  }
  const raw = {
    width: SHEET_COLUMNS * shown.width,
    height: rows * shown.height,
    channels: 3,
  } as const;
  return sharp(pixels, { raw })
    .resize(SHEET_COLUMNS * width, Math.round(rows * width * ASPECT), { fit: 'fill' })
    .jpeg({ quality: QUALITY })
    .toBuffer();
}

/** The largest part in the middle of a crop with the proportions of a small picture. */
function shownPart({ width, height }: CropSize) {
  const whole = Math.min(width, height / ASPECT);
  const shown = {
    width: Math.max(1, Math.round(whole)),
    height: Math.max(1, Math.round(whole * ASPECT)),
  };
  return {
    ...shown,
    left: Math.floor((width - shown.width) / 2),
    top: Math.floor((height - shown.height) / 2),
  };
}
