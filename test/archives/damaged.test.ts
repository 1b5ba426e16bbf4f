/** Archives with changed bytes: whatever they say, reading them ends with a result or a reason. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { create } from 'tar';
import { describe, expect, it } from 'vitest';
import { entryPlace } from '../../src/archives/archive-path';
import { makeIndex } from '../../src/archives/open-archives';
import { readEntry } from '../../src/archives/read-entry';
import { UserError } from '../../src/util/errors';
import { temporaryFolder, writeFiles } from '../support/images';
import { imageParquet } from '../support/parquet';
import { zipOf } from '../support/zip';

const FILES = Object.fromEntries(
  Array.from({ length: 8 }, (_, i) => [
    `folder/${'long '.repeat(30 * (i % 2))}${i}.jpg`,
    Buffer.alloc(40 * i, `content ${i}`),
  ]),
);

const ARCHIVES = {
  zip: () =>
    Promise.resolve(zipOf(Object.entries(FILES).map(([name, content]) => ({ name, content })))),
  tar: async () => {
    const folder = await temporaryFolder();
    await writeFiles(folder, FILES);
    await create({ file: join(folder, 'a.tar'), cwd: folder }, ['folder']);
    return readFile(join(folder, 'a.tar'));
  },
  parquet: () =>
    Promise.resolve(
      imageParquet(
        Object.entries(FILES).map(([path, bytes]) => ({ path, bytes })),
        { pageSize: 500 },
      ),
    ),
};

/** @returns the number of entries that were read. */
async function readAll(path: string): Promise<number> {
  let read = 0;
  try {
    const { entries } = await makeIndex(path);
    for (let row = 0; row < entries.length; row++) {
      const place = entryPlace(`${path}/${entries.nameAt(row)}`);
      // A changed name may lead elsewhere; such an entry is not listed.
      if (place === undefined || entries.problemAt(row)?.isNoFile === true) continue;
      const bytes = await readEntry(place, 1e6, { ahead: false }).catch(ignoreReasons);
      if (bytes !== undefined) read += 1;
    }
  } catch (error) {
    ignoreReasons(error);
  }
  return read;
}

function ignoreReasons(error: unknown): undefined {
  if (!(error instanceof UserError)) throw error;
}

describe('a damaged archive', () => {
  it.each(Object.entries(ARCHIVES))('(.%s) is read as far as it can be', async (kind, make) => {
    const good = await make();
    const path = join(await temporaryFolder(), `a.${kind}`);
    await writeFile(path, good);
    expect(await readAll(path)).toBe(8);
    const counts = new Set<number>();
    for (let seed = 1; seed <= 200; seed++) {
      const bytes = Buffer.from(good);
      for (let change = 0; change < 1 + (seed % 3); change++) {
        const at = (seed * 7919 + change * 104_729) % bytes.length;
        // Half of the changes are near the end, where two of the kinds have their directories.
        const place = seed % 2 === 0 ? at : bytes.length - 1 - (at % 900);
        bytes[place] = [0, 0xff, 0x7f, 0x80, bytes[place]! ^ (1 << (seed % 8))][seed % 5]!;
      }
      await writeFile(
        path,
        seed % 20 === 0 ? bytes.subarray(0, (seed * 7919) % bytes.length) : bytes,
      );
      counts.add(await readAll(path));
    }
    expect(counts.size).toBeGreaterThan(1);
    expect(process.memoryUsage.rss()).toBeLessThan(2e9);
  });
});
