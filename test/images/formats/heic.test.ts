/** HEIC: turned and cropped as its properties say, in the colors of its profile. */
import sharp, { type Sharp } from 'sharp';
import { describe, expect, it } from 'vitest';
import { encodedImage } from '../../../src/images/encoded-image';
import { profileSegments } from '../../../src/images/jpeg-markers';
import { decodePixels } from '../../../src/images/decode';
import { decodeWhole, meanError } from '../../support/decoded';
import {
  cropTo,
  HEIC_SIZE,
  heicOfSize,
  heicWith,
  profileProperty,
  property,
} from '../../support/heic';
import { quarters } from '../../support/images';

const { width, height } = HEIC_SIZE;
const picture = () => quarters(width, height);

/** `change` of the picture; sharp would apply several changes in an order of its own. */
const changed = async (change: (image: Sharp) => Sharp) =>
  sharp(
    await change(sharp(await picture().png().toBuffer()))
      .png()
      .toBuffer(),
  );

describe('a HEIC', () => {
  it('has the size and the pixels of its picture', async () => {
    const pixels = await decodeWhole(heicWith());
    expect([pixels.width, pixels.height]).toEqual([width, height]);
    expect(await meanError(pixels, picture())).toBeLessThan(5);
  });

  it('is reduced like others', async () => {
    const pixels = await decodePixels(await encodedImage(heicWith()), 31);
    expect([pixels.width, pixels.height]).toEqual([31, 22]);
  });

  it.each([1, 2, 3])('is turned by %i quarters', async (quarter) => {
    const pixels = await decodeWhole(heicWith([property('irot', [quarter])]));
    const turned = await changed((image) => image.rotate(-90 * quarter));
    expect(await meanError(pixels, turned)).toBeLessThan(5);
  });

  it('is mirrored', async () => {
    // 0 turns it upside down (ISO/IEC 23008-12, 6.5.12).
    const mirrored = [
      await changed((image) => image.flip()),
      await changed((image) => image.flop()),
    ];
    for (const axis of [0, 1]) {
      const pixels = await decodeWhole(heicWith([property('imir', [axis])]));
      expect(await meanError(pixels, mirrored[axis]!)).toBeLessThan(5);
    }
  });

  it('is cropped, then turned', async () => {
    const pixels = await decodeWhole(heicWith([cropTo(40, 24), property('irot', [1])]));
    const cropped = await changed((image) =>
      image.extract({ left: 11, top: 10, width: 40, height: 24 }),
    );
    const turned = sharp(await cropped.png().toBuffer()).rotate(-90);
    expect(await meanError(pixels, turned)).toBeLessThan(6);
  });

  it.each([
    ['unrestricted', 'prof', []],
    ['restricted', 'rICC', []],
    [
      'beside numbers',
      'prof',
      [property('colr', Buffer.from('nclx\0\x0c\0\x0d\0\x06\x80', 'latin1'))],
    ],
  ])('is converted from its profile (%s)', async (_, type, others) => {
    const stored = await picture().jpeg({ quality: 100, chromaSubsampling: '4:4:4' }).toBuffer();
    const { icc } = await sharp(await picture().withIccProfile('p3').jpeg().toBuffer()).metadata();
    const jpeg = Buffer.concat([stored.subarray(0, 2), profileSegments(icc!), stored.subarray(2)]);
    const pixels = await decodeWhole(heicWith([...others, profileProperty(icc!, type)]));
    expect(await meanError(pixels, sharp(jpeg))).toBeLessThan(3);
    const unconverted = await decodeWhole(heicWith());
    expect(await meanError(unconverted, sharp(jpeg))).toBeGreaterThan(3);
  });

  it('is converted from Display P3 where numbers say so', async () => {
    const { icc } = await sharp(await picture().withIccProfile('p3').jpeg().toBuffer()).metadata();
    const numbers = (primaries: number) =>
      property(
        'colr',
        Buffer.from(`nclx\0${String.fromCharCode(primaries)}\0\x0d\0\x06\x80`, 'latin1'),
      );
    const byProfile = await decodeWhole(heicWith([profileProperty(icc!)]));
    const byNumbers = await decodeWhole(heicWith([numbers(12)]));
    expect(Buffer.compare(byProfile.data, byNumbers.data)).toBe(0);
    const asSrgb = await decodeWhole(heicWith([numbers(1)]));
    expect(Buffer.compare(asSrgb.data, byNumbers.data)).not.toBe(0);
  });

  it('with a profile that is damaged is shown as it is stored', async () => {
    const pixels = await decodeWhole(heicWith([profileProperty(Buffer.from('no profile'))]));
    expect(await meanError(pixels, picture())).toBeLessThan(5);
  });

  it('that is cut short is named', async () => {
    const bytes = heicWith();
    for (const length of [40, 300, 600]) {
      await expect(decodeWhole(bytes.subarray(0, length))).rejects.toThrow(
        'the HEIC is cut short: ',
      );
    }
    // The next one is decoded all the same.
    await decodeWhole(bytes);
  });

  it('of another size than it announces is refused', async () => {
    await expect(decodeWhole(heicOfSize(90, 80))).rejects.toThrow(/HEIC|its header announces/);
  });

  it('of too many pixels is refused by its header', async () => {
    await expect(encodedImage(heicOfSize(30_000, 30_000))).rejects.toThrow(
      'too large: expected at most 400 megapixels',
    );
    await expect(encodedImage(heicOfSize(15_000, 10_000))).rejects.toThrow('maxImageMemory');
  });

  it('is decoded once', async () => {
    const image = await encodedImage(heicWith());
    expect(await image.decode!()).toBe(await image.decode!());
  });
});
