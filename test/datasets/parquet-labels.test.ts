import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ParquetWriteOptions, parquetWriteBuffer } from 'hyparquet-writer';
import { describe, expect, it } from 'vitest';
import { entryPlace } from '../../src/archives/archive-path';
import { readEntry } from '../../src/archives/read-entry';
import { openDataset } from '../../src/datasets/dataset';
import { readColumns } from '../../src/datasets/labels';
import { openLabels } from '../../src/datasets/open-labels';
import { entryNames } from '../support/archives';
import { temporaryFolder } from '../support/images';

const OPTIONS = { signal: new AbortController().signal, onFound: () => undefined };
const ROWS = 6;
const rows = Array.from({ length: ROWS }, (_, i) => i);

type Columns = ParquetWriteOptions['columnData'];
type Schema = NonNullable<ParquetWriteOptions['schema']>;

const LABELS: Columns = [{ name: 'Male', data: rows.map((row) => row / 8), type: 'DOUBLE' }];
const BYTES: Columns[number] = {
  name: 'image',
  data: rows.map((row) => Buffer.from(String(row))),
  type: 'BYTE_ARRAY',
};

async function written(columnData: Columns, schema?: Schema): Promise<string> {
  const file = join(await temporaryFolder(), 'a.parquet');
  const options = { columnData, rowGroupSize: 4, ...(schema && { schema }) };
  await writeFile(file, Buffer.from(parquetWriteBuffer(options)));
  return file;
}

/** Structures of an image and its name, beside labels and other columns of texts. */
function structures(paths: readonly (string | null)[], texts: Record<string, string[]> = {}) {
  const data = paths.map((path, row) => ({ bytes: Buffer.from(String(row)), path }));
  const columns = Object.entries(texts);
  const leaf = { type: 'BYTE_ARRAY', repetition_type: 'OPTIONAL' } as const;
  return written(
    [
      { name: 'image', data },
      { name: 'Male', data: LABELS[0]!.data },
      ...columns.map(([name, values]) => ({ name, data: values })),
    ],
    [
      { name: 'schema', num_children: 2 + columns.length },
      { name: 'image', num_children: 2, repetition_type: 'OPTIONAL' },
      { name: 'bytes', ...leaf },
      { name: 'path', ...leaf, converted_type: 'UTF8' },
      { name: 'Male', type: 'DOUBLE', repetition_type: 'OPTIONAL' },
      ...columns.map(([name]) => ({ name, ...leaf, converted_type: 'UTF8' as const })),
    ],
  );
}

it('bytes that are no images take no names from a table', async () => {
  const names = rows.map((row) => `${'abc'[row % 3]!}.jpg`);
  const file = await written([
    { name: 'image', data: names, type: 'STRING' },
    ...LABELS,
    { name: 'embedding', data: rows.map((row) => Buffer.from([row, 2, 3])), type: 'BYTE_ARRAY' },
  ]);
  const { columns } = await readColumns(file);
  expect(columns.table().images).toEqual(names);
});

/** What the image says of whose label each row is of. */
async function pairs(file: string) {
  const { table, pathOf } = await openDataset(file, undefined, OPTIONS);
  expect(table.attributes).toEqual(['Male']);
  return Promise.all(
    table.images.map(async (_, row) => {
      const place = entryPlace(String(pathOf(row)));
      const image = place && (await readEntry(place, 100, { ahead: false })).toString();
      return [table.values[row]! * 8, image];
    }),
  );
}

const OWN = rows.map((row) => [row, String(row)]);
const texts = (name: (row: number) => string) => rows.map(name);

describe('labels of images in the same .parquet file are of the images of their rows', () => {
  it.each([
    ['names of several rows', () => structures(texts((row) => `000${row % 3}.jpg`))],
    ['a name that repeats a number', () => structures(['a', 'a (row 2)', 'a', 'a', 'b.1', 'b.2'])],
    [
      'one name in two spellings',
      () => structures(['é', 'e\u0301', '1.jpg', './1.jpg', '1', ' 1']),
    ],
    ['rows without a name', () => structures(['5.jpg', null, '../x.jpg', 'b.jpg', '', 'c\\d.jpg'])],
    ['no names', () => written([BYTES, ...LABELS])],
    [
      'numbers that are not those of the rows',
      () =>
        written([
          { name: 'image_id', data: rows.map((row) => row + 1), type: 'INT32' },
          BYTES,
          ...LABELS,
        ]),
    ],
    [
      'names of files beside the images',
      () =>
        written([{ name: 'file_name', data: texts((row) => `${row + 1}.jpg`) }, BYTES, ...LABELS]),
    ],
    [
      'names of files beside other names',
      () =>
        structures(
          texts((row) => `${ROWS - row}.jpg`),
          { file_name: texts((row) => `${row + 1}.jpg`) },
        ),
    ],
  ])('with %s', async (_, made) => {
    expect(await pairs(await made())).toEqual(OWN);
  });

  it('and named as files are, if a column has those names: the files may lie elsewhere, too', async () => {
    const names = texts((row) => `train/${row + 1}.jpg`);
    const bytesAlone = await written([{ name: 'file_name', data: names }, BYTES, ...LABELS]);
    const withoutPaths = await structures(
      rows.map(() => null),
      { file_name: names },
    );
    for (const file of [bytesAlone, withoutPaths]) {
      expect((await openLabels(file)).images).toEqual(names);
      expect(await entryNames(file)).toEqual(names);
    }
  });

  it('and can be read where the images cannot', async () => {
    const names = texts((row) => `${row}.jpg`);
    const file = await written([BYTES, { name: 'file_name', data: names }, ...LABELS]);
    const bytes = await readFile(file);
    await writeFile(file, bytes.fill(0xff, 4, 20)); // the header of the images' first page
    await expect(entryNames(file)).rejects.toThrow('it is damaged');
    expect((await openLabels(file)).images).toEqual(names);
  });
});
