import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { decodeCrop } from '../../src/images/decode';
import { readImage } from '../../src/images/encoded-image';
import { alignedFrame } from '../../src/images/framing';
import { ImageError } from '../../src/images/image-error';
import { quarters, temporaryFolder, turnedQuarters } from '../support/images';

const SIZE = { width: 160, height: 192 };

async function decode(bytes: Uint8Array, name = 'image') {
  const path = join(await temporaryFolder(), name);
  await writeFile(path, bytes);
  const image = await readImage({ path });
  const pixels = await decodeCrop(image, alignedFrame(image, SIZE), SIZE);
  const at = (x: number, y: number) =>
    Array.from(pixels.subarray((y * SIZE.width + x) * 3, (y * SIZE.width + x) * 3 + 3));
  return { image, pixels, at };
}

/** Upper left is bright red, upper right bright blue, the lower half darker. */
function expectQuarters(at: (x: number, y: number) => number[]) {
  const near = (actual: number[], expected: number[]) => {
    for (const [i, value] of expected.entries())
      expect(Math.abs(actual[i]! - value)).toBeLessThan(14);
  };
  near(at(30, 40), [250, 0, 0]);
  near(at(130, 40), [0, 0, 250]);
  near(at(30, 150), [120, 0, 0]);
  near(at(130, 150), [0, 0, 120]);
}

describe('decoding', () => {
  it.each(['jpeg', 'png', 'webp', 'avif', 'gif', 'tiff'] as const)('reads %s', async (format) => {
    const options =
      format === 'png' || format === 'gif' ? {} : { quality: 95, chromaSubsampling: '4:4:4' };
    const { at, pixels } = await decode(
      await quarters(178, 218).toFormat(format, options).toBuffer(),
    );
    expect(pixels).toHaveLength(160 * 192 * 3);
    expectQuarters(at);
  });

  it.each([1, 2, 3, 4, 5, 6, 7, 8])(
    'turns an image of EXIF orientation %i upright',
    async (orientation) => {
      const bytes = await (
        await turnedQuarters(178, 218, orientation)
      )
        .withMetadata({ orientation })
        .jpeg({ quality: 95, chromaSubsampling: '4:4:4' })
        .toBuffer();
      const { image, at } = await decode(bytes);
      expect([image.width, image.height]).toEqual([178, 218]);
      expectQuarters(at);
    },
  );

  it('reads gray, 16-bit, CMYK and transparent images', async () => {
    const gray = await decode(await quarters(178, 218).greyscale().png().toBuffer());
    expect(gray.at(30, 40)).toHaveLength(3);
    const deep = await decode(await quarters(178, 218).toColourspace('rgb16').png().toBuffer());
    expectQuarters(deep.at);
    const cmyk = await decode(
      await quarters(178, 218).toColourspace('cmyk').jpeg({ quality: 95 }).toBuffer(),
    );
    expect(cmyk.at(30, 40)[0]).toBeGreaterThan(150);
    expect(cmyk.at(30, 40)[2]).toBeLessThan(110);
    const clear = await decode(
      await sharp({
        create: {
          width: 178,
          height: 218,
          channels: 4,
          background: { r: 9, g: 9, b: 9, alpha: 0 },
        },
      })
        .png()
        .toBuffer(),
    );
    // Where everything is transparent, the fourth channel means something else.
    expect(clear.at(80, 90)).toEqual([9, 9, 9]);
  });

  it('reads the first frame of an animated image', async () => {
    const frames = await Promise.all(
      ['#ff0000', '#00ff00'].map((background) =>
        sharp({ create: { width: 60, height: 70, channels: 3, background } })
          .png()
          .toBuffer(),
      ),
    );
    const { at } = await decode(
      await sharp(frames, { join: { animated: true } })
        .gif()
        .toBuffer(),
    );
    expect(at(80, 90)).toEqual([255, 0, 0]);
  });

  it('cuts a very wide image from its middle', async () => {
    const { image } = await decode(await quarters(20_000, 40).png().toBuffer());
    expect(image.width).toBe(20_000);
  });

  it('replicates the border where the frame reaches beyond the image', async () => {
    // LFW's framing reaches above the image; a black border would show in the first rows.
    const { at } = await decode(
      await sharp({ create: { width: 250, height: 250, channels: 3, background: '#c86432' } })
        .png()
        .toBuffer(),
    );
    expect(at(80, 0)).toEqual([200, 100, 50]);
  });

  it.each([
    ['is empty', new Uint8Array(), /empty \(0 bytes\)/],
    [
      'is text',
      Buffer.from('this is no image, whatever its name says'),
      /not an image that can be read: its content is none of JPEG/,
    ],
  ])('refuses a file that %s', async (_, bytes, message) => {
    await expect(decode(bytes, 'face.jpg')).rejects.toThrow(message);
    await expect(decode(bytes, 'face.jpg')).rejects.toBeInstanceOf(ImageError);
  });

  it('refuses a truncated image', async () => {
    const whole = await quarters(178, 218).jpeg().toBuffer();
    await expect(decode(whole.subarray(0, whole.length / 2))).rejects.toThrow(
      /the JPEG is cut short: its end marker is missing/,
    );
  });

  it('refuses an image of one pixel, naming what it expects', async () => {
    const bytes = await sharp({ create: { width: 1, height: 1, channels: 3, background: '#fff' } })
      .png()
      .toBuffer();
    await expect(decode(bytes)).rejects.toThrow(
      'too small: expected at least 16×16 pixels, got 1×1',
    );
  });

  it('refuses an image of more pixels than memory allows, by its header alone', async () => {
    const bytes = await sharp({
      create: { width: 30_000, height: 14_000, channels: 3, background: '#fff' },
      limitInputPixels: false,
    })
      .png({ compressionLevel: 1 })
      .toBuffer();
    await expect(decode(bytes)).rejects.toThrow(
      'too large: expected at most 400 megapixels (setting maxImageMegapixels), got 30000×14000',
    );
  });

  it('reports why a file cannot be read', async () => {
    await expect(readImage({ path: '/nowhere/face.jpg' })).rejects.toThrow('is gone now');
    const path = join(await temporaryFolder(), 'secret.png');
    await writeFile(path, await quarters(20, 20).png().toBuffer());
    await chmod(path, 0);
    if (process.getuid?.() !== 0)
      await expect(readImage({ path })).rejects.toThrow('no permission');
  });
});

describe('alignedFrame', () => {
  it('omits two of 196 rows above and below in CelebA', () => {
    const { x, y, width, height } = alignedFrame({ width: 178, height: 218 }, SIZE);
    expect([x, width]).toEqual([0, 178]);
    expect(y).toBeCloseTo((218 - 178 * 1.2) / 2, 9);
    expect(height).toBeCloseTo(178 * 1.2, 9);
  });

  it("takes the largest part of LFW's region with the network's proportions out of a square", () => {
    const { x, y, width, height } = alignedFrame({ width: 250, height: 250 }, SIZE);
    expect([x, width]).toEqual([29, 192]);
    // 192×235 minus 2.3 rows above and below.
    expect(height).toBeCloseTo(192 * 1.2, 9);
    expect(y).toBeCloseTo(-5 + (235 - 192 * 1.2) / 2, 9);
  });
});
