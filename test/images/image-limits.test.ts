import { execFileSync } from 'node:child_process';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { encodedImage, readImage } from '../../src/images/encoded-image';
import { ImageError } from '../../src/images/image-error';
import { DEFAULT_IMAGE_LIMITS } from '../../src/images/image-limits';
import { MemoryBudget } from '../../src/images/memory-budget';
import { temporaryFolder, writeFiles } from '../support/images';

const plain = (side = 64) =>
  sharp({ create: { width: side, height: side, channels: 3, background: '#864' } });
const progressive = () => plain().jpeg({ progressive: true }).toBuffer();

/** The same image with another size in its header, which the decoder would believe. */
function resized(jpeg: Buffer, width: number, height: number): Buffer {
  const copy = Buffer.from(jpeg);
  const frame = copy.indexOf(Buffer.from([0xff, 0xc2]));
  copy.writeUInt16BE(height, frame + 5);
  copy.writeUInt16BE(width, frame + 7);
  return copy;
}

describe('encodedImage', () => {
  it.each([
    [
      'an SVG drawing',
      '<svg xmlns="http://www.w3.org/2000/svg" width="100" height="100"><rect width="9" height="9"/></svg>',
    ],
    [
      'an SVG drawing',
      '<?xml version="1.0"?>\n<!-- face -->\n<svg width="100" height="100"></svg>',
    ],
    ['a web page', '<!DOCTYPE html><html><body>404</body></html>'],
    ['a PDF document', '%PDF-1.7 whatever follows'],
    ['a ZIP archive', 'PK\x03\x04 whatever follows'],
    ['a video', '\0\0\0\x18ftypisom\0\0\0\0isomiso2'],
  ])('refuses %s by its content, whatever its name', async (what, content) => {
    const read = encodedImage(Buffer.from(content, 'latin1'));
    await expect(read).rejects.toThrow(
      `not an image that can be read: it is ${what}, none of JPEG, PNG, WebP, HEIC, AVIF, GIF, TIFF, BMP, PNM, JPEG XL, JPEG 2000, raw files of cameras`,
    );
  });

  it('refuses a progressive JPEG with too many pixels by its header', async () => {
    const bomb = resized(await progressive(), 12_000, 12_000);
    await expect(encodedImage(bomb)).rejects.toThrow(
      'too large: expected at most 100 megapixels in a progressive JPEG (setting maxImageMegapixels), got 12000×12000',
    );
    await expect(encodedImage(resized(await progressive(), 9000, 9000))).resolves.toMatchObject({
      width: 9000,
    });
  });

  it('refuses a progressive JPEG with too many scans before decoding it', async () => {
    const jpeg = await progressive();
    const lastScan = jpeg.subarray(jpeg.lastIndexOf(Buffer.from([0xff, 0xda])), -2);
    const bomb = Buffer.concat([
      jpeg.subarray(0, -2),
      ...Array.from({ length: 200 }, () => lastScan),
      jpeg.subarray(-2),
    ]);
    await expect(encodedImage(bomb)).rejects.toThrow(
      /^a progressive JPEG of 2\d\d scans: expected at most 100, encoders write about 10$/,
    );
  });

  it('limits an interlaced PNG like a progressive JPEG', async () => {
    const png = await plain(1100).png({ progressive: true }).toBuffer();
    const limits = { ...DEFAULT_IMAGE_LIMITS, pixels: 4e6 };
    await expect(encodedImage(png, limits)).rejects.toThrow(
      'expected at most 1 megapixels in an interlaced PNG',
    );
    await expect(encodedImage(await plain(1100).png().toBuffer(), limits)).resolves.toMatchObject({
      width: 1100,
    });
  });

  it('refuses an image whose decoder needs too much memory', async () => {
    const limits = { ...DEFAULT_IMAGE_LIMITS, memoryBytes: 20e6 };
    await expect(encodedImage(await plain(2000).webp().toBuffer(), limits)).rejects.toThrow(
      'decoding it takes up to 32 MB of memory: expected at most 20 MB (setting maxImageMemory)',
    );
    await expect(encodedImage(await plain(2000).jpeg().toBuffer(), limits)).resolves.toMatchObject({
      width: 2000,
    });
  });

  it('distinguishes failures by limits from failures by content', async () => {
    const validityOf = (bytes: Buffer) =>
      encodedImage(bytes).catch((error: unknown) => (error as ImageError).validity);
    expect(await validityOf(resized(await progressive(), 12_000, 12_000))).toBe(
      'untilLimitsChange',
    );
    expect(await validityOf(Buffer.from('<svg></svg>'))).toBe('untilFileChanges');
  });

  it('refuses a sparse file before reading it', async () => {
    const path = join(await temporaryFolder(), 'sparse.jpg');
    const file = await open(path, 'w');
    await file.truncate(1.2e9);
    await file.close();
    await expect(readImage({ path })).rejects.toThrow(
      'the file cannot be read: it has 1,200 MB: expected at most 500 MB',
    );
  });

  it.runIf(process.platform !== 'win32')(
    'refuses a pipe without a writer, and a device',
    async () => {
      const path = join(await temporaryFolder(), 'pipe.jpg');
      execFileSync('mkfifo', [path]);
      await expect(readImage({ path })).rejects.toThrow(
        'the file cannot be read: it is a pipe: expected a regular file',
      );
      await expect(readImage({ path: '/dev/zero' })).rejects.toThrow(
        'it is a device: expected a regular file',
      );
    },
  );
});

