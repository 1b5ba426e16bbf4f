/**
 * sharp, loaded when it is first called. It and what it needs take 40 ms of every thread, and most threads decode plain JPEGs alone, which need
 * none of it (faces/jpeg.ts).
 */
import { createRequire } from 'node:module';
import type { default as Library, Sharp } from 'sharp';

let library: typeof Library | undefined;

/** @see Library */
export function sharp(...parameters: Parameters<typeof Library>): Sharp {
  library ??= createRequire(__filename)('sharp') as typeof Library;
  return library(...parameters);
}
