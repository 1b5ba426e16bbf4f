/** Renders images in a process of their own, so that a decoder that crashes ends nothing else. */
import type { CropSize } from '../domain/faces';
import { DEFAULT_IMAGE_LIMITS, type ImageLimits } from '../images/image-limits';
import type { RenderedPhoto } from '../images/render';
import { IsolatedImages } from './threads/isolated-images';

let current: { key: string; images: IsolatedImages } | undefined;

function imagesWithin(limits: ImageLimits): IsolatedImages {
  const key = JSON.stringify(limits);
  if (current?.key !== key) {
    void current?.images.close();
    current = { key, images: new IsolatedImages(limits) };
  }
  return current.images;
}

/**
 * @param side maximum side of the rendered photo, in pixels.
 * @returns the photo, or why it cannot be rendered.
 */
export function renderPhotoSafely(
  path: string | Buffer,
  side: number,
  limits: ImageLimits,
): Promise<RenderedPhoto | { reason: string }> {
  const render = imagesWithin(limits);
  return render.run(path, ({ remote }) => remote.call('renderPhoto', { path, side, limits }));
}

/** RGB of the center of an image, `[height, width, 3]`; undefined where it cannot be rendered. */
export async function renderTileSafely(
  path: string | Buffer,
  size: CropSize,
): Promise<Uint8Array | undefined> {
  const limits = DEFAULT_IMAGE_LIMITS;
  const tile = await imagesWithin(limits).run(path, ({ remote }) =>
    remote.call('renderTile', { path, size, limits }),
  );
  return 'reason' in tile ? undefined : tile.pixels;
}
