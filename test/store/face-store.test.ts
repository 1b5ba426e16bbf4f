import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { open as openLmdb, type RootDatabase } from 'lmdb';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { LocatedFace } from '../../src/domain/faces';
import { FaceStore } from '../../src/store/face-store';
import { storeBytes } from '../../src/store/store-folder';
import type { StoreRecord } from '../../src/store/store-records';
import { withChecksum } from '../../src/store/strip-checksum';
import { temporaryFolder } from '../support/images';

const KEYS = { finder: 'f'.repeat(16), model: 'm'.repeat(16) };
const LIMIT = 1e9;
/** One face with two attributes. */
const ONE = { faces: 1, attributes: 2 };

async function open(): Promise<FaceStore> {
  const store = await FaceStore.open(join(await temporaryFolder(), 'store'));
  onTestFinished(() => {
    store.close();
  });
  return store;
}

const hash = (i: number) => i.toString(16).padStart(32, '0');
/** Of a file that was changed long ago, so that its times are trusted. */
const identity = (i: number) => ({
  size: 1000 + i,
  modified: 1e12 + i + 0.25,
  changed: 1e12 + i + 0.5,
  inode: i,
});

const face: LocatedFace = {
  score: 0.875,
  box: { x: 1.5, y: -2.25, width: 30, height: 31 },
  eyes: [
    { x: 8, y: 9.5 },
    { x: 20, y: 10 },
  ],
  mouth: { x: 14, y: 22 },
};

const record = (i: number, crops = [{ strip: 0, at: 0 }]): StoreRecord => ({
  path: `/photos/${i}.jpg`,
  identity: identity(i),
  hash: hash(i),
  found: { faces: crops.map(() => face) },
  described: {
    probabilities: Float32Array.from(crops.flatMap((_, at) => [(i % 8) / 7, at / 3])),
    crops,
  },
});

