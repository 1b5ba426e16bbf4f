/** Images as training reads them are those that the engine reads. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { expect, it } from 'vitest';
import { decodePixels } from '../../src/images/decode';
import { encodedImage } from '../../src/images/encoded-image';
import { quarters, temporaryFolder, turnedQuarters } from '../support/images';
import { hasModules, pythonCode } from '../support/python';

const isThere = hasModules(['numpy', 'PIL', 'tqdm'], 'the test of images for training', [
  'python3-numpy',
  'python3-pil',
  'python3-tqdm',
]);
const [WIDTH, HEIGHT] = [48, 60];

/** `quarters`, of which the left half, or all, is transparent. */
const transparent = async (share: number) => {
  const { data } = await quarters(WIDTH, HEIGHT)
    .ensureAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  for (let i = 0; i < WIDTH * HEIGHT; i++) if (i % WIDTH < WIDTH * share) data[4 * i + 3] = 60;
  return sharp(data, { raw: { width: WIDTH, height: HEIGHT, channels: 4 } });
};

/** A gray ramp with values up to this one, of 16 bits. */
const ramp = (most: number) => {
  const values = Uint16Array.from({ length: WIDTH * HEIGHT }, (_, i) =>
    Math.round((most * i) / (WIDTH * HEIGHT - 1)),
  );
  return sharp(values, { raw: { width: WIDTH, height: HEIGHT, channels: 1 } }).toColourspace(
    'grey16',
  );
};

const invisible = async () => {
  const { data } = await quarters(WIDTH, HEIGHT)
    .ensureAlpha(0)
    .raw()
    .toBuffer({ resolveWithObject: true });
  return sharp(data, { raw: { width: WIDTH, height: HEIGHT, channels: 4 } });
};

it.skipIf(!isThere)('are upright, on white, and of 8 bits', async () => {
  const folder = await temporaryFolder();
  const files: Record<string, Buffer> = {
    'half.png': await (await transparent(0.5)).png().toBuffer(),
    'half.webp': await (await transparent(0.5)).webp({ lossless: true }).toBuffer(),
    'palette.png': await (await transparent(0.5)).png({ palette: true }).toBuffer(),
    'gray.png': await (await transparent(0.5)).toColourspace('b-w').png().toBuffer(),
    'invisible.png': await (await invisible()).png().toBuffer(),
    '16.png': await ramp(65_535).png().toBuffer(),
    '16.tiff': await ramp(65_535).tiff({ compression: 'lzw' }).toBuffer(),
    '12.tiff': await ramp(4095).tiff({ compression: 'lzw' }).toBuffer(),
  };
  for (const most of [255, 1023, 4095, 16_383, 9000])
    files[`${most}.png`] = await ramp(most).png().toBuffer();
  for (const orientation of [1, 2, 3, 4, 5, 6, 7, 8]) {
    const turned = await turnedQuarters(WIDTH, HEIGHT, orientation);
    const stored = turned.withMetadata({ orientation });
    files[`${orientation}.jpg`] = await stored
      .clone()
      .jpeg({ quality: 98, chromaSubsampling: '4:4:4' })
      .toBuffer();
    files[`${orientation}.tiff`] = await stored.clone().tiff({ compression: 'lzw' }).toBuffer();
  }
  const damaged = Buffer.from(files['6.jpg']!);
  damaged.fill(0xff, damaged.indexOf('Exif') + 6, damaged.indexOf('Exif') + 14);
  files['damaged.jpg'] = damaged;
  for (const [name, bytes] of Object.entries(files)) await writeFile(join(folder, name), bytes);
  pythonCode(`
import numpy as np
from PIL import Image
values = np.linspace(-100, 2000, ${WIDTH * HEIGHT}).reshape(${HEIGHT}, ${WIDTH})
for name, kind in (('float', np.float32), ('32', np.int32)):
    Image.fromarray(values.astype(kind)).save(f'${folder}/{name}.tiff')`);

  const shapes = JSON.parse(
    pythonCode(`
import json
from pathlib import Path
from faces.pixels import read_pixels
shapes = {}
for path in sorted(Path(${JSON.stringify(folder)}).iterdir()):
    pixels = read_pixels(path)
    shapes[path.name] = pixels.shape
    pixels.tofile(f'{path}.rgb')
print(json.dumps(shapes))`),
  ) as Record<string, number[]>;
  expect(Object.keys(shapes)).toHaveLength(Object.keys(files).length + 2);
  for (const [name, shape] of Object.entries(shapes)) {
    const image = await encodedImage(await readFile(join(folder, name)));
    const own = await decodePixels(image, Infinity);
    expect(shape, name).toEqual([own.height, own.width, 3]);
    const read = await readFile(join(folder, `${name}.rgb`));
    const difference = read.reduce((sum, v, i) => sum + Math.abs(v - own.data[i]!), 0);
    expect(difference / read.length, name).toBeLessThan(1.5);
  }
});
