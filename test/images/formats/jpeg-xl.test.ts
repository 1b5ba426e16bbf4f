/** JPEG XL, of two small files: no encoder is at hand. */
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { encodedImage } from '../../../src/images/encoded-image';
import { decodeWhole, meanError } from '../../support/decoded';
import { quarters } from '../../support/images';

/** `quarters(62, 44)`, written by libjxl's cjxl 0.7 with -d 0. */
const PLAIN = Buffer.from(
  '/wpYAXqAgOJCCAIBAMAASzhpmMqD9ysoCIB6/j/GGGcuEATArD4DgCA5nJeX4D1AMAAXJCD4XZyXmSucPXM+',
  'base64',
);
/** The same in boxes, with orientation 6. */
const TURNED = Buffer.from(
  'AAAADEpYTCANCocKAAAAFGZ0eXBqeGwgAAAAAGp4bCAAAABIanhsY/8KWAF6WCCguCQIAgEAwABLOGmYyoP3KygIgHr+P8YYZy4QBMCsPgOAIDmcl5fgPUAwABckIPhdnJeZK5w9cz4=',
  'base64',
);

const [WIDTH, HEIGHT] = [62, 44];
const picture = () => quarters(WIDTH, HEIGHT);
/** Bit of the first size in the header of the file. */
const SMALL_SIZES = 16;

describe('a JPEG XL', () => {
  it('has the size and the pixels of its picture', async () => {
    expect(await meanError(await decodeWhole(PLAIN), picture())).toBeLessThan(0.1);
  });

  it('that is stored turned is upright', async () => {
    const turned = sharp(await picture().png().toBuffer()).rotate(90);
    expect(await meanError(await decodeWhole(TURNED), turned)).toBeLessThan(0.1);
  });

  it('in several boxes is read', async () => {
    const part = Buffer.alloc(12 + 20);
    part.writeUInt32BE(part.length);
    part.write('jxlp', 4, 'latin1');
    PLAIN.copy(part, 12, 0, 20);
    const rest = Buffer.alloc(12 + PLAIN.length - 20);
    rest.writeUInt32BE(rest.length);
    rest.write('jxlp', 4, 'latin1');
    rest.writeUInt32BE(0x80000001, 8);
    PLAIN.copy(rest, 12, 20);
    const bytes = Buffer.concat([TURNED.subarray(0, 32), part, rest]);
    expect(await meanError(await decodeWhole(bytes), picture())).toBeLessThan(0.1);
  });

  it.each([PLAIN, TURNED])('that is cut short is named', async (bytes) => {
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
