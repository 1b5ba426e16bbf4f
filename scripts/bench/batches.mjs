import { root } from '../process.mjs';
import { median, print } from './figures.mjs';
import { aligned } from './images.mjs';
import { waysInTurn } from './in-turn.mjs';

const BATCHES = [1, 4, 8, 16];

/** Compares batch sizes of the network, end to end. */
export async function batchBench(rounds, images) {
  const { folder, first, what } = await aligned();
  console.log(`batch sizes, ${what}, ${images} images`);
  const seen = BATCHES.map(() => ({ rate: [], memory: [] }));
  for (let round = 0; round < rounds; round++) {
    const ways = await waysInTurn(
      BATCHES.map((batch) => ['end-to-end', root, folder, images, 'never', first, batch]),
    );
    const eight = ways[BATCHES.indexOf(8)];
    for (const [i, { rate, peakMemory }] of ways.entries()) {
      seen[i].rate.push(rate / eight.rate);
      seen[i].memory.push(peakMemory);
    }
  }
  print(
    BATCHES.map((batch, i) => [
      `batches of ${batch}: images/s ÷ those of 8; peak memory of the engine, MB`,
      `${median(seen[i].rate).toFixed(3)}; ${(median(seen[i].memory) / 1e6).toFixed(0)}`,
    ]),
  );
  return { what, images, batches: BATCHES, seen };
}
