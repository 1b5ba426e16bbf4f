/** Renders photos for users. */
import type { CropSize } from '../domain/faces';
import { encodeRgb } from './crop-strips';
import { decodePixels } from './decode';
import { readImage } from './encoded-image';
import { centeredPart } from './framing';
import type { ImageLimits } from './image-limits';
import type { ImageFile } from './image-list';
import { resizeBox } from './resize';

export interface RenderedPhoto {
  jpeg: Uint8Array<ArrayBuffer>;
  /** Size of the upright photo itself, in pixels. */
  width: number;
  height: number;
}

const QUALITY = 86;

/**
 * @param side longest side of the JPEG, in pixels; a smaller photo is not enlarged.
 * @throws ImageError saying why it cannot be shown.
 */
export async function renderPhoto(
  image: Pick<ImageFile, 'path'>,
  side: number,
  limits: ImageLimits,
): Promise<RenderedPhoto> {
  const encoded = await readImage(image, limits);
  const { data, width, height } = await decodePixels(encoded, side);
  const jpeg = await encodeRgb(
    Buffer.from(data.buffer, data.byteOffset, data.byteLength),
    width,
    height,
    QUALITY,
  );
  return { jpeg, width: encoded.width, height: encoded.height };
}

/** Longer side at which images are decoded for tiles, in pixels. */
const TILE_DECODE_SIDE = 512;

/**
 * @param size of the tile, in pixels.
 * @returns RGB bytes, `[height, width, 3]`, of the image's largest centered part with the tile's
 * proportions.
 * @throws ImageError saying why it cannot be shown.
 */
export async function renderTile(
  image: Pick<ImageFile, 'path'>,
  size: CropSize,
  limits: ImageLimits,
): Promise<Uint8Array<ArrayBuffer>> {
  const pixels = await decodePixels(await readImage(image, limits), TILE_DECODE_SIDE);
  const whole = { x: 0, y: 0, width: pixels.width, height: pixels.height };
  return new Uint8Array(resizeBox(pixels, centeredPart(whole, size.width / size.height), size));
}
