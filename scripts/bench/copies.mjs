import { aligned } from './images.mjs';
import { print } from './figures.mjs';
import { stage } from './stage.mjs';

/** Measures how many changed pictures are recognized as copies, and prints what else is taken as one. */
export async function copiesBench(images) {
  const { folder, first, what } = await aligned();
  const result = {};
  for (const [name, from] of Object.entries({
    [what]: folder,
    ...(first === folder ? {} : { LFW: first }),
  })) {
    const measured = await stage('copies', from, images);
    result[name] = measured;
    print([
      [`${name}: images`, String(measured.images)],
      ['changed pictures found', `${measured.found} of ${measured.changed}`],
      ['other pairs', String(measured.others)],
      ['seconds', measured.seconds.toFixed(1)],
    ]);
    for (const pair of measured.pairs) console.log(`  ${pair.join(' ')}`);
  }
  return result;
}
