import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cacheDir, root } from '../process.mjs';
import { print } from './figures.mjs';
import { aligned } from './images.mjs';
import { stage } from './stage.mjs';

const exec = promisify(execFile);

/** The original work's method on the same images: with this engine, and in Python. */
export async function originalBench(images) {
  const { folder, first, what } = await aligned();
  const float32 = join(root, '..', 'shared', 'weights', 'face-attributes.f32.onnx');
  const model = join(cacheDir, 'original-224.onnx');
  const made =
    existsSync(float32) &&
    (await exec('/usr/bin/python3', [
      join(root, 'test', 'bench', 'original_model.py'),
      float32,
      model,
    ]).catch(() => undefined));
  if (!made) {
    console.log(
      "the original's way is not measured: it needs ../shared/weights and Debian's python3-onnx",
    );
    return undefined;
  }
  console.log(`the original's method, ${what}, ${images} images`);
  const own = await stage('end-to-end', root, folder, images, 'never', first);
  const engine = await stage('original', folder, images, model);
  const few = 256;
  const python = await exec(
    '/usr/bin/python3',
    [join(root, 'test', 'bench', 'original.py'), folder, String(few)],
    { maxBuffer: 1e7 },
  )
    .then(({ stdout }) => JSON.parse(stdout))
    .catch(() => undefined);
  print([
    ['the engine, images/s', own.rate.toFixed(0)],
    [
      "the original's way on ONNX Runtime (float32, 224×224, batches of 64), images/s",
      engine.rate.toFixed(0),
    ],
    ['times as fast', (own.rate / engine.rate).toFixed(2)],
    ["peak memory of the original's way, MB", (engine.peakMemory / 1e6).toFixed(0)],
    ['peak memory of the engine, MB', (own.peakMemory / 1e6).toFixed(0)],
    ['ratio of the two', (own.peakMemory / engine.peakMemory).toFixed(3)],
    [
      `the original's way in Python (PyTorch, Pillow; ${few} images), images/s`,
      python === undefined ? 'not there' : python.rate.toFixed(1),
    ],
    ['times as fast', python === undefined ? '' : (own.rate / python.rate).toFixed(1)],
  ]);
  return { images, own, engine, python };
}
