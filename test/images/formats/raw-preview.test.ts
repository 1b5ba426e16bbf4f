/** Raw files of cameras give their largest preview, upright; ordinary TIFFs stay TIFFs. */
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { encodedImage } from '../../../src/images/encoded-image';
import { decodeWhole, meanError } from '../../support/decoded';
import { quarters, turnedQuarters } from '../../support/images';
import { cr3, losslessJpeg, raf, type Entries, rawFile } from '../../support/raw-files';

const [WIDTH, HEIGHT] = [122, 86];
const OTHER = 6;

/** The preview as the camera's sensor was held. */
const preview = async (orientation: number, isMarked = false) => {
  const image = await turnedQuarters(WIDTH, HEIGHT, orientation);
  return (isMarked ? image.withMetadata({ orientation }) : image).jpeg({ quality: 95 }).toBuffer();
};
const thumbnail = () => quarters(40, 28).negate().jpeg().toBuffer();
const picture = () => quarters(WIDTH, HEIGHT);

const MAKE = 271;
const ORIENTATION = 274;
const SUBDIRECTORIES = 330;
const DNG_VERSION = 50_706;
const SENSOR: Entries = { 254: 0, 256: 4000, 257: 3000, 259: 7, 262: 32_803 };

/** Makers by what their files look like, with a sensor held in an orientation. */
const MAKERS: Record<string, (preview: Buffer, orientation: number) => Promise<Buffer>> = {
  DNG: async (jpeg, orientation) =>
    rawFile({
      directories: [
        {
          ...{ 254: 1, 256: 40, 257: 28, 258: 8, 259: 1, 262: 2, 273: { part: 2 }, 277: 3 },
          ...{
            [ORIENTATION]: orientation,
            [SUBDIRECTORIES]: { directory: 1 },
            [DNG_VERSION]: 1025,
          },
        },
        { ...SENSOR, 273: { part: 0 }, [SUBDIRECTORIES]: { directory: 2 } },
        { 254: 1, 259: 7, 262: 6, 273: { part: 1 } },
      ],
      parts: [losslessJpeg(4000, 3000), jpeg, await quarters(40, 28).raw().toBuffer()],
    }),
  CR2: async (jpeg, orientation) =>
    rawFile({
      directories: [
        { 256: WIDTH, 257: HEIGHT, 259: 6, 273: { part: 0 }, [ORIENTATION]: orientation },
      ],
      parts: [jpeg, await thumbnail(), losslessJpeg(4000, 3000)],
      after: 'CR\x02\0\0\0\0\0',
    }),
  NEF: async (jpeg, orientation) =>
    rawFile({
      magic: 'MM\0*',
      directories: [
        {
          ...{ 254: 1, 256: 40, 257: 28, 259: 1, 262: 2, 273: { part: 1 } },
          ...{ [MAKE]: 78, [ORIENTATION]: orientation, [SUBDIRECTORIES]: { directory: 1 } },
        },
        { ...SENSOR, 259: 34_713 },
      ],
      parts: [await thumbnail(), await quarters(40, 28).raw().toBuffer(), jpeg],
    }),
  ARW: (jpeg, orientation) =>
    Promise.resolve(
      rawFile({
        directories: [
          {
            ...{ 254: 1, 259: 6, [ORIENTATION]: orientation, [SUBDIRECTORIES]: { directory: 1 } },
            ...{ 513: { part: 0 }, 514: 100 },
          },
          { ...SENSOR, 259: 32_767 },
        ],
        parts: [jpeg],
      }),
    ),
  ORF: (jpeg, orientation) =>
    Promise.resolve(
      rawFile({
        magic: 'IIRO',
        directories: [{ 256: 4000, [ORIENTATION]: orientation }],
        parts: [jpeg],
      }),
    ),
  RW2: (jpeg, orientation) =>
    Promise.resolve(
      rawFile({
        magic: 'IIU\0',
        directories: [{ 46: { part: 0 }, [ORIENTATION]: orientation }],
        parts: [jpeg],
      }),
    ),
  PEF: async (jpeg, orientation) =>
    rawFile({
      magic: 'MM\0*',
      directories: [{ ...SENSOR, 259: 65_535, [ORIENTATION]: orientation }],
      parts: [await thumbnail(), jpeg],
    }),
  CR3: async (jpeg, orientation) =>
    cr3(rawFile({ directories: [{ [ORIENTATION]: orientation }] }), await thumbnail(), jpeg),
};