describe('FaceStore', () => {
  it('returns records exactly as they were written', async () => {
    const store = await open();
    const jpegs = [Buffer.from([1, 2, 3]), Buffer.alloc(70_000, 9)];
    const crops = [
      { strip: 0, at: 0 },
      { strip: 1, at: 4 },
    ];
    store.write([record(5, crops)], jpegs, KEYS, LIMIT);
    store.write(
      [{ ...record(6), found: { reason: 'cut short' }, described: undefined }],
      [],
      KEYS,
      LIMIT,
    );
    expect(store.problem).toBeUndefined();
    const content = store.contentOfFile('/photos/5.jpg', identity(5))!;
    expect(content.hash).toBe(hash(5));
    expect(store.contentByHash(1005, hash(5))).toEqual(content);
    expect(store.contentByHash(1006, hash(5))).toBeUndefined();
    expect(store.contentOfFile('/photos/5.jpg', { ...identity(5), changed: 1e12 })).toBeUndefined();
    expect(store.contentOfFile('/photos/other.jpg', identity(5))).toBeUndefined();
    expect(store.hashesOfSize(1005)).toEqual([hash(5)]);
    expect(store.hashesOfSize(1)).toEqual([]);
    expect(store.detectionsOf(content, KEYS.finder)).toEqual({ faces: [face, face] });
    expect(store.detectionsOf(content, 'another')).toBeUndefined();
    expect(store.detectionsOf(store.contentByHash(1006, hash(6))!, KEYS.finder)).toEqual({
      reason: 'cut short',
    });
    const described = store.attributesOf(content, KEYS.finder, KEYS.model, {
      faces: 2,
      attributes: 2,
    })!;
    expect(Array.from(described.probabilities)).toEqual([5 / 7, 0, 5 / 7, 1 / 3].map(Math.fround));
    expect(described.crops.map(({ strip, at }) => [store.strip(strip), at])).toEqual([
      [jpegs[0], 0],
      [jpegs[1], 4],
    ]);
    expect(
      store.attributesOf(content, KEYS.finder, 'another', { faces: 2, attributes: 2 }),
    ).toBeUndefined();
  });

  it('persists records and notes', async () => {
    const folder = join(await temporaryFolder(), 'store');
    const one = await FaceStore.open(folder);
    one.write([record(1)], [Buffer.alloc(10)], KEYS, LIMIT);
    one.close();
    const two = await FaceStore.open(folder);
    onTestFinished(() => {
      two.close();
    });
    expect(two.counts()).toEqual({ images: 1, strips: 1 });
    two.setNote('a', { b: 1 });
    expect(two.note('a')).toEqual({ b: 1 });
    two.setNote('a', undefined);
    expect(two.note('a')).toBeUndefined();
  });

  it('does not recognize a file by its times if it was just written', async () => {
    const store = await open();
    const now = { ...identity(1), changed: Date.now() };
    store.write([{ ...record(1), identity: now }], [Buffer.alloc(10)], KEYS, LIMIT);
    expect(store.contentOfFile('/photos/1.jpg', now)).toBeUndefined();
    expect(store.detectionsOf(store.contentByHash(1001, hash(1))!, KEYS.finder)).toBeDefined();
  });

  it('stays within its limit by evicting the oldest images entirely', async () => {
    const store = await open();
    const limit = 500_000;
    for (let i = 0; i < 40; i++) store.write([record(i)], [Buffer.alloc(40_000, i)], KEYS, limit);
    expect(store.problem).toBeUndefined();
    const { images, strips } = store.counts();
    expect(images).toBe(strips);
    expect(strips * 40_000).toBeLessThan(limit);
    expect(strips * 40_000).toBeGreaterThan(limit / 2);
    const last = store.contentByHash(1039, hash(39))!;
    for (let i = 0; i < 40; i++) {
      const kept = i >= 40 - images;
      // Numbers ascend in the order of insertion.
      const content = { id: last.id - 39 + i, hash: hash(i) };
      expect(store.contentByHash(1000 + i, hash(i))).toEqual(kept ? content : undefined);
      expect(store.detectionsOf(content, KEYS.finder) !== undefined).toBe(kept);
      expect(store.attributesOf(content, KEYS.finder, KEYS.model, ONE) !== undefined).toBe(kept);
      expect(store.contentOfFile(`/photos/${i}.jpg`, identity(i)) !== undefined).toBe(kept);
      expect(store.hashesOfSize(1000 + i)).toHaveLength(kept ? 1 : 0);
    }
    // Freed space is reused: the file does not grow with each batch.
    const size = await storeBytes(store.folder);
    for (let i = 100; i < 200; i++)
      store.write([record(i)], [Buffer.alloc(40_000, i)], KEYS, limit);
    expect(await storeBytes(store.folder)).toBeLessThan(1.5 * size);
  });

  it('returns embeddings of the network and the way of finding faces they are of', async () => {
    const store = await open();
    store.write([record(1)], [Buffer.alloc(10)], KEYS, LIMIT);
    const content = store.contentByHash(1001, hash(1))!;
    const bytes = Buffer.from([1, 2, 3]);
    const batch = { finder: KEYS.finder, network: 'n', limit: LIMIT };
    expect(store.embeddingsOf(content, KEYS.finder, 'n')).toBeUndefined();
    store.writeEmbeddings({ ...batch, images: [{ content, bytes }] });
    expect(store.embeddingsOf(content, KEYS.finder, 'n')).toEqual(bytes);
    expect(store.embeddingsOf(content, KEYS.finder, 'other')).toBeUndefined();
    expect(store.embeddingsOf(content, 'other', 'n')).toBeUndefined();
    expect(store.embeddingsOf({ ...content, hash: hash(2) }, KEYS.finder, 'n')).toBeUndefined();
    // Of an image that the store does not hold, nothing is kept.
    const other = { id: content.id + 1, hash: hash(2) };
    store.writeEmbeddings({ ...batch, images: [{ content: other, bytes }] });
    expect(store.embeddingsOf(other, KEYS.finder, 'n')).toBeUndefined();
    expect(store.problem).toBeUndefined();
  });

  it('counts embeddings, and evicts them with their images', async () => {
    const store = await open();
    const limit = 300_000;
    for (let i = 0; i < 60; i++) {
      store.write([record(i)], [Buffer.alloc(1000, i)], KEYS, limit);
      const content = store.contentByHash(1000 + i, hash(i))!;
      const images = [{ content, bytes: Buffer.alloc(20_000, i) }];
      store.writeEmbeddings({ images, finder: KEYS.finder, network: 'n', limit });
    }
    const { images } = store.counts();
    expect(images).toBeLessThan(15);
    expect(images).toBeGreaterThan(5);
    const last = store.contentByHash(1059, hash(59))!;
    for (let i = 0; i < 60; i++) {
      const content = { id: last.id - 59 + i, hash: hash(i) };
      const kept = i >= 60 - images;
      expect(store.embeddingsOf(content, KEYS.finder, 'n') !== undefined).toBe(kept);
    }
    const size = await storeBytes(store.folder);
    expect(size).toBeLessThan(2e6);
  });

  it.each(['faces.mdb', 'crops.mdb', 'contents.mdb'])(
    'recreates the store if %s is not a file of LMDB',
    async (name) => {
      const folder = join(await temporaryFolder(), 'store');
      (await FaceStore.open(folder)).close();
      await writeFile(join(folder, name), 'something else');
      const store = await FaceStore.open(folder);
      onTestFinished(() => {
        store.close();
      });
      expect(store.recreationReason).toContain(`'${name}' is damaged`);
      store.write([record(1)], [Buffer.alloc(10)], KEYS, LIMIT);
      expect(store.counts().images).toBe(1);
    },
  );

  it('recreates a store of another layout', async () => {
    const folder = join(await temporaryFolder(), 'store');
    const before = await FaceStore.open(folder);
    before.write([record(1)], [Buffer.alloc(10)], KEYS, LIMIT);
    before.close();
    const root = openLmdb({ path: join(folder, 'faces.mdb'), maxDbs: 16 });
    root.openDB('meta', {}).putSync('layout', 0);
    await root.close();
    const anew = await FaceStore.open(folder);
    onTestFinished(() => {
      anew.close();
    });
    expect(anew.counts().images).toBe(0);
    anew.write([record(2)], [Buffer.alloc(10)], KEYS, LIMIT);
    expect(anew.counts().images).toBe(1);
  });

  it.each(['crops.mdb', 'contents.mdb'])('recreates the store if %s is missing', async (name) => {
    const folder = join(await temporaryFolder(), 'store');
    const before = await FaceStore.open(folder);
    before.write([record(1)], [Buffer.alloc(10)], KEYS, LIMIT);
    before.close();
    await rm(join(folder, name));
    const anew = await FaceStore.open(folder);
    onTestFinished(() => {
      anew.close();
    });
    expect(anew.counts()).toEqual({ images: 0, strips: 0 });
  });

  it('keeps its records when it releases memory', async () => {
    const store = await open();
    store.write([record(1)], [Buffer.from([5])], KEYS, LIMIT);
    store.unmap();
    store.write([record(2)], [Buffer.from([6])], KEYS, LIMIT);
    store.unmap();
    expect(store.counts()).toEqual({ images: 2, strips: 2 });
    expect(store.contentOfFile('/photos/1.jpg', identity(1))?.hash).toBe(hash(1));
  });

  it('repeats a write that fails once, and reports one that fails twice', async () => {
    const store = await open();
    const failing = (times: number): StoreRecord => ({
      ...record(1),
      get hash(): string {
        if (times-- > 0) throw new Error('MDB_BAD_VALSIZE');
        return hash(1);
      },
    });
    store.write([failing(1)], [Buffer.from([5])], KEYS, LIMIT);
    expect(store.problem).toBeUndefined();
    expect(
      store.strip(
        store.attributesOf(store.contentByHash(1001, hash(1))!, KEYS.finder, KEYS.model, ONE)!
          .crops[0]!.strip,
      ),
    ).toEqual(Buffer.from([5]));
    store.write([failing(2)], [Buffer.from([5])], KEYS, LIMIT);
    expect(store.problem).toBe('MDB_BAD_VALSIZE');
    expect(store.contentByHash(1001, hash(1))).toBeDefined();
  });

  it('continues empty after another window cleared it, and reuses no number', async () => {
    const store = await open();
    store.write([record(1)], [Buffer.from([5])], KEYS, LIMIT);
    const before = store.contentByHash(1001, hash(1))!;
    await rm(store.folder, { recursive: true });
    store.unmap();
    store.write([record(2)], [Buffer.from([6])], KEYS, LIMIT);
    expect(store.problem).toBeUndefined();
    expect(store.contentByHash(1002, hash(2))?.id).not.toBe(before.id);
    store.markUsed([{ path: '/photos/1.jpg', identity: identity(1), content: before }], []);
    expect(
      store.detectionsOf(store.contentOfFile('/photos/1.jpg', identity(1))!, KEYS.finder),
    ).toBeUndefined();
    expect(
      store.detectionsOf(store.contentOfFile('/photos/2.jpg', identity(2))!, KEYS.finder),
    ).toEqual({
      faces: [face],
    });
  });

  it('ignores damaged values, and overwrites them', async () => {
    const folder = join(await temporaryFolder(), 'store');
    const before = await FaceStore.open(folder);
    for (let i = 0; i < 10; i++) before.write([record(i)], [Buffer.alloc(9000, i)], KEYS, LIMIT);
    const contents = Array.from({ length: 10 }, (_, i) => before.contentByHash(1000 + i, hash(i))!);
    const crops = contents.map(
      (content) => before.attributesOf(content, KEYS.finder, KEYS.model, ONE)!.crops[0]!,
    );
    before.close();
    await change(folder, 'faces.mdb', (tables) => {
      const key = (i: number, ...more: string[]) => [contents[i]!.id, KEYS.finder, ...more];
      tables.openDB('files', {}).putSync('/photos/0.jpg', ['1000', 1e12, null]);
      tables.openDB('found', {}).putSync(key(1), [1001, hash(1), null, [[0.5, 1, 2, NaN]]]);
      tables.openDB('found', {}).putSync(key(2), 'nothing of this kind');
      tables
        .openDB('described', {})
        .putSync(key(3, KEYS.model), [Buffer.alloc(3), [crops[3]!.strip], [0]]);
      tables
        .openDB('described', {})
        .putSync(key(4, KEYS.model), [Buffer.alloc(8, 255), [crops[4]!.strip], [0]]);
      tables
        .openDB('described', {})
        .putSync(key(5, KEYS.model), [Buffer.alloc(8), [crops[5]!.strip], [99]]);
      tables.openDB('uses', {}).putSync(crops[6]!.strip, ['today']);
      tables.openDB('meta', {}).putSync('bytes', 'many');
    });
    await change(folder, 'crops.mdb', (strips) => {
      strips.putSync(
        crops[7]!.strip,
        Buffer.concat([
          Buffer.alloc(9000, 7).fill(0, 4096, 4608),
          withChecksum(Buffer.alloc(9000, 7)).subarray(-4),
        ]),
      );
    });
    await change(folder, 'contents.mdb', (table) => {
      for (const { key } of table.getRange({ limit: 1 })) table.putSync(key, Buffer.from('some'));
    });
    const store = await FaceStore.open(folder);
    onTestFinished(() => {
      store.close();
    });
    const known = () =>
      contents.map((content, i) => {
        const [file, found] = [
          store.contentOfFile(`/photos/${i}.jpg`, identity(i)),
          store.detectionsOf(content, KEYS.finder),
        ];
        const described = store.attributesOf(content, KEYS.finder, KEYS.model, ONE);
        return [file, found, described, store.strip(crops[i]!.strip)]
          .map((each) => (each === undefined ? 0 : 1))
          .join('');
      });
    expect(store.contentByHash(1000, hash(0))).toBeUndefined();
    expect(known()).toEqual([
      '0111',
      '1011',
      '1011',
      '1101',
      '1101',
      '1101',
      '1111',
      '1110',
      '1111',
      '1111',
    ]);
    // The damaged strip is deleted, so that its images are analyzed again.
    expect(store.hasStrip(crops[7]!.strip)).toBe(false);
    store.markUsed([], [crops[6]!.strip]);
    expect(store.recreationReason).toBeUndefined();
    for (let i = 0; i < 10; i++)
      store.write([record(i)], [Buffer.alloc(9000, i)], KEYS, i < 9 ? LIMIT : 100_000);
    expect(store.problem).toBeUndefined();
    const { images, strips } = store.counts();
    expect(strips).toBeLessThan(9); // some were evicted
    expect(images).toBeGreaterThan(0);
  });

  it('stores notes with names of any length', async () => {
    const store = await open();
    const [one, two] = [`a ${'x'.repeat(4000)} 1`, `a ${'x'.repeat(4000)} 2`];
    store.setNote(one, 1);
    store.setNote(two, 2);
    expect([store.note(one), store.note(two), store.problem]).toEqual([1, 2, undefined]);
  });

  it('stores contents of any size', async () => {
    const store = await open();
    const huge = { ...record(1), identity: { ...identity(1), size: 2 ** 52 } };
    store.write([huge], [Buffer.alloc(10)], KEYS, LIMIT);
    expect(store.problem).toBeUndefined();
    expect(store.hashesOfSize(2 ** 52)).toEqual([hash(1)]);
  });

  it('returns nothing and throws nothing once it is closed or cannot be reopened', async () => {
    const store = await open();
    store.write([record(1)], [Buffer.alloc(10)], KEYS, LIMIT);
    await rm(store.folder, { recursive: true });
    await writeFile(store.folder, 'a file where the folder was');
    store.unmap();
    expect(store.problem).toMatch(/cannot be reopened/);
    expect([store.contentByHash(1001, hash(1)), store.counts(), store.hasStrip(1)]).toEqual([
      undefined,
      { images: 0, strips: 0 },
      false,
    ]);
    store.write([record(2)], [Buffer.alloc(10)], KEYS, LIMIT);
    store.unmap();
    const other = await open();
    other.close();
    other.close();
    expect(other.hashesOfSize(1)).toEqual([]);
    other.markUsed([], [1]);
  });
});

/** Writes into a file of the store directly. */
async function change(
  folder: string,
  name: string,
  write: (root: RootDatabase) => void,
): Promise<void> {
  const root: RootDatabase = openLmdb({
    path: join(folder, name),
    maxDbs: 16,
    ...(name === 'contents.mdb' ? { keyEncoding: 'binary' as const } : {}),
    ...(name === 'crops.mdb' ? { encoding: 'binary' as const } : {}),
  });
  write(root);
  await root.close();
}
