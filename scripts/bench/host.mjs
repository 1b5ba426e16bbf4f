import { join } from 'node:path';
import { root } from '../process.mjs';
import { medians, print } from './figures.mjs';
import { aligned } from './images.mjs';
import { inTurn } from './in-turn.mjs';

/** Aligned crops with an empty network: the work that remains for the cores beside a GPU. */
export async function hostBench(rounds, images) {
  const { folder, first, what } = await aligned();
  console.log(`without a network, ${what}, ${images} images`);
  const network = join(root, 'test', 'bench', 'nothing.onnx');
  const seen = { decode: [], encode: [], cold: [], slowest: [], bound: [] };
  for (let round = 0; round < rounds; round++) {
    const { whole, rates } = await inTurn(
      ['end-to-end', root, folder, images, 'never', first, 16, 'cpu', network],
      {
        decode: { command: ['threads', 'decode', folder, images], share: 1 },
        encode: { command: ['threads', 'encode', folder, images], share: 0.5 },
      },
    );
    const { decode, encode } = rates;
    seen.decode.push(decode);
    seen.encode.push(encode);
    seen.cold.push(whole.rate);
    seen.slowest.push(whole.rate / decode);
    seen.bound.push(whole.rate * (1 / decode + 1 / encode));
  }
  const result = medians(seen);
  print([
    ['decode alone, images/s', result.decode.toFixed(0)],
    ['encoding alone, crops/s', result.encode.toFixed(0)],
    ['end to end without a network, the first run, images/s', result.cold.toFixed(0)],
    ['end to end ÷ decode alone, the slowest stage', result.slowest.toFixed(3)],
    ['end to end ÷ the bound of the cores (1 / (1/decode + 1/encoding))', result.bound.toFixed(3)],
  ]);
  return { what, images, seen, result };
}
