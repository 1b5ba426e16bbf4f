import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { describe, expect, it } from 'vitest';
import { samplePhotos } from '../../scripts/samples.mjs';
import { colorSpaceOf, toSrgb } from '../../src/images/color-profiles';
import { decodePixels } from '../../src/images/decode';
import { encodedImage } from '../../src/images/encoded-image';
import { jpegHeader } from '../../src/images/jpeg-markers';
import { quarters } from '../support/images';

const SIDE = 240;

/** A chart of 8×8-pixel fields in colors that are not on the grid. */
function colorChart(): Sharp {
  const pixels = Buffer.alloc(SIDE * SIDE * 3);
  for (let y = 0; y < SIDE; y++) {
    for (let x = 0; x < SIDE; x++) {
      const field = (y >> 3) * (SIDE >> 3) + (x >> 3);
      for (let channel = 0; channel < 3; channel++)
        pixels[(y * SIDE + x) * 3 + channel] =
          Math.imul(field * 3 + channel + 1, 2654435761) >>> 24;
    }
  }
  return sharp(pixels, { raw: { width: SIDE, height: SIDE, channels: 3 } });
}

const encoded = (image: Sharp, profile: string) =>
  image.jpeg({ quality: 100, chromaSubsampling: '4:4:4' }).withIccProfile(profile).toBuffer();

/** Sorted differences of two images, in levels. */
function differences(a: Uint8Array, b: Uint8Array): Uint8Array {
  expect(a).toHaveLength(b.length);
  return a.map((value, i) => Math.abs(value - b[i]!)).sort();
}

describe('an ICC profile', () => {
  it('has no effect if it is sRGB, whoever made it', async () => {
    const own = jpegHeader(await encoded(colorChart(), 'srgb'))!.profile;
    expect(own.length).toBeGreaterThan(0);
    expect(await colorSpaceOf(own)).toBe('srgb');
    // Most photos have Hewlett-Packard's sRGB profile.
    const folder = await samplePhotos();
    const [first] = (await readdir(folder)).sort();
    const photo = await readFile(join(folder, first!));
    const { profile } = jpegHeader(photo)!;
    expect(profile.toString('latin1')).toContain('Hewlett-Packard');
    expect(await colorSpaceOf(profile)).toBe('srgb');
    const image = await encodedImage(photo);
    expect(image.plainJpeg).toBe(true);
    const { data } = await decodePixels(image, Infinity);
    const libvips = await sharp(photo).raw().toBuffer();
    const levels = differences(data, libvips);
    expect(levels[Math.floor(levels.length * 0.999)]).toBeLessThanOrEqual(4); // the faster of libjpeg's transforms
  });

  it('converts other colors as libvips does', async () => {
    const jpeg = await encoded(colorChart(), 'p3');
    const colorSpace = await colorSpaceOf(jpegHeader(jpeg)!.profile);
    expect(colorSpace).toHaveProperty('change');
    const stored = await sharp(jpeg, { ignoreIcc: true }).raw().toBuffer();
    const libvips = await sharp(jpeg).raw().toBuffer();
    const before = differences(stored, libvips);
    expect(before.at(-1)).toBeGreaterThan(60);
    toSrgb(stored, colorSpace);
    const after = differences(stored, libvips);
    expect(after.reduce((a, b) => a + b, 0) / after.length).toBeLessThan(1);
    expect(after[Math.floor(after.length * 0.99)]).toBeLessThanOrEqual(8);
  });

  it('applies to upright and to turned images', async () => {
    for (const orientation of [1, 6]) {
      const jpeg = await colorChart()
        .jpeg({ quality: 100, chromaSubsampling: '4:4:4' })
        .withMetadata({ orientation })
        .withIccProfile('p3')
        .toBuffer();
      const { data } = await decodePixels(await encodedImage(jpeg), SIDE);
      const libvips = await sharp(jpeg).autoOrient().raw().toBuffer();
      const levels = differences(data, libvips);
      expect(levels[Math.floor(levels.length * 0.99)]).toBeLessThanOrEqual(9);
    }
  });

  it('has no effect if it is damaged, as in libvips', async () => {
    const jpeg = await encoded(quarters(64, 48), 'p3');
    const { profile } = jpegHeader(jpeg)!;
    const at = jpeg.indexOf(profile);
    const broken = Buffer.concat([
      jpeg.subarray(0, at + 60),
      Buffer.alloc(profile.length - 60, 7),
      jpeg.subarray(at + profile.length),
    ]);
    const { data } = await decodePixels(await encodedImage(broken), 64);
    const levels = differences(data, await sharp(broken).raw().toBuffer());
    expect(levels.at(-1)).toBeLessThanOrEqual(3);
  });
});
