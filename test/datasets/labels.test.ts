import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { scoreAttributes } from '../../src/datasets/evaluation';
import { readLabels } from '../../src/datasets/labels';
import { CELEBA_ATTRIBUTES } from '../../src/domain/attributes';
import { temporaryFolder } from '../support/images';
import { random } from '../support/vectors';

async function read(text: string | Buffer, name = 'labels.txt') {
  const file = join(await temporaryFolder(), name);
  await writeFile(file, text);
  return readLabels(file);
}

describe('readLabels', () => {
  it("reads CelebA's own layout, with or without its count line, plain or gzipped", async () => {
    const body = 'Bald Male\n000001.jpg -1  1\n000002.jpg  1 -1\n';
    for (const text of [body, `2\n${body}`, gzipSync(`2\r\n${body.replaceAll('\n', '\r\n')}`)]) {
      const table = await read(text);
      expect(table.attributes).toEqual(['Bald', 'Male']);
      expect(table.images).toEqual(['000001.jpg', '000002.jpg']);
      expect(Array.from(table.values)).toEqual([0, 1, 1, 0]);
    }
  });

  it('reads a CSV table with other columns, splits and soft labels', async () => {
    const table = await read(
      'file,split,identity,Male,Smiling\n"a, b.jpg",train,12,1,0.25\nc.jpg,test,13,0,1\n',
      'labels.csv',
    );
    expect(table.attributes).toEqual(['Male', 'Smiling']);
    expect(table.images).toEqual(['a, b.jpg', 'c.jpg']);
    expect(table.splits).toEqual(['train', 'test']);
    expect(Array.from(table.values)).toEqual([1, 0.25, 0, 1]);
  });

  it('takes attributes nobody knows, told by their values', async () => {
    const table = await read('image,age,Tattoo\na.jpg,44,1\nb.jpg,23,0\n', 'own.csv');
    expect(table.attributes).toEqual(['Tattoo']);
  });

  it.each([
    ['', /are empty: expected a line of attribute names/],
    ['Bald Male\na.jpg 1\n', /line 2: expected an image's name and 2 values, got 1/],
    [
      'Bald Male\na.jpg 1 3\n',
      /line 2, column 'Male': expected -1, or a number from 0 to 1, got '3'/,
    ],
    [
      'file,Male\na.jpg,perhaps\n',
      /line 2, column 'Male': expected -1, or a number from 0 to 1, got 'perhaps'; yes, no/,
    ],
    ['file,age\na.jpg,44\n', /have no attribute/],
  ])('says what is wrong with %j', async (text, message) => {
    await expect(read(text)).rejects.toThrow(message);
  });

  it('says that a file is not there', async () => {
    await expect(readLabels('/nowhere/labels.csv')).rejects.toThrow(
      "cannot read the labels '/nowhere/labels.csv': it does not exist",
    );
  });
});

describe('scoreAttributes', () => {
  it('agrees with counts taken by hand', () => {
    // Male: one true positive, one false negative, one false positive, one true negative.
    const { perAttribute, accuracy, hammingDistance, majorityAccuracy } = scoreAttributes(
      ['Male'],
      Float32Array.of(0.9, 0.2, 0.6, 0.1),
      Float32Array.of(1, 1, 0, 0),
    );
    expect(perAttribute.Male).toMatchObject({
      accuracy: 0.5,
      balancedAccuracy: 0.5,
      precision: 0.5,
      recall: 0.5,
      frequency: 0.5,
      wrong: 2,
    });
    // Ranked 0.9 (+), 0.6 (−), 0.2 (+), 0.1 (−): 1/2 · 1/1 + 1/2 · 2/3.
    expect(perAttribute.Male?.averagePrecision).toBeCloseTo(5 / 6, 9);
    expect([accuracy, hammingDistance, majorityAccuracy]).toEqual([0.5, 0.5, 0.5]);
    // Of the two it was inferred of, one does not have it.
    expect(perAttribute.Male?.wrongOfPredicted).toBe(0.5);
    // Each probability in a bin of its own: |0.9 − 1|, |0.2 − 1|, |0.6 − 0| and |0.1 − 0|.
    expect(perAttribute.Male?.calibrationError).toBeCloseTo((0.1 + 0.8 + 0.6 + 0.1) / 4, 6);
  });

  it('finds no calibration error where as many are present as the probabilities say', () => {
    const probabilities = Float32Array.from({ length: 1000 }, (_, i) => (i % 10) / 10 + 0.05);
    const labels = Float32Array.from({ length: 1000 }, (_, i) =>
      Math.floor(i / 10) < Math.round(10 * (i % 10) + 5) ? 1 : 0,
    );
    const { calibrationError, calibration } = scoreAttributes(['Male'], probabilities, labels);
    expect(calibrationError).toBeLessThan(1e-6);
    expect(calibration).toHaveLength(15);
    expect(calibration.reduce((sum, { count }) => sum + count, 0)).toBe(1000);
    // All said with 0.9, half of them right.
    const sure = scoreAttributes(
      ['Male'],
      new Float32Array(10).fill(0.9),
      Float32Array.from({ length: 10 }, (_, i) => i % 2),
    );
    expect(sure.calibrationError).toBeCloseTo(0.4, 6);
  });

  it('take what counts as present from the predictions, and the ranks from the probabilities', () => {
    // Three races of two faces: none reaches one half, and the most probable one counts.
    const probabilities = Float32Array.of(0.4, 0.35, 0.25, 0.2, 0.45, 0.35);
    const predicted = Float32Array.of(0.7, 0.35, 0.25, 0.2, 0.72, 0.35);
    const labels = Float32Array.of(1, 0, 0, 0, 1, 0);
    const names = ['white', 'black', 'asian'];
    const at = scoreAttributes(names, probabilities, labels);
    const by = scoreAttributes(names, probabilities, labels, predicted);
    expect(at.accuracy).toBeCloseTo(2 / 3);
    expect(by.accuracy).toBe(1);
    expect(by.averagePrecision).toBe(at.averagePrecision);
    expect(by.calibrationError).toBe(at.calibrationError);
  });

  it('leaves out what is not defined, and averages over attributes', () => {
    const names = CELEBA_ATTRIBUTES.slice(0, 3);
    const next = random(2);
    const probabilities = Float32Array.from({ length: 300 }, () => next());
    const labels = Float32Array.from({ length: 300 }, (_, i) =>
      i % 3 === 0 ? 0 : next() < 0.5 ? 1 : 0,
    );
    const { perAttribute, accuracy, hammingDistance } = scoreAttributes(
      names,
      probabilities,
      labels,
    );
    expect(perAttribute[names[0]!]).toMatchObject({
      balancedAccuracy: null,
      recall: null,
      averagePrecision: null,
    });
    let wrong = 0;
    for (const [i, value] of probabilities.entries())
      if (value >= 0.5 !== labels[i]! >= 0.5) wrong += 1;
    expect(hammingDistance).toBeCloseTo(wrong / 100, 12);
    expect(accuracy).toBeCloseTo(1 - wrong / 300, 12);
  });
});
