import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { decodePixels } from '../../src/images/decode';
import { encodedImage } from '../../src/images/encoded-image';
import { ImageError } from '../../src/images/image-error';
import { jpegHeader } from '../../src/images/jpeg-markers';
import { decodePlainJpeg, encodeJpeg } from '../../src/images/plain-jpeg';
import { PORTRAITS, quarters } from '../support/images';

async function portrait(): Promise<Buffer> {
  const names = await readdir(PORTRAITS, { recursive: true });
  return readFile(join(PORTRAITS, names.filter((name) => name.endsWith('.jpg')).sort()[0]!));
}

describe('a plain JPEG', () => {
  it('is decoded like by libvips, within a few levels', async () => {
    const bytes = await portrait();
    const image = await encodedImage(bytes);
    expect(image.plainJpeg).toBe(true);
    const fast = await decodePlainJpeg(bytes, image.width, image.height);
    const { data } = await sharp(bytes).raw().toBuffer({ resolveWithObject: true });
    expect(fast!.data).toHaveLength(data.length);
    let sum = 0;
    for (const [i, value] of data.entries()) sum += Math.abs(value - fast!.data[i]!);
    expect(sum / data.length).toBeLessThan(1.5); // the faster of libjpeg's transforms is a level off here and there
  });

  it('is recognized by its header', async () => {
    const image = quarters(64, 48);
    const jpeg = (quality = 90) => image.clone().jpeg({ quality });
    const none = { width: 64, height: 48, isUpright: true, profile: Buffer.alloc(0) };
    expect(jpegHeader(await jpeg().toBuffer())).toEqual({ components: 3, ...none });
    expect(jpegHeader(await image.clone().toColourspace('b-w').jpeg().toBuffer())).toEqual({
      components: 1,
      ...none,
    });
    expect(jpegHeader(await image.clone().jpeg({ progressive: true }).toBuffer())).toEqual({
      components: 3,
      ...none,
    });
    const { profile } = jpegHeader(await image.clone().withIccProfile('p3').jpeg().toBuffer())!;
    expect(profile.toString('latin1')).toMatch(/^\xff\xe2..ICC_PROFILE\0/);
    expect(profile).toHaveLength(profile.readUInt16BE(2) + 2);
    expect(jpegHeader(await image.clone().toColourspace('cmyk').jpeg().toBuffer())).toBeUndefined();
    expect(jpegHeader(await image.clone().png().toBuffer())).toBeUndefined();
    expect(jpegHeader(Buffer.from([0xff, 0xd8]))).toBeUndefined();
    expect(jpegHeader(Buffer.alloc(0))).toBeUndefined();
    expect(
      (await encodedImage(await image.clone().withMetadata({ orientation: 6 }).jpeg().toBuffer()))
        .plainJpeg,
    ).toBe(false);
  });

  it('is left to libvips, which refuses it, if it is truncated or its header has another size', async () => {
    const bytes = await portrait();
    const image = await encodedImage(bytes);
    const { width, height } = image;
    const cut = bytes.subarray(0, bytes.length / 2);
    expect(await decodePlainJpeg(cut, width, height)).toBeUndefined();
    expect(await decodePlainJpeg(bytes, width + 1, height)).toBeUndefined();
    await expect(decodePixels({ ...image, bytes: cut }, width + height)).rejects.toThrow(
      ImageError,
    );
  });

  it('is encoded with little loss', async () => {
    const { data, info } = await quarters(64, 48).raw().toBuffer({ resolveWithObject: true });
    const jpeg = encodeJpeg(data, info.width, info.height, 95)!;
    const { channels } = await sharp(jpeg).stats();
    const { channels: before } = await sharp(data, { raw: info }).stats();
    for (const [i, { mean }] of channels.entries()) expect(mean).toBeCloseTo(before[i]!.mean, -0.5);
  });
});
