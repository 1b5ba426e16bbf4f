import { copyFile, mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { drawRows, explore, type ExploredTable } from '../../src/datasets/explore';
import { readPartitions } from '../../src/datasets/partitions';
import { recognizeDataset } from '../../src/datasets/recognize';
import { CELEBA_FREQUENCIES } from '../../src/domain/celeba-frequencies';
import type { DatasetReport } from '../../src/domain/dataset';
import { UserError } from '../../src/util/errors';
import { cli } from '../support/engine';
import {
  hasSharedData,
  PORTRAITS,
  SHARED_DATA,
  temporaryFolder,
  writeFiles,
} from '../support/images';

const ALL = { attributes: [], drop: [], dropZero: 0, seed: 51 };

const table = (attributes: string[], rows: number[][]): ExploredTable => ({
  attributes,
  images: rows.map((_, i) => `${i}.jpg`),
  values: Float32Array.from(rows.flat()),
});

describe('explore', () => {
  it('counts and correlates as the definitions say', () => {
    let state = 7;
    const random = () => (state = (state * 1103515245 + 12345) % 2 ** 31) / 2 ** 31;
    const rows = Array.from({ length: 400 }, () => {
      const a = random() < 0.3 ? 1 : 0;
      return [a, random() < 0.2 + 0.5 * a ? 1 : 0, random() < 0.6 ? 1 : 0, 0];
    });
    const { attributes, frequencies, together, correlation, zeroRows } = explore(
      table(['A', 'B', 'C', 'Never'], rows),
      ALL,
    );
    expect(attributes).toEqual(['A', 'B', 'C', 'Never']);
    expect(zeroRows).toBe(rows.filter((row) => row.every((value) => value === 0)).length);
    const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length;
    for (let a = 0; a < 4; a++) {
      const x = rows.map((row) => row[a]!);
      expect(frequencies[a]).toBeCloseTo(mean(x), 12);
      for (let b = 0; b < 4; b++) {
        const y = rows.map((row) => row[b]!);
        expect(together[a * 4 + b]).toBeCloseTo(mean(x.map((value, i) => value * y[i]!)), 12);
        const [mx, my] = [mean(x), mean(y)];
        const covariance = mean(x.map((value, i) => (value - mx) * (y[i]! - my)));
        const spread = Math.sqrt(
          mean(x.map((value) => (value - mx) ** 2)) * mean(y.map((value) => (value - my) ** 2)),
        );
        expect(correlation[a * 4 + b]).toBeCloseTo(spread === 0 ? 0 : covariance / spread, 10);
      }
    }
  });

  it('takes and drops attributes, and rows that have none of them', () => {
    // prettier-ignore
    const labels = table(['A', 'B', 'C'], [[1, 0, 0], [0, 0, 1], [0, 0, 0], [0, 1, 0], ...Array.from({ length: 100 }, () => [0, 0, 0])]);
    expect(explore(labels, { ...ALL, drop: ['C'] })).toMatchObject({
      attributes: ['A', 'B'],
      zeroRows: 102,
    });
    expect(explore(labels, { ...ALL, attributes: ['B', 'A'] }).attributes).toEqual(['B', 'A']);
    expect([...explore(labels, { ...ALL, dropZero: 1 }).rows]).toEqual([0, 1, 3]);
    const half = explore(labels, { ...ALL, dropZero: 0.5 }).rows.length;
    expect(half).toBeGreaterThan(35);
    expect(half).toBeLessThan(75);
    expect(() => explore(labels, { ...ALL, drop: ['X'] })).toThrow(
      /no attribute 'X'; known are: A, B, C/,
    );
    expect(() => explore(labels, { ...ALL, drop: ['A', 'B', 'C'] })).toThrow(UserError);
  });

  it('draws rows once, the same with the same seed', () => {
    const rows = Int32Array.from({ length: 50 }, (_, i) => 2 * i);
    const drawn = drawRows(rows, 20, 3);
    expect(drawn).toEqual(drawRows(rows, 20, 3));
    expect(drawn).not.toEqual(drawRows(rows, 20, 4));
    expect(new Set(drawn).size).toBe(20);
    expect(drawn.every((row) => rows.includes(row))).toBe(true);
    expect(drawRows(rows, 99, 1)).toEqual([...rows]);
  });
});

describe('recogniseDataset', () => {
  it("finds CelebA's parts in its own layout and in Kaggle's", async () => {
    const own = await temporaryFolder();
    await writeFiles(own, {
      'Anno/list_attr_celeba.txt': '',
      'Eval/list_eval_partition.txt': '',
      'Img/img_align_celeba/1.jpg': '',
    });
    expect(await recognizeDataset(own)).toEqual({
      kind: 'CelebA',
      labels: join(own, 'Anno', 'list_attr_celeba.txt'),
      partitions: join(own, 'Eval', 'list_eval_partition.txt'),
      images: join(own, 'Img', 'img_align_celeba'),
    });
    const kaggle = await temporaryFolder();
    await writeFiles(kaggle, {
      'list_attr_celeba.csv': '',
      'img_align_celeba/img_align_celeba/1.jpg': '',
    });
    expect(await recognizeDataset(kaggle)).toEqual({
      kind: 'CelebA',
      labels: join(kaggle, 'list_attr_celeba.csv'),
      partitions: undefined,
      images: join(kaggle, 'img_align_celeba', 'img_align_celeba'),
    });
  });

  it('knows LFW by its people, takes any folder with one table of labels, and says what it expected else', async () => {
    const lfw = await temporaryFolder();
    await writeFiles(lfw, { 'labels.csv': '', 'Ann_Bee/Ann_Bee_0001.jpg': '' });
    expect(await recognizeDataset(lfw)).toMatchObject({
      kind: 'LFW',
      labels: join(lfw, 'labels.csv'),
      images: lfw,
    });
    const other = await temporaryFolder();
    await writeFiles(other, { 'mine.csv': '', 'a.jpg': '' });
    expect(await recognizeDataset(other)).toMatchObject({ kind: 'labelled folder', images: other });
    await writeFiles(other, { 'second.csv': '' });
    await expect(recognizeDataset(other)).rejects.toThrow(/there are mine\.csv, second\.csv$/);
    await expect(recognizeDataset(await temporaryFolder())).rejects.toThrow(
      /expected CelebA's list_attr_celeba\.txt.*there is none/,
    );
    await expect(recognizeDataset('/nowhere')).rejects.toThrow(
      /cannot read the folder '\/nowhere'/,
    );
  });

  it('reads partitions with and without a header, and names a wrong line', async () => {
    const folder = await temporaryFolder();
    await writeFiles(folder, {
      'a.txt': '1.jpg 0\n2.jpg 1\n3.jpg 2\n',
      'b.csv': 'image_id,partition\n1.jpg,0\n2.jpg,2',
      'c.txt': '1.jpg 0\n2.jpg 7\n',
    });
    // prettier-ignore
    expect([...(await readPartitions(join(folder, 'a.txt')))]).toEqual([['1.jpg', 'training'], ['2.jpg', 'validation'], ['3.jpg', 'test']]);
    expect((await readPartitions(join(folder, 'b.csv'))).get('2.jpg')).toBe('test');
    await expect(readPartitions(join(folder, 'c.txt'))).rejects.toThrow(
      /line 2: expected a name and 0, 1 or 2, got '2.jpg 7'/,
    );
  });

  it.each([
    ['tabs', 'my a.jpg\ttrain\nmy b.jpg\ttest\n'],
    ['bars', 'my a.jpg|train\nmy b.jpg|test\n'],
    ['aligned tabs', 'my a.jpg\t\ttrain\nmy b.jpg\t\ttest\n'],
    ['a tab in one line', 'my a.jpg train\nmy b.jpg\ttest\n'],
    ['spaces', 'my a.jpg train\nmy b.jpg test\n'],
    ['a header', 'image split\nmy a.jpg train\nmy b.jpg test\n'],
    ['a number before', 'id,img_url,split\n1,my a.jpg,train\n2,my b.jpg,test\n'],
    ['an index before', ',imgs,split\n0,my a.jpg,train\n1,my b.jpg,test\n'],
    ['a person before', 'person_name,image,split\nAnn,my a.jpg,train\nAnn,my b.jpg,test\n'],
    ['a class before', 'class_name,file_name,split\ncat,my a.jpg,train\ncat,my b.jpg,test\n'],
  ])('reads partitions of names with spaces: %s', async (_, text) => {
    const folder = await temporaryFolder();
    await writeFiles(folder, { 'partitions.txt': text });
    expect([...(await readPartitions(join(folder, 'partitions.txt')))]).toEqual([
      ['my a.jpg', 'training'],
      ['my b.jpg', 'test'],
    ]);
  });

  it('reads partitions among other columns between spaces', async () => {
    const folder = await temporaryFolder();
    const file = join(folder, 'a.txt');
    await writeFile(file, 'filename person split\na.jpg Al train\nb|c.jpg Bo test\n');
    expect([...(await readPartitions(file))]).toEqual([
      ['a.jpg', 'training'],
      ['b|c.jpg', 'test'],
    ]);
    await writeFile(file, 'a.jpg train 5\nb.jpg test 6\n');
    expect((await readPartitions(file)).get('b.jpg')).toBe('test');
  });

  it('takes no name of an image in the first line for a header', async () => {
    const folder = await temporaryFolder();
    await writeFiles(folder, { 'a.txt': 'a.jpg elsewhere\nb.jpg 0\n' });
    await expect(readPartitions(join(folder, 'a.txt'))).rejects.toThrow(
      /line 1.*'a.jpg elsewhere'/,
    );
  });
});

describe('face-clusters dataset', () => {
  it('writes tables, charts and samples; missing images are counted, and their samples grey', async () => {
    const folder = await temporaryFolder();
    const portraits = (await readdir(PORTRAITS, { recursive: true }))
      .filter((name) => name.endsWith('.jpg'))
      .sort();
    await mkdir(join(folder, 'img_align_celeba'));
    for (let i = 0; i < 5; i++)
      await copyFile(join(PORTRAITS, portraits[i]!), join(folder, 'img_align_celeba', `${i}.jpg`));
    await writeFiles(folder, {
      'list_attr_celeba.txt':
        '6\nSmiling Male Bald\n0.jpg 1 -1 -1\n1.jpg 1 1 -1\n2.jpg -1 -1 -1\n3.jpg -1 1 -1\n4.jpg 1 -1 -1\n5.jpg 1 1 1\n',
      'list_eval_partition.txt': '0.jpg 0\n1.jpg 0\n2.jpg 1\n3.jpg 2\n4.jpg 2\n',
    });
    const out = await temporaryFolder();
    const { status, stdout } = await cli('dataset', folder, '--out', out, '--sample', '2');
    expect(status).toBe(0);
    expect(stdout).toContain('CelebA: 6 of 6 rows, 3 attributes');
    expect(stdout).toContain('1 image is missing');
    const report = JSON.parse(await readFile(join(out, 'dataset.json'), 'utf8')) as DatasetReport;
    expect(report).toMatchObject({
      missing: 1,
      zeroRows: 1,
      partitions: { training: 2, validation: 1, test: 2, none: 1 },
    });
    expect(report.attributes).toEqual([
      { index: 0, name: 'Smiling', frequency: 4 / 6, labeled: 6 },
      { index: 1, name: 'Male', frequency: 3 / 6, labeled: 6 },
      { index: 2, name: 'Bald', frequency: 1 / 6, labeled: 6 },
    ]);
    expect(report.samples.map(({ partition }) => partition)).toEqual([
      'training',
      'training',
      'validation',
      'test',
      'test',
      null,
    ]);
    const frequencies = parse<Record<string, string>>(
      await readFile(join(out, 'frequencies.csv')),
      { columns: true },
    );
    expect(frequencies.map(({ attribute }) => attribute)).toEqual(['Smiling', 'Male', 'Bald']);
    expect(await readFile(join(out, 'correlation.svg'), 'utf8')).toContain('Smiling, Male: 0.000');
    // 1 − f + min f, and f + 1 − max f: what --weights takes.
    expect(JSON.parse(await readFile(join(out, 'weights-rare.json'), 'utf8'))).toEqual({
      Smiling: 0.5,
      Male: 0.666667,
      Bald: 1,
    });
    expect(JSON.parse(await readFile(join(out, 'weights-common.json'), 'utf8'))).toEqual({
      Smiling: 1,
      Male: 0.833333,
      Bald: 0.5,
    });
    expect(await sharp(join(out, 'samples.jpg')).metadata()).toMatchObject({
      width: 6 * 89,
      height: 109,
    });

    const some = await cli('dataset', folder, '--out', out, '--drop', 'Bald', '--drop-zero', 'all');
    expect(some.stdout).toContain('CelebA: 5 of 6 rows, 2 attributes');
    const wrong = await cli('dataset', folder, '--out', out, '--drop-zero', 'some');
    expect(wrong.status).toBe(2);
    expect(wrong.stderr).toMatch(
      /--drop-zero: expected none, all, or a share from 0 to 1, got "some"/,
    );
    const none = await cli('dataset', out, '--out', out);
    expect(none.status).toBe(1);
  });

  it.skipIf(!hasSharedData)("gives CelebA's published counts from its 202,599 rows", async () => {
    const out = await temporaryFolder();
    const { status } = await cli(
      'dataset',
      SHARED_DATA,
      '--out',
      out,
      '--labels',
      join(SHARED_DATA, 'list_attr_celeba.txt.gz'),
    );
    expect(status).toBe(0);
    const report = JSON.parse(await readFile(join(out, 'dataset.json'), 'utf8')) as DatasetReport;
    expect(report).toMatchObject({
      kind: 'CelebA',
      rows: 202_599,
      partitions: { training: 162_770, validation: 19_867, test: 19_962 },
    });
    for (const { name, frequency } of report.attributes)
      expect(frequency).toBeCloseTo(CELEBA_FREQUENCIES[name]!, 5);
  });
});
