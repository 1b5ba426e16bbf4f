/** Renders images in a process of their own, so that a decoder that crashes ends nothing else. */
import type { CropSize } from '../domain/faces';
import { DEFAULT_IMAGE_LIMITS, type ImageLimits } from '../images/image-limits';
import type { RenderedPhoto } from '../images/render';
import type { StoredForm } from './threads/image-worker';
import { IsolatedImages } from './threads/isolated-images';

let current: { key: string; images: IsolatedImages } | undefined;

function imagesWithin(limits: ImageLimits): IsolatedImages {
  const key = JSON.stringify(limits);
  if (current?.key !== key) {
    void current?.images.closeAfterCalls();
    current = { key, images: new IsolatedImages(limits) };
  }
  return current.images;
}

/**
 * @param side maximum side of the rendered photo, in pixels.
 * @param signal ends the wait; the process goes on with the image.
 * @returns the photo, or why it cannot be rendered.
 * @throws the signal's reason.
 */
export function renderPhotoSafely(
  path: string | Buffer,
  side: number,
  { limits, signal }: { limits: ImageLimits; signal: AbortSignal },
): Promise<RenderedPhoto | { reason: string }> {
  const render = imagesWithin(limits);
  const work = render.run(path, ({ remote }) => remote.call('renderPhoto', { path, side, limits }));
  return unlessAborted(work, signal);
}

/**
 * @param signal ends the wait; the process goes on with the image.
 * @returns how an image is stored, or why it cannot be read.
 * @throws the signal's reason.
 */
export function readStoredForm(
  path: string | Buffer,
  { limits, signal }: { limits: ImageLimits; signal: AbortSignal },
): Promise<StoredForm | { reason: string }> {
  const work = imagesWithin(limits).run(path, ({ remote }) =>
    remote.call('storedForm', { path, limits }),
  );
  return unlessAborted(work, signal);
}

/**
 * RGB of the center of an image, `[height, width, 3]`; undefined where it cannot be rendered.
 * @param signal ends the wait; the process goes on with the image.
 * @throws the signal's reason.
 */
export async function renderTileSafely(
  path: string | Buffer,
  size: CropSize,
  signal: AbortSignal,
): Promise<Uint8Array | undefined> {
  signal.throwIfAborted();
  const limits = DEFAULT_IMAGE_LIMITS;
  const work = imagesWithin(limits).run(path, ({ remote }) =>
    remote.call('renderTile', { path, size, limits }),
  );
  const tile = await unlessAborted(work, signal);
  return 'reason' in tile ? undefined : tile.pixels;
}

function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => {
      reject(signal.reason as Error);
    };
    signal.addEventListener('abort', abort, { once: true });
    if (signal.aborted) abort();
    void work.then(resolve, reject).finally(() => {
      signal.removeEventListener('abort', abort);
    });
  });
}
