/** Tables of one data set, each of which has some of the values only. */
import { describe, expect, it } from 'vitest';
import { openLabels } from '../../src/datasets/open-labels';
import { temporaryFolder, writeFiles } from '../support/images';

/** Labels of two rows each for training and test. */
async function labelsOf(train: string, test: string) {
  const folder = await temporaryFolder();
  await writeFiles(folder, { 'train.csv': train, 'test.csv': test, 'a.jpg': '' });
  const { attributes, values, images, splits, remarks } = await openLabels(folder);
  const rows = images.map((image, row) => ({
    image,
    split: splits?.[row],
    ...Object.fromEntries(attributes.map((name, i) => [name, values[row * attributes.length + i]])),
  }));
  return { rows: rows.sort((a, b) => (a.image < b.image ? -1 : 1)), attributes, remarks };
}

/** A table of a column, for images from `first` on. */
const table = (name: string, cells: string[], first: number) =>
  [`image,Smiling,${name}`, ...cells.map((cell, i) => `${first + i}.jpg,1,${cell}`)].join('\n');

describe('a column of several tables', () => {
  it.each<[string, string, string[], string[], string, (number | undefined)[]]>([
    ['of one gender in one', 'gender', ['F', 'M'], ['F', 'F'], 'Male', [0, 1, 0, 0]],
    ['of a word for 0 in one', 'tall', ['f', 't'], ['f', 'f'], 'tall', [0, 1, 0, 0]],
    ['of one category in one', 'race', ['x', 'y'], ['x', 'x'], 'race: x', [1, 0, 1, 1]],
    ['of none in one', 'glasses', ['none', 'sun'], ['none', 'none'], 'glasses: none', [1, 0, 1, 1]],
    [
      'of 0 and 1 in one, -1 in the other',
      'tall',
      ['-1', '0'],
      ['0', '1'],
      'tall',
      [0, NaN, NaN, 1],
    ],
    [
      'of numbers in one, texts in the other',
      'hat',
      ['0', '1'],
      ['red', '1'],
      'hat: 1',
      [0, 1, 0, 1],
    ],
    [
      'of 1 and -1 in one, 0 and 1 in the other',
      'tall',
      ['-1', '1'],
      ['0', '1'],
      'tall',
      [0, 1, 0, 1],
    ],
    [
      'of 1 and -1 in one, probabilities in the other',
      'tall',
      ['-1', '1'],
      ['0.25', '1'],
      'tall',
      [0, 1, 0.25, 1],
    ],
    ['without a value in one', 'tall', ['1', '0'], ['', ''], 'tall', [1, 0, NaN, NaN]],
  ])('%s means the same in all', async (_, name, train, test, attribute, expected) => {
    for (const [first, second] of [
      [train, test],
      [test, train],
    ] as const) {
      const isSwapped = first === test;
      const { rows } = await labelsOf(table(name, first, 1), table(name, second, 3));
      const values = rows.map((row) => (row as Record<string, unknown>)[attribute]);
      const [a, b, c, d] = expected;
      expect(values).toEqual(isSwapped ? [c, d, a, b] : [a, b, c, d]);
      expect(rows.map(({ split }) => split)).toEqual(['training', 'training', 'test', 'test']);
    }
  });

  it('that is left out in one is left out in all', async () => {
    const { attributes, remarks } = await labelsOf(
      table('weight', ['1', '0'], 1),
      table('weight', ['180', '1'], 3),
    );
    expect(attributes).toEqual(['Smiling']);
    expect(remarks.join()).toContain('weight (numbers outside 0 to 1)');
  });

  it('that few rows have is judged by these', async () => {
    const many = Array.from({ length: 300 }, (_, i) => `x${i}.jpg,1`).join('\n');
    const names = Array.from({ length: 40 }, (_, i) => `Name${i}`);
    const { attributes, remarks } = await labelsOf(
      `image,Smiling\n${many}\n`,
      table('photographer', names, 1),
    );
    expect(attributes).toEqual(['Smiling']);
    expect(remarks.join()).toContain('photographer (40 different texts)');
  });

  it('has no more texts in hundreds of tables than in one', async () => {
    const folder = await temporaryFolder();
    const files = Array.from({ length: 600 }, (_, i) => [
      `n${i}/labels.csv`,
      table('own', [`text ${i}`, `other ${i}`], 1),
    ]);
    await writeFiles(folder, Object.fromEntries(files) as Record<string, string>);
    const { attributes, images } = await openLabels(folder);
    expect(images).toHaveLength(1200);
    expect(attributes).toEqual(['Smiling']); // 1,200 different texts are no category
  });

  it('that one table lacks is not defined there', async () => {
    const { rows } = await labelsOf(table('tall', ['1', '0'], 1), 'image,Smiling\n3.jpg,1\n');
    expect(rows.map((row) => (row as Record<string, unknown>).tall)).toEqual([1, 0, NaN]);
  });
});

it('a gender that all images have is read as the attribute Male', async () => {
  const folder = await temporaryFolder();
  await writeFiles(folder, { 'a.csv': 'image,sex\na.jpg,F\nb.jpg,F\n' });
  const { attributes, values } = await openLabels(folder);
  expect([attributes, [...values]]).toEqual([['Male'], [0, 0]]);
});
