import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { storedRegion, storedSize } from '../../src/images/stored-box';

/** A black image with a white rectangle; @returns the raw pixels' center of what is white. */
async function whiteCenter(image: Buffer) {
  const { data, info } = await sharp(image).greyscale().raw().toBuffer({ resolveWithObject: true });
  const box = { left: info.width, right: 0, top: info.height, bottom: 0 };
  for (let y = 0; y < info.height; y++)
    for (let x = 0; x < info.width; x++) {
      if (data[y * info.width + x]! < 128) continue;
      box.left = Math.min(box.left, x);
      box.right = Math.max(box.right, x + 1);
      box.top = Math.min(box.top, y);
      box.bottom = Math.max(box.bottom, y + 1);
    }
  return { ...box, ...info };
}

describe('storedRegion', () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8])(
    'finds the place of a face, orientation %i',
    async (orientation) => {
      const mark = await sharp({
        create: { width: 12, height: 8, channels: 3, background: '#fff' },
      })
        .png()
        .toBuffer();
      const stored = await sharp({
        create: { width: 80, height: 60, channels: 3, background: '#000' },
      })
        .composite([{ input: mark, left: 7, top: 5 }])
        .withMetadata({ orientation })
        .png()
        .toBuffer();
      const upright = await whiteCenter(await sharp(stored).autoOrient().png().toBuffer());
      const box = {
        x: upright.left,
        y: upright.top,
        width: upright.right - upright.left,
        height: upright.bottom - upright.top,
      };
      const size = { width: upright.width, height: upright.height };
      expect(storedSize(size, orientation)).toEqual({ width: 80, height: 60 });
      const region = storedRegion(box, size, orientation)!;
      expect(region.x * 80).toBeCloseTo(13);
      expect(region.y * 60).toBeCloseTo(9);
      expect(region.width * 80).toBeCloseTo(12);
      expect(region.height * 60).toBeCloseTo(8);
    },
  );

  it('is the part of a box that lies in the image', () => {
    const size = { width: 100, height: 50 };
    expect(storedRegion({ x: -20, y: 25, width: 40, height: 50 }, size, 1)).toEqual({
      x: 0.1,
      y: 0.75,
      width: 0.2,
      height: 0.5,
    });
    expect(storedRegion({ x: 100, y: 0, width: 40, height: 50 }, size, 1)).toBeUndefined();
  });
});