describe('MemoryBudget', () => {
  it('never exceeds its size, and lets everything finish in the end', async () => {
    const budget = MemoryBudget.withSize(300e6);
    let [taken, most, done] = [0, 0, 0];
    const work = (bytes: number) =>
      budget.run(bytes, async () => {
        taken += bytes;
        most = Math.max(most, taken);
        await new Promise((resolve) => setTimeout(resolve, 5));
        taken -= bytes;
        done += 1;
      });
    await Promise.all(
      [100, 200, 300, 150, 150, 60, 299, 120].map((megabytes) => work(megabytes * 1e6)),
    );
    expect(done).toBe(8);
    expect(most).toBeLessThanOrEqual(300e6);
    expect(most).toBeGreaterThan(150e6);
  });

  it('says whether a thread only waits, which is then no sign that it hangs', async () => {
    const budget = MemoryBudget.withSize(100e6);
    const other = new MemoryBudget(budget.memory);
    let finish: () => void = () => undefined;
    const holding = other.run(100e6, () => new Promise<void>((resolve) => (finish = resolve)));
    const waiting = budget.run(60e6, () => Promise.resolve('read'));
    expect([other.isWaiting, budget.isWaiting]).toEqual([false, true]);
    // Beside an image that is decoded, silence counts.
    let small: () => void = () => undefined;
    const decoding = budget.run(1e6, () => new Promise<void>((resolve) => (small = resolve)));
    expect(budget.isWaiting).toBe(false);
    small();
    await decoding;
    expect(budget.isWaiting).toBe(true);
    finish();
    await holding;
    expect(await waiting).toBe('read');
    expect(budget.isWaiting).toBe(false);
  });

  it('gets the memory of failed work back', async () => {
    const budget = MemoryBudget.withSize(100e6);
    await expect(budget.run(100e6, () => Promise.reject(new Error('damaged')))).rejects.toThrow(
      'damaged',
    );
    expect(await budget.run(100e6, () => Promise.resolve(1))).toBe(1);
  });
});

describe('readImage', () => {
  it('rejects where the file is gone', async () => {
    const folder = await temporaryFolder();
    await writeFiles(folder, {});
    await expect(readImage({ path: join(folder, 'gone.jpg') })).rejects.toBeInstanceOf(ImageError);
  });
});
