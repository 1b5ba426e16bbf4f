/**
 * Loads sharp on first use. Loading takes 40 ms per thread, and most threads decode only plain
 * JPEGs, without sharp (images/plain-jpeg.ts).
 */
import { createRequire } from 'node:module';
import type { default as Library, Sharp } from 'sharp';

/**
 * libvips 8.18's loaders of formats that are not supported (images/image-format.ts). The SVG
 * loader, for one, may draw without end. They are blocked by name: blocking applies to the whole
 * process, so to block all loaders first and then unblock some would make other threads fail.
 */
const BLOCKED_LOADERS = [
  'Svg', 'Pdf', 'Magick', 'Openslide', 'Vips', 'Csv', 'Matrix', 'Raw', 'Rad', 'Ppm', 'Analyze', 'Fits', 'Nifti', 'Openexr', 'Mat', 'Jp2k', 'Jxl',
  'Dcraw', 'Uhdr',
].map((name) => `VipsForeignLoad${name}`); // prettier-ignore

let library: typeof Library | undefined;

function load(): typeof Library {
  const loaded = createRequire(__filename)('sharp') as typeof Library;
  loaded.block({ operation: BLOCKED_LOADERS });
  return loaded;
}

/** @see Library */
export function sharp(...parameters: Parameters<typeof Library>): Sharp {
  library ??= load();
  return library(...parameters);
}
