/** A photo decoded once, small enough to be looked at as a whole and large enough for most of its crops. */
import { sharp } from '../lazy-sharp';
import type { Pixels } from './crop';
import { SQUARE, SQUARE_BYTES } from './detector';
import type { Box, CropSize } from './framing';

/** Photos up to this longer side, in pixels, are decoded as they are: reducing them costs more than it saves. */
const AS_IT_IS = 1920;
/** The overview of a larger one has at least this longer side. */
const SMALLEST = 960;
/** JPEGs are decoded at half their size, and so on, only where that leaves this factor for the resampling after it (sharp's own rule). */
const SHRINK = 3;

/** Longer side of an image's overview: panoramas keep more of their length, since they need their height. */
export function overviewSide({ width, height }: CropSize): number {
  const [longer, shorter] = [Math.max(width, height), Math.min(width, height)];
  if (longer <= AS_IT_IS) return longer;
  const panorama = Math.min(3200, Math.round((SMALLEST * longer) / shorter / 2));
  return Math.max(SMALLEST, panorama, Math.min(AS_IT_IS, Math.floor(longer / SHRINK)));
}

/** Rows of the photo that make a row of the square, at least, where there are as many: more take longer and show the detector nothing new. */
const ROWS = 5;

/** A square of an image as the detector takes it. */
export interface Square {
  /** RGB bytes `[192, 192, 3]`. */
  pixels: Uint8Array;
  /** From fractions of the square to pixels of the image it was cut from. */
  toImage: (x: number, y: number) => { x: number; y: number };
}

/**
 * Cuts a part out of an image and fits it into the detector's square, centred on black, as MediaPipe does.
 * @param fill share of the square's side that the part's longer side takes, in (0, 1].
 * @param quarterTurns how often the square is turned clockwise by 90°.
 */
export async function squareOf({ data, width }: Pixels, part: Box, fill = 1, quarterTurns = 0): Promise<Square> {
  const scale = (fill * SQUARE) / Math.max(part.width, part.height);
  const inner = { width: Math.max(1, Math.round(part.width * scale)), height: Math.max(1, Math.round(part.height * scale)) };
  const left = Math.floor((SQUARE - inner.width) / 2);
  const top = Math.floor((SQUARE - inner.height) / 2);
  // Of the many rows that fall on one, a few tell its colour: read as an image of `n` times the width, its left part is every n-th row.
  const every = Math.max(1, Math.floor(part.height / inner.height / ROWS));
  const rows = Math.floor(part.height / every);
  const start = part.y * width * 3;
  const fitted = await sharp(data.subarray(start, start + rows * every * width * 3), {
    raw: { width: width * every, height: rows, channels: 3 },
  })
    .extract({ left: part.x, top: 0, width: part.width, height: rows })
    .resize(inner.width, inner.height, { fit: 'fill', kernel: 'linear' })
    .extend({ left, top, right: SQUARE - inner.width - left, bottom: SQUARE - inner.height - top, background: '#000000' })
    .raw()
    .toBuffer();
  const pixels =
    quarterTurns === 0
      ? fitted
      : await sharp(fitted, { raw: { width: SQUARE, height: SQUARE, channels: 3 } })
          .rotate(90 * quarterTurns)
          .raw()
          .toBuffer();
  if (pixels.length !== SQUARE_BYTES) throw new RangeError(`expected ${SQUARE_BYTES} bytes of a square, got ${pixels.length}`);
  return {
    pixels,
    toImage: (x, y) => {
      // Undo the turns, then the letterbox.
      let [u, v] = [x, y];
      for (let turn = 0; turn < quarterTurns; turn++) [u, v] = [v, 1 - u];
      return {
        x: part.x + ((u * SQUARE - left) * part.width) / inner.width,
        y: part.y + ((v * SQUARE - top) * part.height) / inner.height,
      };
    },
  };
}
