import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../process.mjs';
import { inRounds, median, medians, print } from './figures.mjs';
import { aligned } from './images.mjs';
import { inTurn } from './in-turn.mjs';
import { stage } from './stage.mjs';

const INT8 = join(root, 'weights', 'face-attributes.int8.onnx');
const FLOAT32 = join(root, '..', 'shared', 'weights', 'face-attributes.f32.onnx');

/** Aligned crops: decoding, inference and encoding alone, and end to end. */
export async function cropBench(rounds, images) {
  const { folder, first, what } = await aligned();
  console.log(`${what}, ${images} images`);
  const seen = await inRounds(rounds, () => measureOnce(folder, first, images));
  const result = medians(seen);
  printFigures(images, seen, result);
  return { what, images, seen, result };
}

async function measureOnce(folder, first, images) {
  const plain = (await stage('stage', 'plain', folder, images)).rate;
  const stages = {
    decode: { command: ['threads', 'decode', folder, images], share: 0.2 },
    infer: { command: ['threads', 'infer', folder, images, INT8], share: 0.8 },
    encode: { command: ['threads', 'encode', folder, images], share: 0.1 },
    ...(existsSync(FLOAT32)
      ? { float: { command: ['threads', 'infer', folder, images, FLOAT32], share: 0.5 } }
      : {}),
  };
  const { whole, rates } = await inTurn(
    ['end-to-end', root, folder, images, 'never', first],
    stages,
  );
  const { decode, infer, encode, float = NaN } = rates;
  return {
    plain,
    decode,
    infer,
    float32: float,
    cold: whole.rate,
    encode,
    warm: median(whole.warm),
    stored: median(whole.stored),
    memory: whole.peakMemory,
    bound: whole.rate * (1 / decode + 1 / infer),
    boundWithEncoding: whole.rate * (1 / decode + 1 / infer + 1 / encode),
    again: whole.cold / median(whole.warm),
    decodeRatio: decode / plain,
    inferRatio: infer / float,
  };
}

function printFigures(images, seen, result) {
  print([
    ['plain calls of sharp alone, images/s', result.plain.toFixed(0)],
    ['decode alone, images/s', result.decode.toFixed(0)],
    ['ratio of the two', result.decodeRatio.toFixed(2)],
    ['inference alone (int8), crops/s', result.infer.toFixed(0)],
    ['the same with the float32 network, crops/s', result.float32.toFixed(0)],
    ['ratio of the two', result.inferRatio.toFixed(2)],
    ['encoding alone, crops/s', result.encode.toFixed(0)],
    ['end to end, the first run, images/s', result.cold.toFixed(0)],
    ['end to end ÷ the bound of the cores (1 / (1/decode + 1/inference))', result.bound.toFixed(3)],
    [
      'the same with the third stage (1 / (1/decode + 1/inference + 1/encoding))',
      result.boundWithEncoding.toFixed(3),
    ],
    ['  the rounds one by one', seen.boundWithEncoding.map((ratio) => ratio.toFixed(3)).join(', ')],
    [`end to end, a second run over ${images} images, s`, result.warm.toFixed(2)],
    ['ratio of the first and the second run', result.again.toFixed(0)],
    ['a new run of cached images, s', result.stored.toFixed(2)],
    [`peak memory of the engine, ${images} images, MB`, (result.memory / 1e6).toFixed(0)],
  ]);
}
