/** Labels that are not defined count nowhere. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { scoreAttributes } from '../../src/datasets/evaluation';
import { explore } from '../../src/datasets/explore';
import { attributesWithLabels, LabeledFaces } from '../../src/engine/clustering/truth';
import { readVectors } from '../../src/engine/jobs/read-vectors';
import { CancelledError } from '../../src/util/errors';
import { temporaryFolder } from '../support/images';
import { random } from '../support/vectors';

const ALL = { attributes: [], drop: [], dropZero: 0, seed: 1 };
const NAMES = ['A', 'B', 'C'];

/** Random labels, a third of them not defined. */
function drawn(rows: number) {
  const next = random(11);
  return Float32Array.from({ length: rows * 3 }, () =>
    next() < 1 / 3 ? NaN : Number(next() < 0.4),
  );
}

describe('explore', () => {
  it('counts, for each pair, the rows in which both are defined', () => {
    const values = drawn(333);
    const images = Array.from({ length: 333 }, (_, i) => `${i}.jpg`);
    const found = explore({ attributes: NAMES, images, values }, ALL);
    const column = (a: number) => images.map((_, row) => values[row * 3 + a]!);
    for (let a = 0; a < 3; a++) {
      const own = column(a).filter((value) => !Number.isNaN(value));
      expect(found.labeled[a]).toBe(own.length);
      expect(found.frequencies[a]).toBeCloseTo(own.filter(Boolean).length / own.length, 12);
      for (let b = 0; b < 3; b++) {
        const other = column(b);
        const pairs = column(a)
          .map((value, row) => [value, other[row]!] as const)
          .filter((pair) => !pair.some((value) => Number.isNaN(value)));
        const n = pairs.length;
        const both = pairs.filter(([x, y]) => x * y === 1).length / n;
        const [p, q] = [0, 1].map((i) => pairs.filter((pair) => pair[i] === 1).length / n);
        expect(found.together[a * 3 + b]).toBeCloseTo(both, 12);
        expect(found.correlation[a * 3 + b]).toBeCloseTo(
          (both - p! * q!) / Math.sqrt(p! * (1 - p!) * q! * (1 - q!)),
          12,
        );
      }
    }
    const isZero = (row: number) => NAMES.every((_, a) => values[row * 3 + a] === 0);
    expect(found.zeroRows).toBe(images.filter((_, row) => isZero(row)).length);
  });

  it('gives numbers where no row has two labels, or none has one', () => {
    const values = Float32Array.of(1, NaN, NaN, NaN, 1, NaN);
    const found = explore({ attributes: NAMES, images: ['a', 'b'], values }, ALL);
    expect(found.labeled).toEqual([1, 1, 0]);
    expect(found.frequencies).toEqual([1, 1, 0]);
    expect([...found.correlation]).toEqual(Array(9).fill(0));
    expect(found.zeroRows).toBe(0);
  });
});

describe('scoreAttributes', () => {
  it('scores each attribute on the faces that have a label of it', () => {
    const next = random(3);
    const labels = drawn(200);
    const probabilities = Float32Array.from(labels, () => next());
    const all = scoreAttributes(NAMES, probabilities, labels);
    let missed = 0;
    for (const [a, name] of NAMES.entries()) {
      const faces = Array.from({ length: 200 }, (_, i) => i * 3 + a).filter(
        (at) => !Number.isNaN(labels[at]),
      );
      const alone = scoreAttributes(
        [name],
        Float32Array.from(faces, (at) => probabilities[at]!),
        Float32Array.from(faces, (at) => labels[at]!),
      );
      expect(all.perAttribute[name]).toEqual(alone.perAttribute[name]);
      expect(all.perAttribute[name]!.labeled).toBe(faces.length);
      missed += 1 - alone.accuracy;
    }
    expect(all.hammingDistance).toBeCloseTo(missed, 12);
    expect(all.calibration.reduce((sum, { count }) => sum + count, 0)).toBe(
      labels.filter((label) => !Number.isNaN(label)).length,
    );
  });

  it('leaves out attributes without any label', () => {
    const { perAttribute, accuracy, majorityAccuracy } = scoreAttributes(
      ['A', 'B'],
      Float32Array.of(0.9, 0.9, 0.1, 0.9),
      Float32Array.of(1, NaN, 0, NaN),
    );
    expect(Object.keys(perAttribute)).toEqual(['A']);
    expect([accuracy, majorityAccuracy]).toEqual([1, 0.5]);
  });
});

