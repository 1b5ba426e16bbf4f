import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { findCopies, MIN_CORRELATION } from '../../src/summaries/copies/find-copies';
import { LOOK, LOOK_SIDE, writeLook } from '../../src/summaries/copies/look';
import { random as seededRandom } from '../support/vectors';

const SIZE = { width: 64, height: 72 };

/** Pictures of smooth random shapes. */
function pictures(count: number): Buffer[] {
  const random = seededRandom(7);
  return Array.from({ length: count }, () => {
    const waves = Array.from({ length: 12 }, () => [
      random() * 0.15,
      random() * 0.15,
      random() * 6.3,
      random() * 40,
    ]);
    const gray = Array.from({ length: SIZE.width * SIZE.height }, (_, i) => {
      const [x, y] = [i % SIZE.width, Math.floor(i / SIZE.width)];
      const sum = waves.map(
        ([a, b, phase, height]) => height! * Math.sin(a! * x + b! * y + phase!),
      );
      return sum.reduce((total, each) => total + each, 128);
    });
    return Buffer.from(
      gray.flatMap((value) => Array<number>(3).fill(Math.max(0, Math.min(255, value)))),
    );
  });
}

function looksOf(faces: readonly Uint8Array[]): Uint8Array {
  const looks = new Uint8Array(faces.length * LOOK);
  faces.forEach((face, row) => {
    writeLook(face, SIZE, looks, row);
  });
  return looks;
}

const inOrder = (count: number) => Int32Array.from({ length: count }, (_, row) => row);

/** By comparing every face with every original before it. */
function bruteForce(looks: Uint8Array, order: Int32Array): number[] {
  const values = (row: number) => {
    const gray = Array.from(looks.subarray(row * LOOK, (row + 1) * LOOK));
    const mean = gray.reduce((sum, value) => sum + value, 0) / LOOK;
    return gray.map((value) => value - mean);
  };
  const product = (a: number[], b: number[]) => a.reduce((sum, value, i) => sum + value * b[i]!, 0);
  const centered = inOrder(order.length);
  const all = Array.from(centered, values);
  const correlation = (a: number, b: number) =>
    product(all[a]!, all[b]!) / Math.sqrt(product(all[a]!, all[a]!) * product(all[b]!, all[b]!));
  const originals: number[] = [];
  const result = Array<number>(order.length);
  for (const row of order) {
    const best = originals
      .map((other) => ({ other, value: correlation(row, other) }))
      .filter(({ value }) => value >= MIN_CORRELATION)
      .sort((a, b) => b.value - a.value)[0];
    if (best === undefined) originals.push(row);
    result[row] = best?.other ?? row;
  }
  return result;
}

describe('copies', () => {
  it('are found among faces that were saved, scaled and brightened', async () => {
    const raw = { ...SIZE, channels: 3 } as const;
    const originals = pictures(60);
    const changed = await Promise.all(
      originals.slice(0, 30).map(async (face, i) => {
        const image = sharp(face, { raw });
        const changes = [
          () => image.jpeg({ quality: 40 }),
          () => image.resize(SIZE.width / 2, SIZE.height / 2).png(),
          () => image.modulate({ brightness: 1.05 }).png(),
        ];
        const saved = await changes[i % 3]!().toBuffer();
        return sharp(saved).resize(SIZE.width, SIZE.height).removeAlpha().raw().toBuffer();
      }),
    );
    const looks = looksOf([...originals, ...changed]);
    const found = findCopies(looks, inOrder(90));
    expect(Array.from(found)).toEqual([...inOrder(60), ...inOrder(30)]);
    expect(Array.from(found)).toEqual(bruteForce(looks, inOrder(90)));
  });

  it('belong to the first in the given order', () => {
    const [a, b] = pictures(2) as [Buffer, Buffer];
    const looks = looksOf([a, b, a, b, a]);
    expect(Array.from(findCopies(looks, Int32Array.of(4, 3, 2, 1, 0)))).toEqual([4, 3, 4, 3, 4]);
  });

  it('do not form chains', () => {
    // Each picture is like the next, the first and the last are not alike.
    const [a, b] = pictures(2) as [Buffer, Buffer];
    const steps = Array.from({ length: 12 }, (_, i) =>
      a.map((value, p) => Math.round((value * (11 - i) + b[p]! * i) / 11)),
    );
    const looks = looksOf(steps);
    const found = Array.from(findCopies(looks, inOrder(12)));
    expect(new Set(found).size).toBeGreaterThan(1);
    expect(found).toEqual(bruteForce(looks, inOrder(12)));
  });

  it('need a picture: plain ones are copies of nothing', () => {
    const plain = Buffer.alloc(SIZE.width * SIZE.height * 3, 90);
    expect(Array.from(findCopies(looksOf([plain, plain]), inOrder(2)))).toEqual([0, 1]);
    expect(findCopies(new Uint8Array(), inOrder(0))).toHaveLength(0);
  });
});

describe('many faces that look the same', () => {
  // In quadratic time, these would take minutes.
  const FACES = 15_000;

  it('are compared with their original alone', () => {
    const [face] = pictures(1) as [Buffer];
    const look = looksOf([face]);
    const looks = Uint8Array.from(
      { length: FACES * LOOK },
      (_, i) => look[i % LOOK]! ^ ((i % 3) & 1),
    );
    expect(new Set(findCopies(looks, inOrder(FACES)))).toEqual(new Set([0]));
  });

  it('are not compared where they are plain', () => {
    const looks = new Uint8Array(FACES * LOOK).fill(90);
    expect(findCopies(looks, inOrder(FACES))).toEqual(inOrder(FACES));
  });
});

describe('a look', () => {
  it('is the mean of the gray values in each cell', () => {
    const face = Uint8Array.from({ length: LOOK_SIDE * LOOK_SIDE * 4 * 3 }, (_, i) =>
      Math.floor(i / 3) % 2 === 0 ? 10 : 20,
    );
    const looks = new Uint8Array(LOOK);
    writeLook(face, { width: 2 * LOOK_SIDE, height: 2 * LOOK_SIDE }, looks, 0);
    expect([...looks]).toEqual(Array(LOOK).fill(15));
  });

  it('is defined for a crop smaller than itself', () => {
    const looks = new Uint8Array(LOOK);
    writeLook(Uint8Array.of(255, 255, 255), { width: 1, height: 1 }, looks, 0);
    expect(looks[LOOK - 1]).toBe(255);
  });
});
