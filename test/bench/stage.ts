/**
 * One stage alone, in a process of its own: `node stage.js plain|photos|faces|cost FOLDER COUNT MODEL`. Prints images a second and peak memory as
 * JSON. `photos` decodes whole photos, `faces` finds and cuts out their faces.
 * The code is the pipeline's own, with its concurrency.
 */
import { availableParallelism } from 'node:os';
import pMap from 'p-map';
import { giveBack } from '../../src/faces/buffers';
import { readImage } from '../../src/faces/decode';
import { searchedFaces } from '../../src/faces/detect';
import { openDetector } from '../../src/faces/detector';
import { scanImages } from '../../src/faces/scan';
import { parseSettings } from '../../src/settings/settings';
import sharp from 'sharp';

const SIZE = { width: 160, height: 192 };
const CONCURRENCY = 2 * availableParallelism() + 4;

/** What plain calls of sharp give: all of its threads busy, and no more done than the network's input asks for. */
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

async function decodePhotos(folder: string, count: number) {
  return rateOf(await photosOf(folder, count), async (image) => {
    const { bytes } = await readImage(image);
    await sharp(bytes, { failOn: 'error', sequentialRead: true }).autoOrient().raw().toBuffer();
  });
}

/** Slices of the two kinds of work in turn, in one process, so that both meet the machine at the same speed; long ones, as their ends idle. */
async function costOfFaces(folder: string, count: number, file: string) {
  const slices = 6;
  const seconds = { decode: 0, faces: 0 };
  await facesOfPhotos(folder, 12, file); // warm up
  for (let slice = 0; slice < slices; slice++) {
    const photos = Math.ceil(count / slices);
    seconds.decode += photos / (await decodePhotos(folder, photos));
    seconds.faces += photos / (await facesOfPhotos(folder, photos, file));
  }
  return seconds.faces / seconds.decode;
}

async function facesOfPhotos(folder: string, count: number, file: string) {
  const find = searchedFaces(
    await openDetector(file, 'cpu'),
    SIZE,
    parseSettings({}, (name) => name),
  );
  return rateOf(await photosOf(folder, count), async (image) => {
    const found = await find(await readImage(image));
    for (const region of found.regions) giveBack(await found.crop(region));
    found.release();
  });
}

const [, , stage, folder = '', count = '0', model = ''] = process.argv;
const stages: Record<string, (folder: string, count: number, model: string) => Promise<number>> = {
  plain,
  photos: decodePhotos,
  faces: facesOfPhotos,
  cost: costOfFaces,
};
const work = stages[stage ?? '']!(folder, Number(count), model);
void work.then((rate) => {
  console.log(JSON.stringify({ rate, peakMemory: process.resourceUsage().maxRSS * 1024 }));
});
