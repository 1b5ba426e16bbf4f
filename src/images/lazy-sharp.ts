/**
 * sharp, loaded when it is first called. It and what it needs take 40 ms of every thread, and most
 * threads decode plain JPEGs alone, which need none of it (images/plain-jpeg.ts).
 */
import { createRequire } from 'node:module';
import type { default as Library, Sharp } from 'sharp';

/**
 * Loaders of formats that are not read (images/image-format.ts), as libvips 8.18 names them. SVG's
 * draws for as long as a file asks it to. They are blocked one by one, since blocking is for the
 * whole process: with all of them blocked for a moment, other threads would fail.
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
