/** Decoded images, compared with the pictures they were made from. */
import type { Sharp } from 'sharp';
import { decodePixels } from '../../src/images/decode';
import { encodedImage } from '../../src/images/encoded-image';
import type { Pixels } from '../../src/images/pixels';

/** Decodes an image in full; its size has to be the announced one. */
export async function decodeWhole(bytes: Buffer): Promise<Pixels> {
  const image = await encodedImage(bytes);
  const pixels = await decodePixels(image, Math.max(image.width, image.height));
  if (pixels.width !== image.width || pixels.height !== image.height)
    throw new Error(
      `expected ${image.width}×${image.height}, got ${pixels.width}×${pixels.height}`,
    );
  return pixels;
}

/** Mean absolute difference from a picture, in levels; infinite where the sizes differ. */
export async function meanError(pixels: Pixels, picture: Sharp): Promise<number> {
  const { data, info } = await picture
    .removeAlpha()
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  if (info.width !== pixels.width || info.height !== pixels.height) return Infinity;
  let sum = 0;
  for (const [i, value] of data.entries()) sum += Math.abs(value - pixels.data[i]!);
  return sum / data.length;
}
