import { rm } from 'node:fs/promises';
import { root } from '../process.mjs';
import { median, print } from './figures.mjs';
import { aligned, copies } from './images.mjs';
import { stage } from './stage.mjs';

/** From a thousand images to a hundred thousand. */
export async function scaleBench(largest) {
  const { folder, first, what } = await aligned();
  console.log(`scale, ${what}, each a file of its own content`);
  const sizes = [1000, 5000, 20_000, 100_000].filter((size) => size < largest).concat(largest);
  const results = [];
  for (const images of sizes) {
    const many = await copies(folder, images);
    // memory depends on the batch size, so it is the same for all
    const whole = await stage('end-to-end', root, many, 0, 'never', first, 4);
    await rm(many, { recursive: true });
    results.push({ images, ...whole });
    print([
      [`${images} images: images/s the first time`, whole.rate.toFixed(0)],
      ['  the second time, s', median(whole.warm).toFixed(2)],
      ['  from the store, s', median(whole.stored).toFixed(2)],
      ['  clustering, s', whole.cluster.toFixed(2)],
      ['  peak memory of the engine, MB', (whole.peakMemory / 1e6).toFixed(0)],
      ['  with all of it, MB', (whole.peakMemoryOfAll / 1e6).toFixed(0)],
    ]);
  }
  const of = (images) => results.find((each) => each.images === images);
  if (of(5000) && results.length > 2) {
    const last = results.at(-1);
    print([
      [
        `peak memory, ${last.images} ÷ 5000 images`,
        (last.peakMemory / of(5000).peakMemory).toFixed(3),
      ],
      [`time an image, ${last.images} ÷ 5000 images`, (of(5000).rate / last.rate).toFixed(3)],
    ]);
  }
  return results;
}
