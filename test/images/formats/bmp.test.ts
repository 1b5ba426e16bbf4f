/** BMP with all numbers of bits, of Windows and OS/2. */
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { encodedImage } from '../../../src/images/encoded-image';
import { bitmap, type BitmapKind } from '../../support/bitmaps';
import { decodeWhole, meanError } from '../../support/decoded';
import { quarters } from '../../support/images';

const [WIDTH, HEIGHT] = [61, 43];
const picture = () => quarters(WIDTH, HEIGHT);
const RGB565 = [0xf800, 0x7e0, 0x1f];

const KINDS: [string, BitmapKind][] = [
  ['2 bits', { bits: 2 }],
  ['4 bits', { bits: 4 }],
  ['8 bits', { bits: 8 }],
  ['16 bits', { bits: 16 }],
  ['24 bits', { bits: 24 }],
  ['32 bits', { bits: 32 }],
  ['16 bits with masks', { bits: 16, masks: RGB565 }],
  ['32 bits with masks', { bits: 32, masks: [0xff, 0xff00, 0xff0000] }],
  ['32 bits with masks of 10 bits', { bits: 32, masks: [0x3ff00000, 0xffc00, 0x3ff] }],
  ['32 bits with alpha', { bits: 32, masks: [0xff0000, 0xff00, 0xff, 0xff000000], header: 108 }],
  [
    '32 bits with alpha behind the header',
    { bits: 32, masks: [0xff0000, 0xff00, 0xff, 0xff000000] },
  ],
  ['16 bits with alpha', { bits: 16, masks: [0x7c00, 0x3e0, 0x1f, 0x8000], header: 56 }],
  ['run lengths of 8 bits', { bits: 8, runs: true }],
  ['run lengths of 4 bits', { bits: 4, runs: true }],
  ['8 bits from the top', { bits: 8, topDown: true }],
  ['24 bits from the top', { bits: 24, topDown: true }],
  ['the header of OS/2 1 and 8 bits', { bits: 8, header: 12 }],
  ['the header of OS/2 1 and 24 bits', { bits: 24, header: 12 }],
  ['the short header of OS/2 2 and 4 bits', { bits: 4, header: 16 }],
  ['the header of OS/2 2 and 24 bits', { bits: 24, header: 64 }],
  ['the header of Windows 5', { bits: 24, header: 124 }],
];

describe('a BMP', () => {
  it.each(KINDS)('with %s has the size and the pixels of its picture', async (_, kind) => {
    const pixels = await decodeWhole(bitmap(WIDTH, HEIGHT, kind));
    expect([pixels.width, pixels.height]).toEqual([WIDTH, HEIGHT]);
    expect(await meanError(pixels, picture())).toBeLessThan(kind.bits === 16 ? 2 : 0.1);
  });

  it('with 1 bit has two colors', async () => {
    const pixels = await decodeWhole(bitmap(WIDTH, HEIGHT, { bits: 1 }));
    expect([...pixels.data.subarray(0, 3)]).toEqual([250, 0, 0]);
    expect([...pixels.data.subarray((WIDTH - 1) * 3, WIDTH * 3)]).toEqual([0, 0, 250]);
  });

  it('whose alpha is always 0 is not white', async () => {
    const bytes = bitmap(WIDTH, HEIGHT, { bits: 32, masks: [0xff0000, 0xff00, 0xff], header: 108 });
    bytes.writeUInt32LE(0xff000000, 66);
    expect(await meanError(await decodeWhole(bytes), picture())).toBeLessThan(0.1);
  });

  it('is converted from its profile', async () => {
    const jpeg = await picture().withIccProfile('p3').jpeg().toBuffer();
    const { icc } = await sharp(jpeg).metadata();
    const bytes = bitmap(WIDTH, HEIGHT, { bits: 24, header: 124, profile: icc! });
    expect(await meanError(await decodeWhole(bytes), picture())).toBeGreaterThan(0.3);
  });

  it.each(KINDS)('with %s that is cut short is refused as such', async (_, kind) => {
    const bytes = bitmap(WIDTH, HEIGHT, kind);
    for (const length of [20, 40, Math.floor(bytes.length * 0.8)])
      await expect(decodeWhole(bytes.subarray(0, length))).rejects.toThrow(
        /it is a BMP that is damaged or cut short|too small/,
      );
  });

  it('with a JPEG inside is refused with that reason', async () => {
    const bytes = bitmap(WIDTH, HEIGHT, { bits: 24 });
    bytes.writeUInt32LE(4, 30);
    await expect(decodeWhole(bytes)).rejects.toThrow('a BMP with a JPEG inside');
  });

  it('of too many pixels is refused by its header', async () => {
    for (const runs of [false, true]) {
      const bytes = bitmap(WIDTH, HEIGHT, { bits: 8, runs });
      bytes.writeInt32LE(100_000, 18);
      bytes.writeInt32LE(100_000, 22);
      await expect(encodedImage(bytes)).rejects.toThrow('too large');
    }
  });

  it('whose runs leave the picture is drawn inside', async () => {
    const bytes = bitmap(WIDTH, HEIGHT, { bits: 8, runs: true });
    bytes.writeInt32LE(40, 18); // the rows are wider
    const pixels = await decodeWhole(bytes);
    expect([...pixels.data.subarray(0, 3)]).toEqual([250, 0, 0]);
  });
});
