/**
 * Tables and folders made to hang or crash the engine, or to fill its memory. Each ends in a
 * message, or in the right result.
 */
import { execFileSync } from 'node:child_process';
import { mkdir, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { scoreAttributes } from '../../src/datasets/evaluation';
import { explore } from '../../src/datasets/explore';
import { LABEL_LIMITS } from '../../src/datasets/label-table';
import { readLabels } from '../../src/datasets/labels';
import { readPartitions } from '../../src/datasets/partitions';
import { recognizeDataset } from '../../src/datasets/recognize';
import { keptDataset } from '../../src/engine/jobs/dataset-view';
import { CancelledError, messageOf, UserError } from '../../src/util/errors';
import { jobContext } from '../support/context';
import { temporaryFolder, writeFiles } from '../support/images';
import { random } from '../support/vectors';

const isPosix = process.platform !== 'win32';
const ALL = { attributes: [], drop: [], dropZero: 0, seed: 1 };

async function fileWith(content: string | Uint8Array, name = 'labels.csv'): Promise<string> {
  const file = join(await temporaryFolder(), name);
  await writeFile(file, content);
  return file;
}

const names = (count: number) => Array.from({ length: count }, (_, i) => `A${i}`);

describe('a table of labels', () => {
  it.skipIf(!isPosix)('that is a pipe or a device is refused', async () => {
    const folder = await temporaryFolder();
    execFileSync('mkfifo', [join(folder, 'labels.csv')]);
    for (const read of [readLabels, readPartitions]) {
      await expect(read(join(folder, 'labels.csv'))).rejects.toThrow(
        /labels.csv': it is a pipe: expected a regular file/,
      );
      await expect(read('/dev/zero')).rejects.toThrow(
        /cannot read the .* '\/dev\/zero': it is a device/,
      );
    }
  });

  it('that is a folder, or too large, is refused', async () => {
    const folder = await temporaryFolder();
    await mkdir(join(folder, 'labels.csv'));
    await expect(readLabels(join(folder, 'labels.csv'))).rejects.toThrow(/it is a folder/);
    const file = await fileWith('a,b');
    await truncate(file, 1e12);
    await expect(readLabels(file)).rejects.toThrow(/it has 1,000,000 MB: expected at most 400 MB/);
  });

  it.each([
    ['NUL bytes', '\0', 450e6, /not UTF-8 text: it contains NUL bytes/],
    ['one line', 'a', 60e6, /line 1 is longer than 1 MB/],
    ['empty lines', '\n', 60e6, /more than 5,000,000 lines/],
    ['commas', ',', 60e6, /line 1 is longer/],
  ])('that unpacks to megabytes of %s is refused early', async (_, piece, bytes, reason) => {
    const file = await fileWith(
      gzipSync(Buffer.alloc(bytes, piece), { level: 1 }),
      'labels.csv.gz',
    );
    const before = process.memoryUsage().rss;
    await expect(readLabels(file)).rejects.toThrow(reason);
    expect(process.memoryUsage().rss - before).toBeLessThan(150e6);
  });

  it('that is gzipped and truncated is refused with that reason', async () => {
    const file = await fileWith(gzipSync('image,Male\n1.jpg,1\n').subarray(0, 25));
    await expect(readLabels(file)).rejects.toThrow(
      /starts like a gzipped file but is damaged or truncated/,
    );
  });

  it.each([
    [
      'many names and empty lines',
      `${names(500).join(' ')}\n${'\n'.repeat(3e6)}`,
      /more than 100,000,000 cells/,
    ],
    [
      'many columns',
      names(LABEL_LIMITS.columns + 1).join(','),
      /have 1,001 columns: expected at most 1,000/,
    ],
    [
      'many columns between spaces',
      names(200_000).join(' '),
      /line 1 is longer|have 200,000 columns/,
    ],
    [
      'many attributes',
      `${names(LABEL_LIMITS.attributes + 1).join(' ')}\n`,
      /have 501 attributes: expected at most 500/,
    ],
    [
      'a quote that never ends',
      `image,Male\n"${'a\n'.repeat(2e6)}`,
      /are not a CSV table: Max Record Size/,
    ],
    [
      'a long name of an image',
      `image,Male\n${'a'.repeat(5000)},1\n`,
      /line 2: expected at most 4,096 characters per cell, got 5,000: 'a{80}…'/,
    ],
    ['a newline in a name', 'image,"Ma\nle"\na.jpg,1\n', /name an attribute 'Ma\\u000ale'/],
    [
      'a name without end',
      `image,${'M'.repeat(5000)}\na.jpg,1\n`,
      /name an attribute 'M{80}…': expected at most 200 characters/,
    ],
    ['a long cell that is no label', `image,Male\na.jpg,${'x'.repeat(500_000)}\n`, /got 'x{80}…'/],
    [
      'a quote after many spaces',
      `image,Male\na.jpg,1${' '.repeat(900_000)}"\n`,
      /not a CSV table: .{0,310}$/,
    ],
  ])('with %s is refused in a short message', async (_, text, reason) => {
    const reading = readLabels(await fileWith(text));
    await expect(reading).rejects.toThrow(reason);
    await expect(reading).rejects.toBeInstanceOf(UserError);
    expect(messageOf(await reading.catch((error: unknown) => error)).length).toBeLessThan(700);
  });

  it.each([
    ['labels.txt', ' ', 200_000],
    ['labels.csv', ',', 20_000],
  ])('with as many rows and attributes as CelebA is read: %s', async (name, between, rows) => {
    const columns = names(40);
    const labels = (row: number) => columns.map((_, column) => ((row + column) % 3 === 0 ? 1 : 0));
    const lines = Array.from({ length: rows }, (_, row) =>
      [`${row}.jpg`, ...labels(row)].join(between),
    );
    const head = (name.endsWith('.csv') ? ['image', ...columns] : columns).join(between);
    const table = await readLabels(await fileWith(`${head}\n${lines.join('\n')}\n`, name));
    expect([table.images.length, table.attributes]).toEqual([rows, columns]);
    expect(table.images.at(-1)).toBe(`${rows - 1}.jpg`);
    for (const row of [0, 4095, 4096, 12_345, rows - 1]) {
      expect(Array.from(table.values.subarray(row * 40, (row + 1) * 40))).toEqual(labels(row));
    }
  });

  it('with a million rows is read', async () => {
    const rows = Array.from({ length: 1_000_000 }, (_, row) => `${row}.jpg ${row % 2} 1`).join(
      '\n',
    );
    const table = await readLabels(await fileWith(`Male Smiling\n${rows}\n`, 'labels.txt'));
    expect(table.images).toHaveLength(1_000_000);
    expect(explore(table, ALL).frequencies).toEqual([0.5, 1]);
  });

  it('is not read any further when the call is cancelled', async () => {
    const rows = Array.from({ length: 300_000 }, (_, row) => `${row}.jpg,${row % 2},1`).join('\n');
    for (const [name, text] of [
      ['labels.csv', `image,Male,Smiling\n${rows}\n`],
      ['labels.txt', `Male Smiling\n${rows.replaceAll(',', ' ')}\n`],
    ] as const) {
      const controller = new AbortController();
      const reading = readLabels(await fileWith(text, name), controller.signal);
      setTimeout(() => {
        controller.abort(new CancelledError());
      }, 50);
      await expect(reading).rejects.toBeInstanceOf(CancelledError);
    }
  });
});

describe('partitions', () => {
  it.each([
    ['a quote that never ends', '"a,0\n', /the partitions '.*' are not a CSV table/],
    ['no number', 'a.jpg,0\nb.jpg,\n', /line 2: expected a name and 0, 1 or 2, got 'b.jpg '/],
    ['a long line', `${'a'.repeat(50_000)},9\nb,9`, /line 1: expected a name and 0, 1 or 2/],
  ])('with %s are refused with the reason', async (_, text, reason) => {
    const reading = readPartitions(await fileWith(text));
    await expect(reading).rejects.toThrow(reason);
    await expect(reading).rejects.toBeInstanceOf(UserError);
  });
});

describe('attributes named like members of Object.prototype', () => {
  const hostile = ['constructor', '__proto__', 'toString'];

  it('are explored and scored like others', async () => {
    const table = await readLabels(
      await fileWith(`image,${hostile.join(',')}\na.jpg,1,0,1\nb.jpg,0,0,1\n`),
    );
    expect(explore(table, ALL)).toMatchObject({ attributes: hostile, frequencies: [0.5, 0, 1] });
    const { perAttribute } = scoreAttributes(hostile, table.values, table.values);
    expect(Object.keys(perAttribute)).toEqual(hostile);
    expect(Object.values(perAttribute).map(({ frequency }) => frequency)).toEqual([0.5, 0, 1]);
  });
});

describe('explore', () => {
  it('counts pairs of many attributes like a plain loop', () => {
    const draw = random(5);
    const [rows, columns] = [1001, 70];
    const values = Float32Array.from({ length: rows * columns }, () =>
      draw() < 0.4 ? 1 : draw() < 0.5 ? 0.5 : 0.2,
    );
    const table = { attributes: names(columns), images: names(rows), values };
    const { together } = explore(table, ALL);
    const has = (row: number, column: number) => values[row * columns + column]! >= 0.5;
    for (let a = 0; a < columns; a++) {
      for (let b = 0; b < columns; b++) {
        let both = 0;
        for (let row = 0; row < rows; row++) if (has(row, a) && has(row, b)) both += 1;
        expect(together[a * columns + b]).toBe(both / rows);
      }
    }
  });

  it('ends soon with the largest number of attributes, all of them present', () => {
    const [rows, columns] = [100_000, LABEL_LIMITS.attributes];
    const values = new Float32Array(rows * columns).fill(1);
    const { together } = explore(
      {
        attributes: names(columns),
        images: Array<string>(rows).fill(''),
        values,
      },
      ALL,
    );
    expect(together.every((share) => share === 1)).toBe(true);
  });
});

describe('a folder of a data set', () => {
  it.skipIf(!isPosix)('with links that form loops is searched once', async () => {
    const folder = await temporaryFolder();
    await writeFiles(folder, { 'labels.csv': '', 'a/b/text.txt': '' });
    for (const name of ['one', 'two', 'three'])
      for (const below of ['', 'a', 'a/b']) await symlink(folder, join(folder, below, name));
    expect(await recognizeDataset(folder)).toMatchObject({
      kind: 'labelled folder',
      images: undefined,
    });
    await writeFiles(folder, { 'a/b/photo.jpg': '' });
    expect(await recognizeDataset(folder)).toMatchObject({ images: folder });
  });

  it('is not searched any further when the call is cancelled', async () => {
    const folder = await temporaryFolder();
    await writeFiles(folder, { 'labels.csv': '', 'a/text.txt': '' });
    await expect(
      recognizeDataset(folder, undefined, AbortSignal.abort(new CancelledError())),
    ).rejects.toBeInstanceOf(CancelledError);
  });

  it.skipIf(process.platform !== 'linux' || process.getuid?.() === 0)(
    'with folders that cannot be listed is recognized all the same',
    async () => {
      const folder = await temporaryFolder();
      await writeFiles(folder, { 'labels.csv': '' });
      await mkdir(join(folder, 'locked'), { mode: 0 });
      expect(await recognizeDataset(folder)).toMatchObject({ images: undefined });
    },
  );

  it('is opened for a second call though the first one is cancelled', async () => {
    const rows = Array.from({ length: 200_000 }, (_, row) => `${row}.jpg,${row % 2}`).join('\n');
    const folder = await temporaryFolder();
    await writeFiles(folder, { 'labels.csv': `image,Male\n${rows}\n` });
    const choice = { folder, labels: undefined, options: ALL };
    const [first, second] = [new AbortController(), new AbortController()];
    const opening = keptDataset(choice, { ...jobContext(), signal: first.signal });
    const other = keptDataset(choice, { ...jobContext(), signal: second.signal });
    setTimeout(() => {
      first.abort(new CancelledError());
    }, 20);
    await expect(opening).rejects.toBeInstanceOf(CancelledError);
    expect((await other).table.images).toHaveLength(200_000);
  });
});

describe('messageOf', () => {
  it('joins lines, in linear time', () => {
    expect(messageOf(new Error('  one \n\n  two\r\nthree\n'))).toBe('one two three');
    expect(messageOf(new Error(`a${' '.repeat(2e6)}b`))).toHaveLength(2e6 + 2);
  });
});
