/** Aligned crops, framed like CelebA's, made of the sample portraits. */
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { searchedFaces } from '../../src/faces/detect';
import { openDetector } from '../../src/faces/detector';
import { readImage } from '../../src/images/encoded-image';
import type { Frame } from '../../src/images/framing';
import { PORTRAITS } from './images';
import { bundled, settingsWith } from './settings';

/** Input of the attribute network. */
const CROP = { width: 160, height: 192 };
/** Size of CelebA's aligned images. The network sees all of their width. */
const CELEBA = { width: 178, height: 218 };
/** Pixels added around a portrait: the frame of a face may reach beyond it. */
const MARGIN = 128;
/** Portraits that are turned further are not used, in radians. */
const MAX_ANGLE = 0.05;

/** Writes crops of the first upright portraits under these names. */
export async function writeAlignedCrops(folder: string, ...names: string[]): Promise<void> {
  const files = (await readdir(PORTRAITS, { recursive: true }))
    .filter((name) => name.endsWith('.jpg'))
    .sort();
  await mkdir(folder, { recursive: true });
  const find = searchedFaces(await openDetector(bundled.detector, 'cpu', 1), CROP, settingsWith());
  const left = [...names];
  for (const file of files) {
    if (left.length === 0) return;
    const path = join(PORTRAITS, file);
    const { frame } = (await find(await readImage({ path }))).regions[0]!;
    if (Math.abs(frame.angle) < MAX_ANGLE)
      await writeCrop(path, frame, join(folder, left.shift()!));
  }
  throw new Error(`expected ${names.length} upright portraits, got ${names.length - left.length}`);
}

async function writeCrop(path: string, frame: Frame, target: string): Promise<void> {
  const height = (frame.width * CELEBA.height) / CELEBA.width;
  const part = {
    left: Math.round(MARGIN + frame.x),
    top: Math.round(MARGIN + frame.y - (height - frame.height) / 2),
    width: Math.round(frame.width),
    height: Math.round(height),
  };
  const extended = await sharp(path)
    .extend({ top: MARGIN, bottom: MARGIN, left: MARGIN, right: MARGIN, extendWith: 'copy' })
    .toBuffer();
  await sharp(extended)
    .extract(part)
    .resize(CELEBA.width, CELEBA.height)
    .jpeg({ quality: 95 })
    .toFile(target);
}
