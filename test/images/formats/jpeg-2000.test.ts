/** JPEG 2000, of a small file: no encoder is at hand. */
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { encodedImage } from '../../../src/images/encoded-image';
import { decodeWhole, meanError } from '../../support/decoded';
import { profileProperty } from '../../support/heic';
import { quarters } from '../../support/images';

/** `quarters(62, 44)`, written by OpenJPEG's opj_compress 2.5. */
const JP2 = Buffer.from(
  [
    'AAAADGpQICANCocKAAAAFGZ0eXBqcDIgAAAAAGpwMiAAAAAtanAyaAAAABZpaGRyAAAALAAAAD4AAwcHAAAAAAAPY2',
    '9scgEAAAAAABAAAAJoanAyY/9P/1EALwAAAAAAPgAAACwAAAAAAAAAAAAAAD4AAAAsAAAAAAAAAAAAAwcBAQcBAQcB',
    'Af9SAAwAAAABAQUEBAAB/1wAE0BASEhQSEhQSEhQSEhQSEhQ/2QAJQABQ3JlYXRlZCBieSBPcGVuSlBFRyB2ZXJzaW',
    '9uIDIuNS4w/5AACgAAAAAB4QAB/5PPtBQMDR5489+AMA0eE20Gb/8YMATbLzxeb6D5wQACZM/AFh9QFB9QGAd7rGB5',
    'CksFp5/PwBY+0Dg+oDAEy6RgnwRFRwL3T6D5w4AMYPAQIKDfz8AqPtCYPqBQEBP9Y8ukY9Hxvx+EPPsRLeAhPxH7ew',
    'T3z8AmPtCoPqBgDvPyx5Do1mdLDF4+s5DnzmiQVxLDkSJK56D5xAAJyFcNK0rXGc/AMj7Q2D6gYCFdhOR6RWc/kIlQ',
    'Ly3QD7ex79NwJFpq/b8i937MXs/PwC4+0Og+oGAiCYbkekVnP8JfvwnGku/B71sTujDq9mpvI6OAzFM/oHyDQGLfEW',
    '1FHOzpwAGQdL/H2iUPqEYHzhw18dsmd4eKvAHNh9aUxQB2eX+Dc4FbeWpyaEHAAMWI66PAlYGCajppWL/H2isPqEYH',
    'zhQ2nd0mH2pRofqKyQnVl5i/iDhUb3di3v9BP7/4Z1QADA+2mIzDQ4FXe19aoPnDAKy9hu//f8/AVj7Q2D6gULy6Qn',
    'Jdm9QMy3K0PkKVV0YRQ/KCn73FhtZxmw+Xof0gAX+8ulnOf8/AVj7Q6D6gQLyp4nkqjeoGZblaHyFKq6MIoflBT6y9',
    'hlMGVNjr6VRr5ABfvKnuJ//Z',
  ].join(''),
  'base64',
);
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
