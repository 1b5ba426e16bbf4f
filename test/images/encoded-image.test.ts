/** The size of an image is that of its decoded pixels, whatever its format, orientation and layout. */
import { describe, expect, it } from 'vitest';
import { decodePixels } from '../../src/images/decode';
import { encodedImage } from '../../src/images/encoded-image';
import { hasEndMarker } from '../../src/images/jpeg-markers';
import { quarters, turnedQuarters } from '../support/images';
import { tiff } from '../support/tiff';

const [WIDTH, HEIGHT] = [61, 43];

/** Decodes an image whole and reduced; checks that both have the proportions of the size. */
async function decoded(bytes: Buffer) {
  const image = await encodedImage(bytes);
  const { width, height } = image;
  const whole = await decodePixels(image, 10_000);
  expect([whole.width, whole.height]).toEqual([width, height]);
  const reduced = await decodePixels(image, 20);
  expect(Math.max(reduced.width, reduced.height)).toBe(20);
  expect(Math.abs(reduced.width / reduced.height - width / height)).toBeLessThan(0.1);
  const at = (x: number, y: number) => {
    const start = (Math.floor(y * height) * width + Math.floor(x * width)) * 3;
    return [...whole.data.subarray(start, start + 3)];
  };
  return { width, height, at };
}

type Decoded = Awaited<ReturnType<typeof decoded>>;

/** Upper left is red, upper right blue, the lower half darker. */
function expectUpright({ width, height, at }: Decoded, expected = [WIDTH, HEIGHT]) {
  expect([width, height]).toEqual(expected);
  const [upperLeft, upperRight, lowerLeft] = [at(0.25, 0.25), at(0.75, 0.25), at(0.25, 0.75)];
  expect(upperLeft[0]! - upperLeft[2]!).toBeGreaterThan(150);
  expect(upperRight[2]! - upperRight[0]!).toBeGreaterThan(150);
  expect(upperLeft[0]! - lowerLeft[0]!).toBeGreaterThan(80);
}

const stored = (orientation: number) => turnedQuarters(WIDTH, HEIGHT, orientation);

/** A JPEG with segments after its first marker. */
async function jpegWith(segments: readonly Buffer[], orientation = 1): Promise<Buffer> {
  const jpeg = await (
    await stored(orientation)
  )
    .jpeg({ quality: 95, chromaSubsampling: '4:4:4' })
    .toBuffer();
  const app1 = segments.map((exif) => {
    const content = Buffer.concat([Buffer.from('Exif\0\0'), exif]);
    const head = Buffer.from([0xff, 0xe1, 0, 0]);
    head.writeUInt16BE(content.length + 2, 2);
    return Buffer.concat([head, content]);
  });
  return Buffer.concat([jpeg.subarray(0, 2), ...app1, jpeg.subarray(2)]);
}

interface ExifOptions {
  value: number;
  bigEndian?: boolean;
  /** Offset of the first directory. */
  offset?: number;
  type?: number;
  tag?: number;
}

/** An Exif block with one entry. */
function exif({ value, bigEndian = false, offset = 8, type = 3, tag = 0x112 }: ExifOptions) {
  const bytes = Buffer.alloc(offset + 2 + 12 + 4);
  const uint16 = (n: number, at: number) =>
    bigEndian ? bytes.writeUInt16BE(n, at) : bytes.writeUInt16LE(n, at);
  const uint32 = (n: number, at: number) =>
    bigEndian ? bytes.writeUInt32BE(n, at) : bytes.writeUInt32LE(n, at);
  bytes.write(bigEndian ? 'MM' : 'II', 'latin1');
  uint16(42, 2);
  uint32(offset, 4);
  uint16(1, offset);
  uint16(tag, offset + 2);
  uint16(type, offset + 4);
  uint32(1, offset + 6);
  if (type === 4) uint32(value, offset + 10);
  else if (type === 1) bytes[offset + 10] = value;
  else uint16(value, offset + 10);
  return bytes;
}

describe('an image that is stored turned', () => {
  describe.each(['jpeg', 'png', 'webp', 'tiff'] as const)('as %s', (format) => {
    it.each([1, 2, 3, 4, 5, 6, 7, 8])('in orientation %i is upright', async (orientation) => {
      const bytes = await (
        await stored(orientation)
      )
        .withMetadata({ orientation })
        .toFormat(format, { quality: 95 })
        .toBuffer();
      expectUpright(await decoded(bytes));
    });
  });

  it.each([
    ['in big-endian order', exif({ value: 6, bigEndian: true })],
    ['in a directory elsewhere', exif({ value: 6, offset: 16 })],
    ['in a directory at an odd place', exif({ value: 6, offset: 27, bigEndian: true })],
  ])('by an Exif orientation %s is upright', async (_, block) => {
    expectUpright(await decoded(await jpegWith([block], 6)));
  });

  it('by the first of two Exif segments is upright', async () => {
    const other = exif({ value: 0, tag: 0x131 });
    expectUpright(await decoded(await jpegWith([exif({ value: 6 }), other], 6)));
  });
});

