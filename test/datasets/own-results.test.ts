/** Results of this program among the images of a data set are no labels of them. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openDataset } from '../../src/datasets/dataset';
import { findTables } from '../../src/datasets/find-tables';
import { MARKER } from '../../src/util/export-marker';
import { temporaryFolder, writeFiles } from '../support/images';

const OWN = 'image,face,x,y,width,height,score,cluster,silhouette,Male\na.jpg,0,,,,,,0,0.5,0.25\n';

/** A marker that lists files. */
const markerOf = (...names: string[]) =>
  JSON.stringify({
    program: 'face-clusters',
    version: 1,
    files: names.map((name) => ({ name, by: 'cluster', size: 0, sha256: '' })),
  });

describe('results of this program', () => {
  it('below a folder are no tables of labels, but those that a person gave', async () => {
    const folder = await temporaryFolder();
    const results = ['faces.csv', 'without-face.csv', 'predictions.csv', 'frequencies.csv'];
    const files = Object.fromEntries(results.map((name) => [`results/${name}`, OWN]));
    await writeFiles(folder, { 'a.jpg': '', ...files });
    await writeFiles(folder, { [`results/${MARKER}`]: markerOf(...results, 'labels.csv') });
    expect(await findTables(folder)).toEqual([]);
    await writeFiles(folder, { 'results/labels.csv': 'image,Male\na.jpg,1\n' });
    expect((await findTables(folder)).map(({ file }) => file)).toEqual([
      join(folder, 'results', 'labels.csv'),
    ]);
  });

  it('that are asked for are opened, and said to be inferred', async () => {
    const folder = await temporaryFolder();
    await writeFiles(folder, { 'faces.csv': OWN, [MARKER]: markerOf('faces.csv') });
    const { table } = await openDataset(folder, undefined, {
      signal: new AbortController().signal,
      onFound: () => undefined,
    });
    expect(table.attributes).toEqual(['Male']);
    expect(table.remarks.join()).toContain('so a network inferred them');
  });
});

describe('findTables', () => {
  it.each([
    ['labels_train.csv', 'training'],
    ['labels_train_and_test.csv', undefined],
    ['test/labels.csv', 'test'],
  ])('finds the partition of %s', async (name, split) => {
    const folder = await temporaryFolder();
    await writeFiles(folder, { [name]: '' });
    expect((await findTables(folder)).map((part) => part.split)).toEqual([split]);
  });

  it('takes the tables of hundreds of folders', async () => {
    const folder = await temporaryFolder();
    const names = Array.from({ length: 350 }, (_, i) => `n${i}/metadata.csv`);
    await mkdir(join(folder, 'empty'));
    await writeFiles(folder, Object.fromEntries(names.map((name) => [name, ''])));
    expect(await findTables(folder)).toHaveLength(names.length);
  });
});
