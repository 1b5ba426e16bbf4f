import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { once, root, run } from '../process.mjs';
import { print } from './figures.mjs';
import { stage } from './stage.mjs';

/** Values of `minFaceScore` that are compared. */
const SCORES = [0.3, 0.4, 0.5, 0.6, 0.7, 0.8];
/** Images of LFW. */
const IMAGES = 300;

/** Faces under hard conditions, and drawings, that are found with several values of `minFaceScore`. */
export async function conditionsBench() {
  const tar = join(root, '..', 'shared', 'data', 'lfw.tar');
  const folder = existsSync(tar)
    ? await once('shared-lfw', (temporary) => run('tar', ['xf', tar, '-C', temporary]))
    : '';
  if (folder === '') console.log(`faces are not measured: LFW is not at ${tar}`);
  const detector = join(root, 'weights', 'face-detector.onnx');
  const { scores, drawn } = await stage('conditions', detector, folder, IMAGES);
  const share = (values, least) =>
    `${((100 * values.filter((value) => value >= least).length) / values.length).toFixed(1)} %`;
  const row = (values) => SCORES.map((least) => share(values, least).padStart(8)).join('');
  print([
    ['minFaceScore', SCORES.map((least) => String(least).padStart(8)).join('')],
    ...Object.entries(scores).map(([name, values]) => [`faces found, ${name}`, row(values)]),
    [`false faces, ${drawn.length} drawings`, row(drawn)],
  ]);
  return { scores, drawn };
}
