/**
 * One stage alone, in a process of its own: `node stage.js plain|photos|faces|cost|profiles FOLDER
 * COUNT MODEL`. Prints images a second and peak memory as JSON. `photos` decodes whole photos,
 * `faces` finds and cuts out their faces; `cost` is the time for these ÷ that for decoding,
 * `profiles` that for decoding with colour profiles ÷ that without. The code is the pipeline's own,
 * with its concurrency.
 */
import { availableParallelism } from 'node:os';
import pMap from 'p-map';
import sharp from 'sharp';
import { parseSettings } from '../../src/domain/settings';
import { searchedFaces } from '../../src/faces/detect';
import { openDetector } from '../../src/faces/detector';
import { releaseBuffer } from '../../src/images/buffer-pool';
import { readImage } from '../../src/images/encoded-image';
import { scanImages } from '../../src/images/scan-folders';

const SIZE = { width: 160, height: 192 };
const CONCURRENCY = 2 * availableParallelism() + 4;

/**
 * What plain calls of sharp give: all of its threads busy, and no more done than the network's
 * input asks for.
 */
async function plain(folder: string, count: number) {
  const images = [...(await scanImages([folder])).images];
  return rateOf(images.slice(0, count), async ({ path }) => {
    await sharp(path)
      .autoOrient()
      .resize(SIZE.width, 196, { fit: 'fill', kernel: 'cubic' })
      .extract({ left: 0, top: 2, ...SIZE })
      .removeAlpha()
      .toColourspace('srgb')
      .raw()
      .toBuffer();
  });
}

/** Photos of a folder over and over. */
async function photosOf(folder: string, count: number) {
  const images = [...(await scanImages([folder])).images];
  return Array.from({ length: count }, (_, i) => images[i % images.length]!);
}

async function rateOf<T>(items: T[], work: (item: T) => Promise<unknown>) {
  const start = performance.now();
  await pMap(items, work, { concurrency: CONCURRENCY });
  return items.length / ((performance.now() - start) / 1000);
}

async function decodePhotos(folder: string, count: number, ignoreIcc = false) {
  return rateOf(await photosOf(folder, count), async (image) => {
    const { bytes } = await readImage(image);
    await sharp(bytes, { failOn: 'error', sequentialRead: true, ignoreIcc })
      .autoOrient()
      .raw()
      .toBuffer();
  });
}

/**
 * Slices of two kinds of work in turn, in one process, so that both meet the machine at the same
 * speed; long ones, as their ends idle.
 * @param a, b images a second for so many of them. @returns seconds for `a` ÷ those for `b`.
 */
async function ratioOf(
  count: number,
  a: (count: number) => Promise<number>,
  b: (count: number) => Promise<number>,
) {
  const slices = 6;
  const seconds = { a: 0, b: 0 };
  await a(12); // warm up
  for (let slice = 0; slice < slices; slice++) {
    const photos = Math.ceil(count / slices);
    seconds.b += photos / (await b(photos));
    seconds.a += photos / (await a(photos));
  }
  return seconds.a / seconds.b;
}

const costOfFaces = (folder: string, count: number, file: string) =>
  ratioOf(
    count,
    (photos) => facesOfPhotos(folder, photos, file),
    (photos) => decodePhotos(folder, photos),
  );

const costOfProfiles = (folder: string, count: number) =>
  ratioOf(
    count,
    (photos) => decodePhotos(folder, photos),
    (photos) => decodePhotos(folder, photos, true),
  );

async function facesOfPhotos(folder: string, count: number, file: string) {
  const find = searchedFaces(
    await openDetector(file, 'cpu'),
    SIZE,
    parseSettings({}, (name) => name),
  );
  return rateOf(await photosOf(folder, count), async (image) => {
    const found = await find(await readImage(image));
    for (const region of found.regions) releaseBuffer(await found.crop(region));
    found.release();
  });
}

const [, , stage, folder = '', count = '0', model = ''] = process.argv;
const stages: Record<string, (folder: string, count: number, model: string) => Promise<number>> = {
  plain,
  photos: (folder, count) => decodePhotos(folder, count),
  faces: facesOfPhotos,
  cost: costOfFaces,
  profiles: costOfProfiles,
};
const work = stages[stage ?? '']!(folder, Number(count), model);
void work.then((rate) => {
  console.log(JSON.stringify({ rate, peakMemory: process.resourceUsage().maxRSS * 1024 }));
});
