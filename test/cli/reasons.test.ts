/** Why images cannot be used: a reason belongs to its own image, also where many fail at once. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import type { Sharp } from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { cli } from '../support/engine';
import { noise, temporaryFolder, writeFiles } from '../support/images';

const FORMATS: Record<string, { name: string; encode: (image: Sharp) => Sharp }> = {
  avif: { name: 'AVIF', encode: (image) => image.avif({ effort: 0 }) },
  gif: { name: 'GIF', encode: (image) => image.gif() },
  jpg: { name: 'JPEG', encode: (image) => image.jpeg() },
  png: { name: 'PNG', encode: (image) => image.png() },
  tif: { name: 'TIFF', encode: (image) => image.tiff({ compression: 'deflate' }) },
  webp: { name: 'WebP', encode: (image) => image.webp() },
};
/** Words of libvips' decoders for each format. */
const DECODERS: Record<string, RegExp> = {
  avif: /heif/i,
  gif: /gif/i,
  jpg: /jpeg/i,
  png: /png/i,
  tif: /tiff/i,
  webp: /webp/i,
};

const images = new Map<string, Buffer>();

beforeAll(async () => {
  for (const [extension, { encode }] of Object.entries(FORMATS))
    images.set(extension, await encode(noise(300, 200)).toBuffer());
});

/** The reasons of damaged images, ten of each format, that are read together. */
async function reasons(damage: (bytes: Buffer, i: number) => Buffer) {
  const folder = await temporaryFolder();
  for (let i = 0; i < 10; i++) {
    for (const [extension, bytes] of images)
      await writeFiles(folder, { [`${i}.${extension}`]: damage(Buffer.from(bytes), i) });
  }
  const out = await temporaryFolder();
  await cli(
    ...['cluster', folder, '--out', out, '--provider', 'cpu', '--detect', 'never', '--no-cache'],
  );
  const failed = await readFile(join(out, 'failed.csv'));
  const rows = parse<{ image: string; reason: string }>(failed, { columns: true, bom: true });
  return rows.map(({ image, reason }) => ({ extension: image.split('.').pop()!, reason }));
}

describe('the reason of a damaged image among others', () => {
  it('says that it is cut short, and what is missing', async () => {
    const rows = await reasons((bytes, i) => bytes.subarray(0, bytes.length * (0.3 + 0.06 * i)));
    expect(rows).toHaveLength(60);
    for (const { extension, reason } of rows)
      expect(reason).toContain(`the ${FORMATS[extension]!.name} is cut short: `);
  });

  it('names no other format, and is never unknown', async () => {
    const rows = await reasons((bytes, i) => bytes.fill(i, bytes.length >> 2, bytes.length - 2));
    expect(rows.length).toBeGreaterThan(20);
    for (const { extension, reason } of rows) {
      expect(reason).toContain(FORMATS[extension]!.name);
      expect(reason).not.toMatch(/unknown/i);
      for (const [other, words] of Object.entries(DECODERS))
        if (other !== extension) expect(reason, extension).not.toMatch(words);
    }
  });
});
