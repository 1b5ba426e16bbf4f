/** JPEG 2000, in its file format and as a codestream. */
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { encodedImage } from '../../../src/images/encoded-image';
import { decodeWhole, meanError } from '../../support/decoded';
import { profileProperty } from '../../support/heic';
import { quarters } from '../../support/images';
import { JP2 } from '../../support/small-files';

const CODESTREAM = JP2.subarray(JP2.indexOf('jp2c') + 4);
const [WIDTH, HEIGHT] = [62, 44];
const picture = () => quarters(WIDTH, HEIGHT);

/** The file with other bytes at a position of the codestream. */
const patched = (at: number, values: readonly number[]) => {
  const bytes = Buffer.from(CODESTREAM);
  bytes.set(values, at);
  return bytes;
};

describe('a JPEG 2000', () => {
  it.each([
    ['in its file format', JP2],
    ['as a codestream', CODESTREAM],
  ])('%s has the size and the pixels of its picture', async (_, bytes) => {
    expect(await meanError(await decodeWhole(bytes), picture())).toBeLessThan(0.1);
  });

  it('is converted from its profile', async () => {
    const jpeg = await picture().withIccProfile('p3').jpeg().toBuffer();
    const { icc } = await sharp(jpeg).metadata();
    const colr = profileProperty(icc!, '\x02\0\0');
    const header = JP2.indexOf('jp2h') - 4;
    const [start, end] = [JP2.indexOf('colr') - 4, header + JP2.readUInt32BE(header)];
    const bytes = Buffer.concat([JP2.subarray(0, start), colr, JP2.subarray(end)]);
    bytes.writeUInt32BE(bytes.readUInt32BE(header) + colr.length - (end - start), header);
    expect(await meanError(await decodeWhole(bytes), picture())).toBeGreaterThan(0.3);
  });

  it.each([
    ['in its file format', JP2],
    ['as a codestream', CODESTREAM],
  ])('%s that is cut short is named', async (_, bytes) => {
    for (const length of [60, 200, bytes.length - 30])
      await expect(decodeWhole(bytes.subarray(0, length))).rejects.toThrow(
        'it is a JPEG 2000 that is damaged or cut short',
      );
    await decodeWhole(bytes); // the next one is decoded all the same
  });

  it.each([
    ['of 16 bits a color', patched(42, [15]), 'of 3 components of 16 bits'],
    ['with signed values', patched(42, [0x87]), 'of 3 components of signed 8 bits'],
    ['with a picture that begins elsewhere', patched(19, [5]), 'not at the origin'],
  ])('%s is named', async (_, bytes, reason) => {
    await expect(encodedImage(bytes)).rejects.toThrow(reason);
  });

  it('of too many pixels is refused by its header', async () => {
    const bytes = patched(8, [0, 1, 0, 0, 0, 1, 0, 0]);
    await expect(encodedImage(bytes)).rejects.toThrow('got 65536×65536');
  });
});
