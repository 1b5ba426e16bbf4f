import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../process.mjs';
import { median, medians, print } from './figures.mjs';
import { aligned } from './images.mjs';
import { inTurn } from './in-turn.mjs';
import { stage } from './stage.mjs';

/** Aligned crops: decoding, inference and encoding alone, and end to end. */
export async function cropBench(rounds, images) {
  const { folder, first, what } = await aligned();
  console.log(`${what}, ${images} images`);
  const int8 = join(root, 'weights', 'face-attributes.int8.onnx');
  const float32 = join(root, '..', 'shared', 'weights', 'face-attributes.f32.onnx');
  const seen = {
    plain: [],
    decode: [],
    infer: [],
    float32: [],
    cold: [],
    encode: [],
    warm: [],
    stored: [],
    memory: [],
    bound: [],
    boundWithEncoding: [],
    again: [],
    decodeRatio: [],
    inferRatio: [],
  };
  for (let round = 0; round < rounds; round++) {
    const plain = await stage('stage', 'plain', folder, images);
    const stages = {
      decode: { command: ['threads', 'decode', folder, images], share: 0.2 },
      infer: { command: ['threads', 'infer', folder, images, int8], share: 0.8 },
      encode: { command: ['threads', 'encode', folder, images], share: 0.1 },
      ...(existsSync(float32)
        ? { float: { command: ['threads', 'infer', folder, images, float32], share: 0.5 } }
        : {}),
    };
    const { whole, rates } = await inTurn(
      ['end-to-end', root, folder, images, 'never', first],
      stages,
    );
    const { decode, infer, encode, float = NaN } = rates;
    seen.plain.push(plain.rate);
    seen.decode.push(decode);
    seen.decodeRatio.push(decode / plain.rate);
    seen.infer.push(infer);
    seen.encode.push(encode);
    seen.float32.push(float);
    seen.inferRatio.push(infer / float);
    seen.cold.push(whole.rate);
    seen.warm.push(median(whole.warm));
    seen.stored.push(median(whole.stored));
    seen.again.push(whole.cold / median(whole.warm));
    seen.memory.push(whole.peakMemory);
    seen.bound.push(whole.rate * (1 / decode + 1 / infer));
    seen.boundWithEncoding.push(whole.rate * (1 / decode + 1 / infer + 1 / encode));
  }
  const result = medians(seen);
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
  return { what, images, seen, result };
}
