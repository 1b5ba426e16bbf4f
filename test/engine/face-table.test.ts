import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { faceTable } from '../../src/engine/jobs/face-table';
import { TextBytes } from '../../src/engine/jobs/text-bytes';
import type { StoredClustering } from '../../src/runs/run-files';
import { random } from '../support/vectors';

describe('TextBytes', () => {
  const fourDecimals = (value: number) => {
    const text = new TextBytes(1);
    text.addNumbers(Float32Array.of(value), 0, 1);
    return text.take().toString().slice(1);
  };

  it('rounds as toFixed does', () => {
    for (const value of [0, 1, 0.5, 0.00005, 0.99995, -0.00001, -1, 2.5, 12_345.678, NaN])
      expect(fourDecimals(Math.fround(value))).toBe(Math.fround(value).toFixed(4));
    fc.assert(
      fc.property(fc.float({ min: -2, max: 2, noNaN: true }), (value) => {
        expect(fourDecimals(value)).toBe(value.toFixed(4));
      }),
      { numRuns: 20_000 },
    );
  });
});

describe('faceTable', () => {
  const names = ['a.jpg', 'b,c.jpg', 'a "quote".jpg', ' space.jpg'];
  const clustering = {
    clustering: {
      clusters: [
        { id: 0, size: 2 },
        { id: -1, size: 2 },
      ],
    },
    members: Int32Array.of(2, 0, 1, 3),
    silhouettes: Float32Array.of(0.5, NaN, -0.25, 1),
  } as StoredClustering;
  const table = (images: readonly string[], attributes = ['Male', 'Young']) =>
    [
      ...faceTable({
        attributes,
        probabilities: Float32Array.of(0, 1, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6),
        clustering,
        imageOf: (row) => images[row]!,
        placeOf: () => '0,,,,,',
      }),
    ].join('');

  it('has a line for each face, with its cluster and silhouette', () => {
    const records = parse<Record<string, string>>(table(names), { columns: true });
    expect(records.map(({ image }) => image)).toEqual(names);
    expect(records.map(({ cluster }) => cluster)).toEqual(['0', '-1', '0', '-1']);
    expect(records.map(({ silhouette }) => silhouette)).toEqual([
      '0.5000',
      '',
      '-0.2500',
      '1.0000',
    ]);
    expect(records[2]).toMatchObject({
      face: '0',
      x: '',
      score: '',
      Male: '0.3000',
      Young: '0.4000',
    });
  });

  it('has a byte order mark where a name is not ASCII', () => {
    expect(table(names)).toMatch(/^image,/);
    expect(table(['ä.jpg', 'b', 'c', 'd'])).toMatch(/^\uFEFFimage,/);
    expect(table(names, ['Männlich', 'Young'])).toMatch(/^\uFEFFimage,/);
  });

  it('has the same text however many chunks it takes', () => {
    const faces = 20_000;
    const next = random(7);
    const probabilities = Float32Array.from({ length: 9 * faces }, () =>
      next() < 0.01 ? 1.5 : next() < 0.5 ? next() : 1,
    );
    const nameOf = (row: number) => (row % 5000 === 0 ? 'ü'.repeat(3000) : `${row}.jpg`);
    const members = Int32Array.from({ length: faces }, (_, row) => row);
    const chunks = [
      ...faceTable({
        attributes: names,
        probabilities: probabilities.subarray(0, names.length * faces),
        clustering: {
          clustering: { clusters: [{ id: 0, size: faces }] },
          members,
        } as StoredClustering,
        imageOf: nameOf,
        placeOf: (row) => `${row},,,,,`,
      }),
    ];
    expect(chunks.length).toBeGreaterThan(1);
    const [, ...lines] = Buffer.concat(chunks).toString().trimEnd().split('\n');
    expect(lines).toEqual(
      Array.from(members, (row) =>
        [
          `${nameOf(row)},${row},,,,,,0,`,
          ...names.map((_, column) => probabilities[row * names.length + column]!.toFixed(4)),
        ].join(','),
      ),
    );
  });
});