describe.each(Object.keys(MAKERS))('a %s', (maker) => {
  it.each([1, 3, 6, 8])('held in orientation %i gives its preview upright', async (orientation) => {
    const bytes = await MAKERS[maker]!(await preview(orientation), orientation);
    const pixels = await decodeWhole(bytes);
    expect([pixels.width, pixels.height]).toEqual([WIDTH, HEIGHT]);
    expect(await meanError(pixels, picture())).toBeLessThan(5);
  });

  it('whose preview says its orientation itself goes by that', async () => {
    const pixels = await decodeWhole(await MAKERS[maker]!(await preview(8, true), OTHER));
    expect(await meanError(pixels, picture())).toBeLessThan(5);
  });

  it('whose preview is cut short says so', async () => {
    const large = await sharp(await picture().resize(1200, 900).png().toBuffer())
      .jpeg({ quality: 100 })
      .toBuffer();
    const bytes = await MAKERS[maker]!(large, 1);
    const cut = bytes.subarray(0, bytes.indexOf(large.subarray(-400)) - 3000);
    await expect(decodeWhole(cut)).rejects.toThrow('the JPEG is cut short: ');
  });
});

describe('a RAF', () => {
  it.each([1, 6])('goes by the orientation %i of its preview', async (orientation) => {
    const pixels = await decodeWhole(raf(await preview(orientation, true)));
    expect(await meanError(pixels, picture())).toBeLessThan(5);
  });
});

describe('a raw file', () => {
  it('without a preview is named', async () => {
    const bytes = rawFile({
      directories: [{ ...SENSOR, [DNG_VERSION]: 1025, 273: { part: 0 } }],
      parts: [losslessJpeg(4000, 3000)],
    });
    await expect(encodedImage(bytes)).rejects.toThrow('a raw file of a camera that holds no JPEG');
  });

  it('whose sensor’s image consists of JPEGs does not take one for the preview', async () => {
    const tile = await quarters(400, 400).negate().jpeg().toBuffer();
    const bytes = rawFile({
      directories: [
        { 254: 1, [DNG_VERSION]: 1025, [SUBDIRECTORIES]: { directory: 1 } },
        { ...SENSOR, 259: 34_892, 262: 34_892, 324: { part: 0 } },
      ],
      parts: [tile, await preview(1)],
    });
    expect(await meanError(await decodeWhole(bytes), picture())).toBeLessThan(5);
  });

  it('that is a picture as well, and has no preview, is that picture', async () => {
    const bytes = rawFile({
      directories: [
        {
          ...{ 254: 0, 256: WIDTH, 257: HEIGHT, 258: 8, 259: 1, 262: 2, 273: { part: 0 }, 277: 3 },
          ...{ 278: HEIGHT, 279: WIDTH * HEIGHT * 3, [DNG_VERSION]: 1025 },
        },
      ],
      parts: [await picture().raw().toBuffer()],
    });
    expect(await meanError(await decodeWhole(bytes), picture())).toBeLessThan(0.1);
  });

  it('whose preview is too large is refused by its header', async () => {
    const jpeg = await preview(1);
    const frame = jpeg.indexOf(Buffer.from([0xff, 0xc0]));
    jpeg.writeUInt16BE(60_000, frame + 5);
    jpeg.writeUInt16BE(60_000, frame + 7);
    await expect(encodedImage(await MAKERS.NEF!(jpeg, 1))).rejects.toThrow('too large');
  });

  it('with directories in a circle ends', async () => {
    const bytes = rawFile({
      directories: [{ [DNG_VERSION]: 1025, [SUBDIRECTORIES]: { directory: 0 } }],
      parts: [await preview(1)],
    });
    expect(await meanError(await decodeWhole(bytes), picture())).toBeLessThan(5);
  });

  it('that pretends to hold a JPEG everywhere is read in time', async () => {
    const starts = Buffer.alloc(6e6, Buffer.from('ffd8ffe00002ffe00002ffe00002', 'hex'));
    const bytes = rawFile({ directories: [{ [DNG_VERSION]: 1025 }], parts: [starts] });
    await expect(encodedImage(bytes)).rejects.toThrow('no JPEG preview');
  });
});

describe('an ordinary TIFF', () => {
  it.each(['jpeg', 'none', 'lzw'] as const)('with compression %s is one', async (compression) => {
    const bytes = await picture().tiff({ compression, quality: 95 }).toBuffer();
    expect(await meanError(await decodeWhole(bytes), picture())).toBeLessThan(5);
  });

  it('with a JPEG in its metadata is one', async () => {
    const tiff = await picture().tiff().toBuffer();
    const bytes = Buffer.concat([tiff, await quarters(300, 300).negate().jpeg().toBuffer()]);
    expect(await meanError(await decodeWhole(bytes), picture())).toBeLessThan(5);
  });
});
