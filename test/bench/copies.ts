/**
 * Copies of faces: `node copies.js FOLDER COUNT`. Prints as JSON how many of a thousand changed
 * pictures are found among the images of a folder, how many other pairs are taken as copies and the
 * seconds that this takes.
 */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { findCopies } from '../../src/summaries/copies/find-copies';
import { LOOK, writeLook } from '../../src/summaries/copies/look';

/** Width and height of the pictures that looks are taken of. */
const SIDE = 56;
const CHANGED = 1000;

const CHANGES: ((image: Sharp, width: number) => Sharp)[] = [
  (image) => image.jpeg({ quality: 40 }),
  (image, width) => image.resize(Math.round(width * 0.7)).jpeg(),
  (image) => image.modulate({ brightness: 1.1 }).jpeg(),
  (image) => image.grayscale().jpeg(),
];

async function changedImage(path: string, i: number): Promise<Sharp> {
  const image = sharp(path);
  const { width } = await image.metadata();
  return sharp(await CHANGES[i % CHANGES.length]!(image, width).toBuffer());
}

async function look(image: Sharp, looks: Uint8Array, row: number) {
  const size = { width: SIDE, height: SIDE };
  const pixels = image.removeAlpha().toColourspace('srgb').resize(SIDE, SIDE, { fit: 'fill' });
  writeLook(await pixels.raw().toBuffer(), size, looks, row);
}

async function main([folder, count]: string[]) {
  const files = (await readdir(folder!, { recursive: true }))
    .filter((name) => name.endsWith('.jpg'))
    .sort()
    .slice(0, Number(count))
    .map((name) => join(folder!, name));
  const changed = Math.min(CHANGED, files.length);
  const faces = files.length + changed;
  const looks = new Uint8Array(faces * LOOK);
  for (const [row, file] of files.entries()) await look(sharp(file), looks, row);
  for (let i = 0; i < changed; i++)
    await look(await changedImage(files[i]!, i), looks, files.length + i);
  const order = Int32Array.from({ length: faces }, (_, row) => row);
  const start = performance.now();
  const originals = findCopies(looks, order);
  const seconds = (performance.now() - start) / 1000;
  const found = Array.from({ length: changed }, (_, i) => i).filter(
    (i) => originals[files.length + i] === originals[i],
  ).length;
  const pairs = files.flatMap((file, row) => {
    const original = originals[row]!;
    return original === row ? [] : [[files[original]!, file]];
  });
  process.stdout.write(
    JSON.stringify({ images: files.length, changed, found, others: pairs.length, pairs, seconds }),
  );
}

void main(process.argv.slice(2));
