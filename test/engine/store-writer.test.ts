import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { engineScript } from '../../src/engine/bundled-files';
import { ProcessStoreWriter } from '../../src/engine/pipeline/store-writer';
import { FaceStore } from '../../src/store/face-store';
import type { StoreRecord } from '../../src/store/store-records';
import { ROOT, temporaryFolder } from '../support/images';

const keys = { finder: 'finder', model: 'model' };
const limit = 1e9;
const identity = (i: number) => ({
  size: 1000 + i,
  modified: 1e12 + i,
  changed: 1e12 + i,
  inode: i,
});
const hash = (i: number) => i.toString(16).padStart(32, '0');

const record = (i: number): StoreRecord => ({
  path: i % 2 === 0 ? `/photos/${i}.jpg` : Buffer.from([0x2f, 0xfc, i]),
  identity: identity(i),
  hash: hash(i),
  found: { faces: [null] },
  described: { probabilities: Float32Array.of((i % 8) / 7, 1), crops: [{ strip: 0, at: i % 16 }] },
});

const findings = (i: number) => ({
  records: [record(i)],
  strips: [Buffer.alloc(20_000, i)],
  keys,
  limit,
});

function start(folder: string) {
  const writer = new ProcessStoreWriter(folder, engineScript(ROOT));
  onTestFinished(() => writer.close());
  return writer;
}

async function expectKept(folder: string, count: number) {
  const store = await FaceStore.open(folder);
  onTestFinished(() => {
    store.close();
  });
  expect(store.counts()).toEqual({ images: count, strips: count });
  for (let i = 0; i < count; i++) {
    const content = store.contentOfFile(record(i).path, identity(i))!;
    expect(content.hash).toBe(hash(i));
    expect(store.detectionsOf(content, keys.finder)).toEqual({ faces: [null] });
    const { probabilities, crops } = store.attributesOf(content, keys.finder, keys.model, {
      faces: 1,
      attributes: 2,
    })!;
    expect(Array.from(probabilities)).toEqual([Math.fround((i % 8) / 7), 1]);
    expect(crops.map(({ at }) => at)).toEqual([i % 16]);
    expect(store.strip(crops[0]!.strip)).toEqual(Buffer.alloc(20_000, i));
  }
}

describe('a store writer in a process of its own', () => {
  it('writes what it is given, while others read', async () => {
    const folder = join(await temporaryFolder(), 'store');
    const reader = await FaceStore.open(folder);
    onTestFinished(() => {
      reader.close();
    });
    const writer = start(folder);
    for (let i = 0; i < 20; i++) {
      await writer.write(findings(i));
      reader.hashesOfSize(1000 + i);
    }
    expect(await writer.settled()).toBeUndefined();
    expect(reader.contentOfFile('/photos/4.jpg', identity(4))?.hash).toBe(hash(4));
    await expectKept(folder, 20);
  });

  it('writes what it was given though the run was cancelled', async () => {
    const folder = join(await temporaryFolder(), 'store');
    const writer = start(folder);
    for (let i = 0; i < 3; i++) void writer.write(findings(i));
    await writer.close();
    await expectKept(folder, 3);
  });

  it('tells why nothing is kept', async () => {
    const file = join(await temporaryFolder(), 'file');
    await writeFile(file, '');
    const writer = start(file);
    await writer.write(findings(0));
    expect(await writer.settled()).toMatch(/file/);
    const gone = start(join(await temporaryFolder(), 'store'));
    await gone.write(findings(0));
    expect(await gone.settled()).toBeUndefined();
    await gone.close();
    await gone.write(findings(1));
    expect(await gone.settled()).toMatch(/^the process that writes it is gone/);
  });
});