describe('an image that is stored upright', () => {
  it.each([
    ['without an orientation', [exif({ value: 3, tag: 0x131 })]],
    ['with orientation 1', [exif({ value: 1 })]],
    ['with orientation 0', [exif({ value: 0 })]],
    ['with orientation 9', [exif({ value: 9 })]],
    ['with an Exif segment that is cut short', [exif({ value: 6 }).subarray(0, 12)]],
    ['with an Exif segment that is none', [Buffer.from('nothing of the kind')]],
    ['with an empty Exif segment', [Buffer.alloc(0)]],
  ])('%s stays as it is', async (_, segments) => {
    expectUpright(await decoded(await jpegWith(segments)));
  });

  it.each([1, 3, 4])('has the decoder’s size with an orientation of type %i', async (type) => {
    for (const value of [1, 6]) await decoded(await jpegWith([exif({ value, type })]));
  });
});

describe('a GIF', () => {
  it.each([
    [1, 1],
    [30, 90],
    [61, 43],
  ])('with a screen of %i×%i is as large as its frame', async (width, height) => {
    const bytes = await quarters(WIDTH, HEIGHT).gif().toBuffer();
    bytes.writeUInt16LE(width, 6);
    bytes.writeUInt16LE(height, 8);
    const image = await decoded(bytes);
    expect(image.width).toBeGreaterThanOrEqual(WIDTH);
    expect(image.height).toBeGreaterThanOrEqual(HEIGHT);
  });
});

describe('a TIFF', () => {
  const page = async (width: number, height: number) => ({
    width,
    height,
    samplesPerPixel: 3,
    samples: new Uint8Array(await quarters(width, height).raw().toBuffer()),
  });

  it('with a preview is the photo, in whatever order', async () => {
    const [photo, preview] = [await page(WIDTH, HEIGHT), await page(24, 17)];
    for (const pages of [[photo], [photo, preview], [preview, photo], [preview, photo, preview]])
      expectUpright(await decoded(tiff(pages)));
  });

  it('of several pages of the same size is the first', async () => {
    const first = await page(WIDTH, HEIGHT);
    const black = { ...first, samples: new Uint8Array(first.samples.length) };
    expectUpright(await decoded(tiff([first, black, black])));
  });

  it.each([
    ['of floating-point numbers from 0 to 1', 0, 1],
    ['of floating-point numbers from 0 to 255', 0, 255],
    ['of floating-point numbers from -1 to 1', -1, 1],
    ['of floating-point numbers from 0.2 to 0.8', 0.2, 0.8],
    ['of floating-point numbers up to 1e30', 0, 1e30],
  ])('%s is scaled by its range', async (_, from, to) => {
    const samples = Float32Array.from(
      { length: WIDTH * HEIGHT },
      (__, i) => from + ((to - from) * (i % WIDTH)) / (WIDTH - 1),
    );
    const { at } = await decoded(
      tiff([{ width: WIDTH, height: HEIGHT, samplesPerPixel: 1, samples }]),
    );
    expect(at(0, 0.5)).toEqual([0, 0, 0]);
    expect(at(0.999, 0.5)).toEqual([255, 255, 255]);
    expect(at(0.5, 0.5)[0]).toBeGreaterThan(118);
    expect(at(0.5, 0.5)[0]).toBeLessThan(138);
  });

  it('of floating-point colors is scaled by their range', async () => {
    const eight = await quarters(WIDTH, HEIGHT).raw().toBuffer();
    const samples = Float32Array.from(eight, (value) => value / 255);
    expectUpright(
      await decoded(tiff([{ width: WIDTH, height: HEIGHT, samplesPerPixel: 3, samples }])),
    );
  });

  it('of values that are no numbers is refused', async () => {
    const samples = new Float32Array(WIDTH * HEIGHT).fill(Infinity);
    samples[0] = 1;
    const bytes = tiff([{ width: WIDTH, height: HEIGHT, samplesPerPixel: 1, samples }]);
    await expect(decoded(bytes)).rejects.toThrow('expected values that are numbers');
  });

  /** The quarters with values up to `max`, as 16 bits. */
  async function upTo(max: number) {
    const eight = await quarters(WIDTH, HEIGHT).raw().toBuffer();
    const samples = Uint16Array.from(eight, (value) => Math.round((value * max) / 255));
    samples[0] = max;
    const bytes = tiff([{ width: WIDTH, height: HEIGHT, samplesPerPixel: 3, samples }]);
    const image = await encodedImage(bytes);
    const { data } = await decodePixels(image, 10_000);
    return { eight, data, remarks: image.remarks };
  }

  it.each([8, 10, 12, 14])('that holds %d bits as 16 is as bright as in 8', async (bits) => {
    const { eight, data, remarks } = await upTo(2 ** bits - 1);
    expect(remarks).toEqual({ scaled: 1 });
    const error = data.subarray(3).reduce((sum, value, i) => sum + Math.abs(value - eight[i + 3]!));
    expect(error / data.length).toBeLessThan(1);
  });

  it.each([13_000, 30_000, 65_535])('that is dark in 16 bits stays so: up to %d', async (max) => {
    const { eight, data, remarks } = await upTo(max);
    expect(remarks).toEqual({});
    for (const i of [300, 4000]) expect(data[i]).toBeCloseTo((eight[i]! * max) / 65_535, -0.5);
  });

  it('whose fourth sample is not alpha, but always 0, is not white', async () => {
    const rgb = await quarters(WIDTH, HEIGHT).raw().toBuffer();
    const samples = new Uint8Array(WIDTH * HEIGHT * 4);
    for (let i = 0; i < WIDTH * HEIGHT; i++) samples.set(rgb.subarray(3 * i, 3 * i + 3), 4 * i);
    const bytes = tiff([
      { width: WIDTH, height: HEIGHT, samplesPerPixel: 4, samples, extraSamples: 0 },
    ]);
    expectUpright(await decoded(bytes));
  });
});

