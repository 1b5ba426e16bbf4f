import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { degrade, DEGRADATIONS } from '../../src/datasets/degrade';
import { random } from '../support/vectors';

const size = { width: 40, height: 48 };

function noise(): Uint8Array {
  const draw = random(3);
  return Uint8Array.from({ length: size.width * size.height * 3 }, () => Math.floor(draw() * 256));
}

describe('degrade', () => {
  it('leaves an even crop as it is, and gives the same size always', () => {
    const even = new Uint8Array(size.width * size.height * 3).fill(77);
    for (const { kind, amount } of DEGRADATIONS)
      expect(Buffer.from(degrade({ data: even, ...size }, kind, amount))).toEqual(
        Buffer.from(even),
      );
  });

  it("blurs as libvips' Gaussian does", async () => {
    const data = noise();
    const raw = { ...size, channels: 3 as const };
    for (const sigma of [1, 2, 3]) {
      const expected = await sharp(data, { raw })
        .blur({ sigma, precision: 'float', minAmplitude: 0.011 })
        .raw()
        .toBuffer();
      const own = degrade({ data, ...size }, 'blur', sigma);
      // Away from the border, where libvips replicates what it has rounded already.
      for (let y = 12; y < 36; y++) for (let x = 12; x < 28; x++) {
        const at = (y * size.width + x) * 3;
        expect(Math.abs(own[at]! - expected[at]!)).toBeLessThanOrEqual(1);
      } // prettier-ignore
    }
  });

  it('loses detail: the smaller, the more', () => {
    const data = noise();
    const spread = (pixels: Uint8Array) => {
      const mean = pixels.reduce((sum, value) => sum + value, 0) / pixels.length;
      return pixels.reduce((sum, value) => sum + (value - mean) ** 2, 0) / pixels.length;
    };
    const spreads = [0.75, 0.5, 0.25].map((factor) =>
      spread(degrade({ data, ...size }, 'size', factor)),
    );
    expect([spread(data), ...spreads]).toEqual([spread(data), ...spreads].sort((a, b) => b - a));
  });
});
