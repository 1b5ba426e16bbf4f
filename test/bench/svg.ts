/** Draws SVG, for pictures of the benchmarks. */
import sharp, { type Sharp } from 'sharp';

/** @returns the picture on white, as JPEG. */
export function render(svg: string): Promise<Buffer> {
  return drawn(svg).flatten({ background: '#fff' }).jpeg({ quality: 90 }).toBuffer();
}

/** Draws the content of an SVG over an image of 250×250 pixels. */
export async function overlay(image: Sharp, content: string): Promise<Sharp> {
  const layer = await drawn(svgOf(250, 250, content))
    .png()
    .toBuffer();
  return sharp(await image.png().toBuffer()).composite([{ input: layer }]);
}

/** The text of an SVG. */
export const svgOf = (width: number, height: number, content: string): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">${content}</svg>`;

function drawn(svg: string): Sharp {
  sharp.unblock({ operation: ['VipsForeignLoadSvg'] }); // images/lazy-sharp.ts blocks it
  return sharp(Buffer.from(svg));
}