describe('LabeledFaces', () => {
  // Faces 0 and 1 have all labels, 2 one of two, 3 none, and 4 has no row.
  const truth = {
    labels: 'labels.csv',
    attributes: ['Wearing_Hat', 'B'],
    values: Float32Array.of(1, 0, 0, 1, NaN, 1, NaN, NaN),
    rows: Int32Array.of(0, 1, 2, 3, -1),
  };

  it('compares faces by the labels that they have', () => {
    const labeled = new LabeledFaces(truth, truth.attributes, truth.rows);
    expect([...labeled.faces]).toEqual([0, 1, 2]);
    expect([labeled.completeCount, labeled.classCount]).toEqual([2, 2]);
    const scores = labeled.scores((face) => (face === 0 ? 0 : 1));
    expect(scores).toMatchObject({ perAttribute: [1, 1], homogeneity: 1, adjustedRand: 1 });
  });

  it('has no classes where no face has all labels', () => {
    const rows = Int32Array.of(2, -1);
    const labeled = new LabeledFaces(truth, truth.attributes, rows);
    expect(labeled.scores(() => 0)).toMatchObject({ purity: null, vMeasure: null });
  });

  it('takes attributes in any spelling', () => {
    expect(attributesWithLabels(truth, ['wearing hat'], ['wearing hat'])).toEqual(['Wearing_Hat']);
  });
});

describe('readVectors', () => {
  const choice = { limit: 0, sample: 0, seed: 1, attributes: ['A'] };
  const { signal } = new AbortController();
  async function vectors(text: string, attributes: string[]) {
    const file = join(await temporaryFolder(), 'vectors.csv');
    await writeFile(file, text);
    return readVectors(file, { ...choice, attributes }, signal);
  }
  const TEXT = 'image,A,B,C\na.jpg,1,,0.5\nb.jpg,,1,0.25\nc.jpg,0,0,1\nd.jpg,1,1,0\n';

  it('leaves out rows without a value that they are compared by, and counts and names them', async () => {
    const read = await vectors(TEXT, ['A', 'C']);
    expect(read.table.images).toEqual(['a.jpg', 'c.jpg', 'd.jpg']);
    expect(read.table.attributes).toEqual(['A', 'C']);
    expect([...read.probabilities]).toEqual([1, 0.5, 0, 1, 1, 0]);
    expect(read.notices).toEqual([
      "2 labels of 12 not defined, which count nowhere (A 1, B 1); for example B of 'a.jpg'",
      '1 row left out, in which an attribute that they are compared by is not defined: b.jpg',
      '1 attribute not shown, as it is not defined in every row: B (compared by: A, C)',
    ]);
  });

  it('keeps all where nothing that is compared is missing', async () => {
    const read = await vectors(TEXT, ['C']);
    expect(read.table.images).toHaveLength(4);
    expect(read.table.attributes).toEqual(['C']);
  });

  it('says which attributes are missing where no row is left', async () => {
    await expect(vectors('image,A,B\na.jpg,1,\nb.jpg,,1\n', ['A', 'B'])).rejects.toThrow(
      /no row of the vectors .* A is missing in 1 of 2, B is missing in 1 of 2; compare by others with --attributes/,
    );
  });

  it('ends when it is cancelled', async () => {
    const file = join(await temporaryFolder(), 'vectors.csv');
    await writeFile(file, TEXT);
    const reading = readVectors(file, choice, AbortSignal.abort(new CancelledError()));
    await expect(reading).rejects.toBeInstanceOf(CancelledError);
  });
});
