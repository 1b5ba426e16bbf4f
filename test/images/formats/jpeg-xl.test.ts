/** JPEG XL, with and without boxes. */
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { encodedImage } from '../../../src/images/encoded-image';
import { decodeWhole, meanError } from '../../support/decoded';
import { quarters } from '../../support/images';
import { JXL, TRANSPARENT_JXL, TURNED_JXL } from '../../support/small-files';

const [WIDTH, HEIGHT] = [62, 44];
const picture = () => quarters(WIDTH, HEIGHT);
/** Bit of the first size in the header of the file. */
const SMALL_SIZES = 16;

describe('a JPEG XL', () => {
  it('has the size and the pixels of its picture', async () => {
    expect(await meanError(await decodeWhole(JXL), picture())).toBeLessThan(0.1);
  });

  it('that is stored turned is upright', async () => {
    const turned = sharp(await picture().png().toBuffer()).rotate(90);
    expect(await meanError(await decodeWhole(TURNED_JXL), turned)).toBeLessThan(0.1);
  });

  it('that is transparent is shown on white', async () => {
    const { data } = await decodeWhole(TRANSPARENT_JXL);
    expect([...data.subarray(0, 3)]).toEqual([255, 255, 255]);
    expect([...data.subarray(data.length - 3)]).toEqual([200, 0, 0]);
  });

  it('in several boxes is read', async () => {
    const part = Buffer.alloc(12 + 20);
    part.writeUInt32BE(part.length);
    part.write('jxlp', 4, 'latin1');
    JXL.copy(part, 12, 0, 20);
    const rest = Buffer.alloc(12 + JXL.length - 20);
    rest.writeUInt32BE(rest.length);
    rest.write('jxlp', 4, 'latin1');
    rest.writeUInt32BE(0x80000001, 8);
    JXL.copy(rest, 12, 20);
    const bytes = Buffer.concat([TURNED_JXL.subarray(0, 32), part, rest]);
    expect(await meanError(await decodeWhole(bytes), picture())).toBeLessThan(0.1);
  });

  it.each([JXL, TURNED_JXL, TRANSPARENT_JXL])('that is cut short is named', async (bytes) => {
    for (const length of [12, bytes.length - 10])
      await expect(decodeWhole(bytes.subarray(0, length))).rejects.toThrow(
        'it is a JPEG XL that is damaged or cut short',
      );
    await decodeWhole(bytes); // the next one is decoded all the same
  });

  it('of too many pixels is refused by its header', async () => {
    // Not small, 30 bits, 2^20 rows, square.
    const bits = [0, 1, 1, ...Array.from({ length: 30 }, (_, i) => (i === 20 ? 1 : 0)), 1, 0, 0, 1];
    const bytes = Buffer.alloc(16);
    bytes.writeUInt16BE(0xff0a);
    bits.forEach((bit, i) => {
      bytes[(SMALL_SIZES + i) >> 3]! |= bit << (i & 7);
    });
    await expect(encodedImage(bytes)).rejects.toThrow('got 1048577×1048577');
  });
});
