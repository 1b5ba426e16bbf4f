import type { LocatedFace } from '../../src/domain/faces';
import type { StoreRecord } from '../../src/store/store-records';
export const KEYS = { finder: 'f'.repeat(16), model: 'm'.repeat(16) };

/** Number of images in a store before it is damaged. */
export const STORED = 200;
/** Faces per strip. */
const FACES = 10;

/** Observations of a process that used a store. */
export interface Met {
  /** Why the store could not be opened. */
  refused: string | null;
  madeAnew: string | null;
  problem: string | null;
  /** Number of images whose records were complete. */
  known: number;
  /** Records that differ from what was written. */
  wrong: string[];
}

const face: LocatedFace = {
  score: 0.875,
  box: { x: 1.5, y: -2.25, width: 30, height: 31 },
  eyes: [
    { x: 8, y: 9.5 },
    { x: 20, y: 10 },
  ],
  mouth: { x: 14, y: 22 },
};

/** @param first index of the first image of its chunk. */
export function recordOf(i: number, first: number): StoreRecord {
  return {
    path: `/photos/of/a/folder/${i}.jpg`,
    identity: {
      size: 1000 + (i % 90),
      modified: 1e12 + i + 0.25,
      changed: 1e12 + i + 0.5,
      inode: i,
    },
    hash: ((BigInt(i + 1) * 0x9e3779b97f4a7c15f39cc0605cedc835n) % (1n << 128n))
      .toString(16)
      .padStart(32, '0'),
    found: { faces: [face] },
    described: {
      probabilities: Float32Array.from(
        { length: 40 },
        (_, attribute) => ((i + attribute) % 64) / 64,
      ),
      crops: [{ strip: Math.floor((i - first) / FACES), at: i % FACES }],
    },
  };
}

/** Strips of the images of a chunk. */
export const stripsOf = (first: number, images: number): Buffer[] =>
  Array.from({ length: Math.ceil(images / FACES) }, (_, i) => stripOf(first + i * FACES));

export function stripOf(seed: number): Buffer {
  const strip = Buffer.alloc(3000 + ((seed * 7919) % 9000), seed % 256);
  strip.writeUInt32LE(seed, 0);
  return strip;
}
