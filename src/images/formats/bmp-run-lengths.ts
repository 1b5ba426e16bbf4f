/** Run lengths of BMPs with 4 or 8 bits a pixel. */
import { t } from '../../text/translate';

/** After a 0: the end of a row, that of the bitmap, and a move to the right and up. */
const END_OF_ROW = 0;
const END_OF_BITMAP = 1;
const MOVE = 2;

/**
 * @returns indices of colors, `[height, width]`, in the file's order; 0 where nothing is drawn.
 * @throws Error where the data end before the bitmap.
 */
export function runLengths(bytes: Buffer, width: number, height: number, bits: number): Uint8Array {
  const indices = new Uint8Array(width * height);
  let [at, x, y] = [0, 0, 0];
  const draw = (index: number) => {
    if (x < width) indices[y * width + x] = index;
    x += 1;
  };
  /** The color at a position after `start`; in 4 bits the upper half of a byte comes first. */
  const colorAt = (start: number, i: number) =>
    bits === 8 ? bytes[start + i]! : (bytes[start + (i >> 1)]! >> (i % 2 === 0 ? 4 : 0)) & 0xf;
  while (y < height) {
    if (at + 2 > bytes.length) throw new Error(t('rows are missing'));
    const [count, value] = [bytes[at]!, bytes[at + 1]!];
    at += 2;
    if (count > 0) {
      for (let i = 0; i < count; i++) draw(colorAt(at - 1, bits === 8 ? 0 : i % 2));
    } else if (value === END_OF_ROW) {
      [x, y] = [0, y + 1];
    } else if (value === END_OF_BITMAP) {
      break;
    } else if (value === MOVE) {
      [x, y] = [x + (bytes[at] ?? 0), y + (bytes[at + 1] ?? 0)];
      at += 2;
    } else {
      const length = Math.ceil((value * bits) / 16) * 2; // padded to two bytes
      if (at + length > bytes.length) throw new Error(t('rows are missing'));
      for (let i = 0; i < value; i++) draw(colorAt(at, i));
      at += length;
    }
  }
  return indices;
}
