/** Aligned crops of one network, fitted to the input of another. */
import type { CropSize } from '../domain/faces';
import type { Framing } from '../domain/networks';
import { sharp } from './lazy-sharp';

/**
 * Cuts the middle of crops in the proportions of the input, or stretches them, and resizes them.
 * @param crops RGB bytes, `[size.height, size.width, 3]` each.
 * @returns RGB bytes, `[input.height, input.width, 3]` each; the crops themselves if they fit.
 */
export async function fittedCrops(
  crops: readonly Buffer[],
  size: CropSize,
  { width, height, stretch = false }: Framing,
): Promise<Buffer[]> {
  if (size.width === width && size.height === height) return [...crops];
  return Promise.all(
    crops.map((crop) =>
      sharp(crop, { raw: { ...size, channels: 3 } })
        .resize(width, height, { fit: stretch ? 'fill' : 'cover' })
        .raw()
        .toBuffer(),
    ),
  );
}
