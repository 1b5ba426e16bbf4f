import { describe, expect, it } from 'vitest';
import { Batches, type PendingFace } from '../../src/engine/pipeline/batches';
import type { BatchRunner } from '../../src/networks/provider-chain';

const BYTES = 4;

/** Faces of crops that lie side by side in one memory, each with its number in its bytes. */
function faces(from: number, count: number): PendingFace[] {
  const memory = new Uint8Array(new SharedArrayBuffer(count * BYTES));
  return Array.from({ length: count }, (_, i) => {
    const pixels = memory.subarray(i * BYTES, (i + 1) * BYTES).fill(from + i);
    return { face: { probabilities: new Float32Array() }, pixels };
  });
}

/** Says of each face its number and the number after it, later batches sooner. */
class Numbers implements BatchRunner {
  readonly batches: { pieces: number; count: number }[] = [];

  async infer(pieces: readonly Uint8Array[], count: number) {
    this.batches.push({ pieces: pieces.length, count });
    const bytes = Buffer.concat(pieces);
    expect(bytes).toHaveLength(count * BYTES);
    await new Promise((resolve) => setTimeout(resolve, 30 - 10 * this.batches.length));
    return Float32Array.from(
      { length: 2 * count },
      (_, i) => bytes[Math.floor(i / 2) * BYTES]! + (i % 2),
    );
  }

  release = () => Promise.resolve();
}

describe('batches', () => {
  it('hold exactly so many faces, across images, and give each its own', async () => {
    const runner = new Numbers();
    const batches = new Batches(runner, 8, 2);
    const all = [faces(1, 3), faces(4, 9), faces(13, 1), faces(14, 0), faces(14, 6)];
    for (const each of all) batches.add(each);
    expect(batches.busy).toBe(2);
    batches.flush();
    batches.flush(); // there is nothing left to start
    while (batches.busy > 0) await batches.next();
    expect(runner.batches).toEqual([
      { pieces: 2, count: 8 },
      { pieces: 3, count: 8 },
      { pieces: 1, count: 3 },
    ]);
    const said = all.flat().map(({ face }) => Array.from(face.probabilities));
    expect(said).toEqual(Array.from({ length: 19 }, (_, i) => [i + 1, i + 2]));
  });

  it('tell whoever waits that one failed', async () => {
    const batches = new Batches(
      {
        infer: () => Promise.reject(new Error('the device was lost')),
        release: () => Promise.resolve(),
      },
      2,
      2,
    );
    batches.add(faces(0, 2));
    await expect(batches.next()).rejects.toThrow('the device was lost');
  });
});
