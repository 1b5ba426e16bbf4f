/**
 * Draws SVG as PNG. For charts of this program only, and in a process of its own: the loader of
 * libvips for SVG, which lazy-sharp.ts blocks, may draw foreign SVG without end.
 */
import { createRequire } from 'node:module';
import type { default as Library } from 'sharp';

/** Pixels of a unit: charts are sharp on paper and on screens of twice the density. */
const SCALE = 2;
/** Density at which sharp draws a unit as a pixel. */
const DPI = 72;

/** @returns a PNG for each chart. Texts are in the system's font. */
export async function drawSvgs(svgs: readonly string[]): Promise<Uint8Array<ArrayBuffer>[]> {
  const sharp = createRequire(__filename)('sharp') as typeof Library;
  sharp.concurrency(1);
  const drawn: Uint8Array<ArrayBuffer>[] = [];
  for (const svg of svgs) {
    const png = await sharp(Buffer.from(svg), { density: SCALE * DPI })
      .png()
      .toBuffer();
    drawn.push(new Uint8Array(png));
  }
  return drawn;
}
