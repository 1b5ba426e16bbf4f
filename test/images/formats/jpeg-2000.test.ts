/** JPEG 2000, in its file format and as a codestream. */
import { createRequire } from 'node:module';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { encodedImage } from '../../../src/images/encoded-image';
import { decodeWhole, meanError } from '../../support/decoded';
import { profileProperty } from '../../support/heic';
import { quarters } from '../../support/images';
import { JP2 } from '../../support/small-files';

const CODESTREAM = JP2.subarray(JP2.indexOf('jp2c') + 4);
const [WIDTH, HEIGHT] = [62, 44];
const RED: [number, number, number] = [1, 0, 0];
const picture = () => quarters(WIDTH, HEIGHT);

/** The file with other bytes at a position of the codestream. */
const patched = (at: number, values: readonly number[]) => {
  const bytes = Buffer.from(CODESTREAM);
  bytes.set(values, at);
  return bytes;
};

interface Encoder {
  getDecodedBuffer: (frame: Record<string, number | boolean>) => Uint8Array;
  encode: () => void;
  getEncodedBuffer: () => Uint8Array;
}

/** A codestream of the picture with further components, or of the first of its components. */
async function codestream(componentCount: number): Promise<Buffer> {
  const load = createRequire(import.meta.url)('@cornerstonejs/codec-openjpeg/wasmjs') as (
    options: Record<string, unknown>,
  ) => Promise<{ J2KEncoder: new () => Encoder }>;
  const { J2KEncoder } = await load({ print: () => undefined });
  const encoder = new J2KEncoder();
  const size = { width: WIDTH, height: HEIGHT, bitsPerSample: 8, componentCount };
  const samples = encoder.getDecodedBuffer({ ...size, isSigned: false });
  const rgb = await picture().raw().toBuffer();
  for (let i = 0; i < WIDTH * HEIGHT; i++)
    for (let c = 0; c < componentCount; c++)
      samples[i * componentCount + c] = c < 3 ? rgb[3 * i + c]! : 200;
  encoder.encode();
  return Buffer.from(encoder.getEncodedBuffer());
}

function box(type: string, ...contents: (Buffer | number[])[]): Buffer {
  const content = Buffer.concat(contents.map((each) => Buffer.from(each)));
  const head = Buffer.alloc(8);
  head.writeUInt32BE(8 + content.length);
  head.write(type, 4, 'latin1');
  return Buffer.concat([head, content]);
}

/** A file of one component, whose values are places in a palette of gray. */
async function withPalette(columns: number): Promise<Buffer> {
  const all = Array.from({ length: columns }, (_, i) => i);
  const values = Array.from({ length: 256 }, (_, i) => all.map(() => i)).flat();
  return Buffer.concat([
    JP2.subarray(0, JP2.indexOf('jp2h') - 4),
    box(
      'jp2h',
      box('ihdr', [0, 0, 0, HEIGHT, 0, 0, 0, WIDTH, 0, 1, 7, 7, 0, 0]),
      box('colr', [1, 0, 0, 0, 0, 0, 16]),
      box('pclr', [1, 0, columns], Buffer.alloc(columns, 7), values),
      box(
        'cmap',
        all.flatMap((column) => [0, 0, 1, column]),
      ),
    ),
    box('jp2c', await codestream(1)),
  ]);
}

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

  it('of three components, or as many by its palette, is read', async () => {
    expect(await meanError(await decodeWhole(await codestream(3)), picture())).toBeLessThan(0.1);
    const red = picture().recomb([RED, RED, RED]);
    expect(await meanError(await decodeWhole(await withPalette(3)), red)).toBeLessThan(0.1);
  });

  it.each([
    ['with alpha', () => codestream(4), 4],
    ['with alpha and one more', () => codestream(5), 5],
    ['with a palette of two columns', () => withPalette(2), 2],
    ['with a palette of colors with alpha', () => withPalette(4), 4],
  ])('%s is named, not taken for a damaged one', async (_, made, components) => {
    await expect(encodedImage(await made())).rejects.toThrow(
      `it is a JPEG 2000 of ${components} components of 8 bits, which cannot be decoded: save it as PNG or TIFF`,
    );
  });

  it('of too many pixels is refused by its header', async () => {
    const bytes = patched(8, [0, 1, 0, 0, 0, 1, 0, 0]);
    await expect(encodedImage(bytes)).rejects.toThrow('got 65536×65536');
  });
});
