import { describe, expect, it } from 'vitest';
import { LINEAR, resizeBox } from '../../src/images/resize';
import reference from './reference/pillow.json';

const image = {
  data: Uint8Array.from(reference.pixels),
  width: reference.width,
  height: reference.height,
};

describe('resizeBox', () => {
  it.each(reference.cases)(
    'equals Pillow for $box as $size with a $kernel kernel',
    ({ kernel, box, size, pixels }) => {
      const result =
        kernel === 'linear' ? resizeBox(image, box, size, LINEAR) : resizeBox(image, box, size);
      expect(result).toHaveLength(pixels.length);
      // Pillow rounds to whole levels after each direction, resizeBox after both.
      for (const [i, value] of pixels.entries())
        expect(Math.abs(result[i]! - value)).toBeLessThanOrEqual(1);
    },
  );

  it('copies pixels where nothing is resized, and replicates the border beyond it', () => {
    const whole = resizeBox(image, { x: 0, y: 0, width: image.width, height: image.height }, image);
    expect([...whole]).toEqual([...image.data]);
    const beyond = resizeBox(image, { x: -3, y: 2, width: 6, height: 3 }, { width: 6, height: 3 });
    const at = (x: number, y: number) =>
      image.data.subarray((y * image.width + x) * 3, (y * image.width + x) * 3 + 3);
    for (let y = 0; y < 3; y++) {
      for (let x = 0; x < 6; x++)
        expect([...beyond.subarray((y * 6 + x) * 3, (y * 6 + x) * 3 + 3)]).toEqual([
          ...at(Math.max(0, x - 3), y + 2),
        ]);
    }
  });

  it('keeps a flat image flat, enlarged and reduced', () => {
    const flat = { data: new Uint8Array(30 * 20 * 3).fill(201), width: 30, height: 20 };
    for (const size of [
      { width: 77, height: 51 },
      { width: 7, height: 5 },
    ]) {
      expect(new Set(resizeBox(flat, { x: 1.5, y: -2, width: 25, height: 23 }, size))).toEqual(
        new Set([201]),
      );
    }
  });
});
