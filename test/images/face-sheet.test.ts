import { describe, expect, it } from 'vitest';
import sharp from 'sharp';
import { faceSheet } from '../../src/images/face-sheet';

/** A plain crop, whose edges above, below or beside its middle are of another color. */
function crop(width: number, height: number, gray: number, edge = gray): Uint8Array {
  const [left, top] = [Math.max(0, (width - (height * 5) / 6) / 2), Math.max(0, (height - width * 1.2) / 2)]; // prettier-ignore
  const isEdge = (x: number, y: number) =>
    x < left || x >= width - left || y < top || y >= height - top;
  return Uint8Array.from({ length: width * height * 3 }, (_, i) => {
    const pixel = Math.floor(i / 3);
    return isEdge(pixel % width, Math.floor(pixel / width)) ? edge : gray;
  });
}

async function graysOf(jpeg: Uint8Array) {
  const { data, info } = await sharp(jpeg).greyscale().raw().toBuffer({ resolveWithObject: true });
  const { width, height } = info;
  return { width, height, at: (x: number, y: number) => data[y * width + x]! };
}

describe('a sheet', () => {
  it('holds small faces side by side in rows of eight', async () => {
    const crops = Array.from({ length: 11 }, (_, i) => crop(160, 192, 20 * i + 10));
    const { width, height, at } = await graysOf(
      await faceSheet(crops, { width: 160, height: 192 }, 60),
    );
    expect([width, height]).toEqual([480, 144]);
    for (let i = 0; i < 11; i++) {
      const gray = at(60 * (i % 8) + 30, 72 * Math.floor(i / 8) + 36);
      expect(Math.abs(gray - (20 * i + 10)), `face ${String(i)}`).toBeLessThan(6);
    }
    expect(at(60 * 3 + 30, 72 + 36)).toBeLessThan(6); // there is no face
  });

  it.each([
    [112, 112],
    [89, 218],
    [64, 64],
  ])('cuts crops of %i by %i, and distorts none', async (width, height) => {
    const sheet = await graysOf(
      await faceSheet([crop(width, height, 200, 0)], { width, height }, 60),
    );
    expect([sheet.width, sheet.height]).toEqual([480, 72]);
    for (const [x, y] of [
      [4, 4],
      [55, 4],
      [4, 67],
      [55, 67],
      [30, 36],
    ] as const)
      expect(sheet.at(x, y), `at ${String(x)}, ${String(y)}`).toBeGreaterThan(180);
  });
});
