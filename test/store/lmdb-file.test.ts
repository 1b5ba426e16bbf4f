import { readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { open as openLmdb, type RootDatabase } from 'lmdb';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { LmdbFile } from '../../src/store/lmdb-file';
import { temporaryFolder } from '../support/images';

const PAGE = 4096;

let path: string;
beforeEach(async () => {
  path = join(await temporaryFolder(), 'some.mdb');
});

/** Writes short and long values into two tables, and removes some, so that pages are free. */
async function write(rows = 400): Promise<void> {
  const root = openLmdb<unknown, string>({ path, maxDbs: 4, pageSize: PAGE });
  const [small, large] = [
    root.openDB<string, string>('small', {}),
    root.openDB<Buffer, string>('large', { encoding: 'binary' }),
  ];
  for (let round = 0; round < 6; round++) {
    for (let from = 0; from < rows; from += 100) {
      root.transactionSync(() => {
        for (let i = from; i < Math.min(rows, from + 100); i++) {
          small.putSync(`a key ${i} ${'x'.repeat(i % 200)}`, `a value of round ${round}`);
          if (i % 20 === 0)
            large.putSync(`a key ${i}`, Buffer.alloc(5000 + ((i * 7919 + round) % 40_000), i));
          if (i % 3 === round % 3)
            small.removeSync(`a key ${(i * 7) % rows} ${'x'.repeat(((i * 7) % rows) % 200)}`);
        }
      });
    }
    large.removeSync(`a key ${round * 20}`);
  }
  await (root as RootDatabase).close();
}

/** Writes 32-bit numbers at offsets. */
const numbers =
  (...changes: [offset: number, value: number][]) =>
  (bytes: Buffer) => {
    for (const [offset, value] of changes) bytes.writeUInt32LE(value, offset);
  };

/** Adds the meta page of a later transaction where LMDB notes the last synchronized one. */
function thirdMeta(bytes: Buffer): void {
  bytes.copy(bytes, PAGE / 2, 0, 200);
  bytes.writeUInt32LE(1e6, PAGE / 2 + 152);
}

function look<T>(what: (file: LmdbFile) => T): T {
  const file = LmdbFile.open(path)!;
  onTestFinished(() => {
    file.close();
  });
  return what(file);
}

const damages = () => look((file) => [file.headerDamage(), file.damage()]);

describe('LmdbFile', () => {
  it.each([0, 1, 30, 400, 3000])(
    'finds no damage in a file of %i rows, and counts the rows of each table',
    async (rows) => {
      await write(rows);
      const root = openLmdb<unknown, string>({ path, maxDbs: 4, readOnly: true });
      const counts = ['large', 'small'].map((name) => [name, root.openDB(name, {}).getKeysCount()]);
      await (root as RootDatabase).close();
      expect(damages()).toEqual([undefined, undefined]);
      expect([...look((file) => file.tables())!]).toEqual(counts);
    },
  );

  it('does not open a missing or empty file', async () => {
    expect(LmdbFile.open(path)).toBeUndefined();
    await writeFile(path, '');
    expect(LmdbFile.open(path)).toBeUndefined();
    await writeFile(path, 'something else');
    expect(damages()).toEqual(['it is cut short at 14 bytes', 'it is cut short at 14 bytes']);
  });

  it.each([1, 100, PAGE, 2 * PAGE, 2 * PAGE + 1, 5 * PAGE])(
    'finds by its header that a file ends after %i bytes',
    async (length) => {
      await write();
      await truncate(path, length);
      expect(damages()).toEqual([
        expect.stringMatching(/cut short/),
        expect.stringMatching(/cut short/),
      ]);
      expect(look((file) => file.tables())).toBeUndefined();
    },
  );

  it('accepts missing pages at the end that are free', async () => {
    const root = openLmdb<Buffer, string>({ path, encoding: 'binary', pageSize: PAGE });
    root.putSync('some', Buffer.alloc(100, 1));
    root.putSync('the last', Buffer.alloc(40 * PAGE, 2));
    root.removeSync('the last');
    // These take other free pages.
    for (let i = 0; i < 3; i++) root.putSync('some', Buffer.alloc(100 + i, 1));
    await (root as RootDatabase).close();
    const whole = await readFile(path);
    let length = whole.length;
    for (; ; length -= PAGE) {
      await truncate(path, length - PAGE);
      if (damages()[0] !== undefined) break;
    }
    expect((whole.length - length) / PAGE).toBeGreaterThan(10);
    expect(damages()).toEqual([
      expect.stringMatching(/cut short/),
      expect.stringMatching(/cut short/),
    ]);
    await writeFile(path, whole.subarray(0, length));
    expect(damages()).toEqual([undefined, undefined]);
    const again = openLmdb<Buffer, string>({ path, encoding: 'binary', pageSize: PAGE });
    expect(again.get('some')).toEqual(Buffer.alloc(102, 1));
    again.putSync('more', Buffer.alloc(60 * PAGE, 3));
    expect(again.get('more')).toEqual(Buffer.alloc(60 * PAGE, 3));
    await (again as RootDatabase).close();
    expect(damages()).toEqual([undefined, undefined]);
  });

  it.each([
    ['zeros', (bytes: Buffer) => void bytes.fill(0)],
    ['another magic number', numbers([24, 0xbeefc0df])],
    ['another version', numbers([28, 3])],
    ['no second meta page', (bytes: Buffer) => void bytes.fill(7, PAGE, PAGE + 200)],
    ['pages of another size', numbers([48, 5000])],
    ['meta pages that do not agree', numbers([PAGE + 48, 8192])],
    ['a last page beyond all disks', numbers([148, 0xffff_ffff], [PAGE + 148, 0xffff_ffff])],
    ['a root that is no page', numbers([136, 99_999], [PAGE + 136, 99_999])],
    ['too deep a tree', numbers([100, 33 << 16], [PAGE + 100, 33 << 16])],
    ['a third meta page of a later transaction', thirdMeta],
  ])('finds damage in the header: %s', async (_, to) => {
    await write();
    const bytes = await readFile(path);
    to(bytes);
    await writeFile(path, bytes);
    expect(damages()).toEqual([expect.any(String), expect.any(String)]);
  });

  it('finds damage in any page of a tree, and LMDB reads all other files correctly', async () => {
    await write(150);
    const sound = await readFile(path);
    const expected = await rows();
    const pages: number[] = [];
    for (let page = 2; page < sound.length / PAGE; page++) {
      await writeFile(path, Buffer.from(sound).fill(0, page * PAGE, page * PAGE + PAGE));
      if (look((file) => file.damage()) !== undefined) pages.push(page);
      else expect(await rows(), `page ${page}`).toEqual(expected);
    }
    expect(pages.length).toBeGreaterThanOrEqual(expected.pages);
    for (const [name, hurt] of Object.entries(HURTS)) {
      for (const page of pages.filter((each) => (sound.readUInt16LE(each * PAGE + 18) & 3) !== 0)) {
        const bytes = Buffer.from(sound);
        hurt(bytes.subarray(page * PAGE, page * PAGE + PAGE));
        await writeFile(path, bytes);
        expect(
          look((file) => file.damage()),
          `page ${page}: ${name}`,
        ).toBeDefined();
      }
    }
  });
});

/** The rows that LMDB reads, and the number of pages of its trees. */
async function rows() {
  const root = openLmdb<unknown, string>({ path, maxDbs: 4, readOnly: true });
  const [small, large] = [
    root.openDB<string, string>('small', {}),
    root.openDB<Buffer, string>('large', { encoding: 'binary' }),
  ];
  const pages = [small, large].map((table) => {
    const { treeBranchPageCount, treeLeafPageCount } = table.getStats() as Record<string, number>;
    return treeBranchPageCount! + treeLeafPageCount!;
  });
  const read = {
    small: [...small.getRange()],
    large: [...large.getKeys()],
    pages: pages[0]! + pages[1]!,
  };
  await (root as RootDatabase).close();
  return read;
}

const HURTS: Record<string, (page: Buffer) => void> = {
  'another number': (page) => page.writeUInt32LE(page.readUInt32LE(0) + 1, 0),
  'another kind': (page) => page.writeUInt16LE(page.readUInt16LE(18) ^ 3, 18),
  'more nodes than fit': (page) => page.writeUInt16LE(4000, 20),
  'a node less': (page) => page.writeUInt16LE(page.readUInt16LE(20) - 2, 20),
  'an odd number of bytes for nodes': (page) => page.writeUInt16LE(page.readUInt16LE(20) + 1, 20),
  'nodes that begin before they may': (page) => page.writeUInt16LE(page.readUInt16LE(22) + 400, 22),
  'a node beyond its end': (page) => page.writeUInt16LE(4070, 24),
  'a key beyond its end': (page) => page.writeUInt16LE(5000, 24 + page.readUInt16LE(24) + 6),
};
