import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from '../process.mjs';
import { samplePhotos, samplePortraits } from '../samples.mjs';
import { median, medians, print } from './figures.mjs';
import { aligned, copies } from './images.mjs';
import { inTurn } from './in-turn.mjs';
import { stage } from './stage.mjs';

/** Photos of 1,920 pixels: decoding, detection and cropping of faces, and end to end. */
export async function photoBench(rounds, count, longer) {
  const folder = await samplePhotos();
  const detector = join(root, 'weights', 'face-detector.onnx');
  const int8 = join(root, 'weights', 'face-attributes.int8.onnx');
  const many = await copies(folder, longer);
  const few = await copies(folder, count);
  // Enough images for the measurements at first use.
  const first = await copies(await samplePortraits(), 400);
  const portraits = (await aligned()).folder;
  const seen = {
    profiles: [],
    cost: [],
    faces: [],
    infer: [],
    encode: [],
    whole: [],
    bound: [],
    boundWithEncoding: [],
    warm: [],
    again: [],
    memory: [],
    memoryLong: [],
  };
  for (let round = 0; round < rounds; round++) {
    seen.profiles.push((await stage('stage', 'profiles', folder, 3 * count)).rate);
    seen.cost.push((await stage('stage', 'cost', folder, 3 * count, detector)).rate);
    const short = await stage('end-to-end', root, few, 0, 'always', first);
    const { whole: long, rates } = await inTurn(['end-to-end', root, many, 0, 'always', first], {
      faces: { command: ['threads', 'faces', folder, longer, detector], share: 0.8 },
      infer: { command: ['threads', 'infer', portraits, 4000, int8], share: 0.4 },
      encode: { command: ['threads', 'encode', portraits, 4000], share: 0.1 },
    });
    const each = long.faces / long.images;
    seen.faces.push(rates.faces);
    seen.infer.push(rates.infer);
    seen.encode.push(rates.encode);
    seen.whole.push(long.rate);
    seen.bound.push(long.rate * (1 / rates.faces + each / rates.infer));
    seen.boundWithEncoding.push(
      long.rate * (1 / rates.faces + each / rates.infer + each / rates.encode),
    );
    seen.warm.push(median(long.warm));
    seen.again.push(long.cold / median(long.warm));
    seen.memory.push(short.peakMemory);
    seen.memoryLong.push(long.peakMemory);
  }
  await rm(many, { recursive: true });
  await rm(few, { recursive: true });
  await rm(first, { recursive: true });
  const result = medians(seen);
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
  return { count, longer, seen, result };
}
