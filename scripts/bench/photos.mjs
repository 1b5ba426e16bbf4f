import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from '../process.mjs';
import { samplePhotos, samplePortraits } from '../samples.mjs';
import { inRounds, median, medians, print } from './figures.mjs';
import { aligned, copies } from './images.mjs';
import { inTurn } from './in-turn.mjs';
import { stage } from './stage.mjs';

const DETECTOR = join(root, 'weights', 'face-detector.onnx');
const INT8 = join(root, 'weights', 'face-attributes.int8.onnx');

/** Photos of 1,920 pixels: decoding, detection and cropping of faces, and end to end. */
export async function photoBench(rounds, count, longer) {
  const folder = await samplePhotos();
  const many = await copies(folder, longer);
  const few = await copies(folder, count);
  // Enough images for the measurements at first use.
  const first = await copies(await samplePortraits(), 2000);
  const portraits = (await aligned()).folder;
  const images = { folder, many, few, first, portraits, count, longer };
  const seen = await inRounds(rounds, () => measureOnce(images));
  for (const made of [many, few, first]) await rm(made, { recursive: true });
  const result = medians(seen);
  printFigures(count, longer, result);
  return { count, longer, seen, result };
}

async function measureOnce({ folder, many, few, first, portraits, count, longer }) {
  const profiles = (await stage('stage', 'profiles', folder, 3 * count)).rate;
  const cost = (await stage('stage', 'cost', folder, 3 * count, DETECTOR)).rate;
  const short = await stage('end-to-end', root, few, 0, 'always', first);
  const { whole: long, rates } = await inTurn(['end-to-end', root, many, 0, 'always', first], {
    faces: { command: ['threads', 'faces', folder, longer, DETECTOR], share: 0.8 },
    infer: { command: ['threads', 'infer', portraits, 4000, INT8], share: 0.4 },
    encode: { command: ['threads', 'encode', portraits, 4000], share: 0.1 },
  });
  const each = long.faces / long.images;
  const { faces, infer, encode } = rates;
  return {
    profiles,
    cost,
    faces,
    infer,
    encode,
    whole: long.rate,
    bound: long.rate * (1 / faces + each / infer),
    boundWithEncoding: long.rate * (1 / faces + each / infer + each / encode),
    warm: median(long.warm),
    again: long.cold / median(long.warm),
    memory: short.peakMemory,
    memoryLong: long.peakMemory,
  };
}

function printFigures(count, longer, result) {
  print([
    [
      'time sharp takes to decode these photos with their colour profiles ÷ without (slices of both in turn)',
      result.profiles.toFixed(3),
    ],
    [
      'time to find and cut out the faces of 1,920 px photos ÷ time to decode them (slices of both in turn)',
      result.cost.toFixed(3),
    ],
    ['finding and cutting out alone, decoding included, photos/s', result.faces.toFixed(1)],
    ['inference alone (int8), crops/s', result.infer.toFixed(0)],
    ['end to end, the first run, photos/s', result.whole.toFixed(1)],
    ['encoding the crops that are kept alone, crops/s', result.encode.toFixed(0)],
    [
      'end to end ÷ what the cores can do (1 / (1/finding + faces a photo/inference))',
      result.bound.toFixed(3),
    ],
    [
      'the same with the third stage (1 / (1/finding + faces a photo/inference + faces a photo/encoding))',
      result.boundWithEncoding.toFixed(3),
    ],
    [`end to end, a second run over ${longer} photos, s`, result.warm.toFixed(2)],
    ['times as fast as the first', result.again.toFixed(0)],
    [`peak memory of the engine, ${count} photos, MB`, (result.memory / 1e6).toFixed(0)],
    [`the same for ${longer} photos, MB`, (result.memoryLong / 1e6).toFixed(0)],
  ]);
}
