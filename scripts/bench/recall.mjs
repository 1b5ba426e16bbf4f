import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { once, root, run } from '../process.mjs';
import { print } from './figures.mjs';
import { stage } from './stage.mjs';

const RECALL = [
  'plain', 'turned 90°, EXIF', 'turned 180°, EXIF', 'turned 270°, EXIF', 'turned 90°, no EXIF', 'turned 180°, no EXIF',
  'turned 270°, no EXIF', 'scaled to 25 %', 'four on 2,000 px', 'four at 25 % on 2,000 px',
  'a crowd of 24 on 4,000 px',
]; // prettier-ignore

/** Detected faces in pictures composed of LFW's images, and false detections. */
export async function recallBench(limit) {
  const detector = join(root, 'weights', 'face-detector.onnx');
  const results = {};
  const none = await stage('recall', detector, 'empty');
  print([[`false faces in ${none.pictures} pictures without a face`, String(none.faces)]]);
  results.empty = none;
  const shared = join(root, '..', 'shared', 'data');
  if (!existsSync(join(shared, 'lfw.tar'))) {
    console.log(`recall is not measured: LFW is not at ${shared}`);
    return results;
  }
  const folder = await once('shared-lfw', (temporary) =>
    run('tar', ['xf', join(shared, 'lfw.tar'), '-C', temporary]),
  );
  for (const name of RECALL) {
    // The plain case uses all images, the other cases a part of them.
    const count = name === 'plain' ? limit : limit === 0 ? 1000 : Math.min(limit, 1000);
    results[name] = await stage('recall', detector, name, folder, count);
    const { expected, recall, looks } = results[name];
    print([
      [
        `recall, LFW ${name} (${expected} faces); squares looked at, an image`,
        `${(100 * recall).toFixed(2)} %; ${looks.toFixed(1)}`,
      ],
    ]);
  }
  return results;
}
