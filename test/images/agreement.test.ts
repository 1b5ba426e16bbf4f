/**
 * Size, orientation and pixels of an image agree wherever they are used: for boxes, for crops, and
 * in the photo dialog. Images are generated in every format, orientation and odd size.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import sharp, { type Sharp } from 'sharp';
import { expect, it } from 'vitest';
import { decodeCrop, decodePixels } from '../../src/images/decode';
import { encodedImage } from '../../src/images/encoded-image';
import { DEFAULT_IMAGE_LIMITS } from '../../src/images/image-limits';
import { renderPhoto } from '../../src/images/render';
import { temporaryFolder, turnedQuarters } from '../support/images';

/** Encoders that keep an orientation, and how far a pixel may be from the original. */
const ENCODERS: Record<string, (image: Sharp) => Sharp> = {
  jpeg: (image) => image.jpeg({ quality: 98, chromaSubsampling: '4:4:4' }),
  'progressive jpeg': (image) =>
    image.jpeg({ quality: 98, chromaSubsampling: '4:4:4', progressive: true }),
  png: (image) => image.png(),
  webp: (image) => image.webp({ lossless: true }),
  tiff: (image) => image.tiff({ compression: 'lzw' }),
};
/** Largest mean difference from the original, of 255. */
const MAX_ERROR = 6;

/** Color of `quarters` at a place, in fractions of the sides. */
function colorAt(x: number, y: number): [number, number, number] {
  const value = y < 0.5 ? 250 : 120;
  return x < 0.5 ? [value, 0, 0] : [0, 0, value];
}

/** Mean difference between the color of a quarter and pixels around its middle. */
function error(data: Uint8Array, width: number, height: number, x: number, y: number): number {
  const at = 3 * (Math.floor(y * height) * width + Math.floor(x * width));
  const expected = colorAt(x, y);
  return [0, 1, 2].reduce((sum, i) => sum + Math.abs(data[at + i]! - expected[i]!), 0) / 3;
}

const MIDDLES = [0.25, 0.75].flatMap((x) => [0.25, 0.75].map((y) => ({ x, y })));

it('holds for every format, orientation and size', { timeout: 300_000 }, async () => {
  const folder = await temporaryFolder();
  let number = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...Object.keys(ENCODERS)),
      fc.integer({ min: 1, max: 8 }),
      fc.integer({ min: 17, max: 301 }),
      fc.integer({ min: 17, max: 301 }),
      async (format, orientation, width, height) => {
        const stored = await turnedQuarters(width, height, orientation);
        const bytes = await ENCODERS[format]!(stored.withMetadata({ orientation })).toBuffer();
        const image = await encodedImage(bytes);
        expect([image.width, image.height]).toEqual([width, height]);

        const whole = await decodePixels(image, 10_000);
        expect([whole.width, whole.height]).toEqual([width, height]);
        for (const { x, y } of MIDDLES)
          expect(error(whole.data, width, height, x, y)).toBeLessThan(MAX_ERROR);

        const size = { width: 16, height: 16 };
        for (const { x, y } of MIDDLES) {
          // The middle half of a quarter has a single color.
          const box = {
            x: (x - 0.125) * width,
            y: (y - 0.125) * height,
            width: width / 4,
            height: height / 4,
          };
          const crop = await decodeCrop(image, box, size);
          const mean = [0, 1, 2].map(
            (i) => crop.filter((_, at) => at % 3 === i).reduce((sum, each) => sum + each, 0) / 256,
          );
          for (const [i, expected] of colorAt(x, y).entries())
            expect(Math.abs(mean[i]! - expected)).toBeLessThan(MAX_ERROR);
        }

        const path = join(folder, `${number++}.any`);
        await writeFile(path, bytes);
        const photo = await renderPhoto({ path }, 10_000, DEFAULT_IMAGE_LIMITS);
        expect([photo.width, photo.height]).toEqual([width, height]);
        const shown = await sharp(photo.jpeg).raw().toBuffer();
        for (const { x, y } of MIDDLES)
          expect(error(shown, width, height, x, y)).toBeLessThan(4 * MAX_ERROR);
      },
    ),
    { numRuns: 120, seed: 51 },
  );
});