describe('a JPEG without its end marker', () => {
  it.each([true, false])('is read (progressive: %s)', async (progressive) => {
    const bytes = await quarters(WIDTH, HEIGHT).jpeg({ progressive, quality: 95 }).toBuffer();
    expectUpright(await decoded(bytes.subarray(0, bytes.length - 2)));
  });

  it.each([true, false])('is refused where data are missing too (progressive: %s)', async (p) => {
    const bytes = await quarters(610, 430).jpeg({ progressive: p, quality: 95 }).toBuffer();
    await expect(decoded(bytes.subarray(0, bytes.length / 2))).rejects.toThrow(
      'the JPEG is cut short: its end marker is missing',
    );
  });
});

describe('a JPEG that other data follow, like the video of a motion photo', () => {
  const video = Buffer.alloc(10_000, 'mp4');

  it.each([true, false])('is plain (progressive: %s)', async (progressive) => {
    const bytes = await quarters(WIDTH, HEIGHT).jpeg({ progressive, quality: 95 }).toBuffer();
    const image = await encodedImage(Buffer.concat([bytes, video]));
    expect(image).toMatchObject({ plainJpeg: true, lacksEnd: false });
    expectUpright(await decoded(Buffer.concat([bytes, video])));
  });

  it('is read where libjpeg warns', async () => {
    // Orientations are libvips's matter, which tells of bytes that are too many.
    const turned = quarters(WIDTH, HEIGHT)
      .jpeg({ progressive: true })
      .withMetadata({ orientation: 3 });
    const bytes = await turned.toBuffer();
    const superfluous = Buffer.from('superfluous');
    const whole = [bytes.subarray(0, -2), superfluous, bytes.subarray(-2), video];
    const { width, height } = await decoded(Buffer.concat(whole));
    expect([width, height]).toEqual([WIDTH, HEIGHT]);
  });

  it.each([
    ['its thumbnail', Buffer.from([0xff, 0xe1, 0, 6, 0xff, 0xd8, 0xff, 0xd9])],
    ['a table', Buffer.from([0xff, 0xfe, 0, 4, 0xff, 0xd9])],
  ])('is cut short where the only end is that of %s', async (_, segment) => {
    const bytes = await quarters(610, 430).jpeg({ quality: 95 }).toBuffer();
    const start = bytes.subarray(2, bytes.length / 2);
    const cut = Buffer.concat([bytes.subarray(0, 2), segment, start, video]);
    await expect(decoded(cut)).rejects.toThrow('the JPEG is cut short: its end marker is missing');
  });

  it.each([[0xff], [0xff, 0x00], [0xff, 0xc0, 0, 0], [0xff, 0xd0], [0]])(
    'is searched for its end once, whatever it repeats (%s)',
    (...repeated) => {
      const bytes = Buffer.alloc(50e6, Buffer.from(repeated));
      bytes.writeUInt16BE(0xffd8, 0);
      expect(hasEndMarker(bytes)).toBe(false);
    },
  );
});

describe('a JPEG of a kind that is not read', () => {
  it.each([
    ['of 12 bits', 'a JPEG of 12 bits', 0xc1, 12],
    ['that is lossless', 'a lossless JPEG', 0xc3, 8],
    ['that is hierarchical', 'a hierarchical JPEG', 0xc5, 8],
  ])('%s is named', async (_, name, frame, bits) => {
    const bytes = await quarters(WIDTH, HEIGHT).jpeg().toBuffer();
    const start = bytes.indexOf(Buffer.from([0xff, 0xc0]));
    bytes[start + 1] = frame;
    bytes[start + 4] = bits;
    await expect(decoded(bytes)).rejects.toThrow(`it is ${name}, which cannot be decoded`);
  });
});
