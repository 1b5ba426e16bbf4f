import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parquetMetadata, parquetReadObjects } from 'hyparquet';
import type { FaceRows } from '../../src/engine/jobs/face-rows';
import { faceTable } from '../../src/engine/jobs/face-table';
import { facesJsonl } from '../../src/engine/jobs/faces-jsonl';
import { facesParquet } from '../../src/engine/jobs/faces-parquet';
import { TextBytes } from '../../src/engine/jobs/text-bytes';
import type { StoredClustering } from '../../src/runs/run-files';
import { faceRows, NO_PLACE, PLACE } from '../support/face-rows';
import { random } from '../support/vectors';

describe('TextBytes', () => {
  const fourDecimals = (value: number) => {
    const text = new TextBytes(1);
    text.addNumbers(Float32Array.of(value), 0, 1);
    return text.take().toString().slice(1);
  };

  it('rounds as toFixed does', () => {
    for (const value of [
      0,
      1,
      0.5,
      0.00005,
      0.99995,
      -0.00001,
      -1,
      2.5,
      9999,
      -9998.99996,
      12_345.678,
      NaN,
    ])
      expect(fourDecimals(Math.fround(value))).toBe(Math.fround(value).toFixed(4));
    fc.assert(
      fc.property(fc.float({ min: -20_000, max: 20_000, noNaN: true }), (value) => {
        expect(fourDecimals(value)).toBe(value.toFixed(4));
      }),
      { numRuns: 20_000 },
    );
  });
});

/** Each chunk is read before the next one is made in the same memory. */
const textOfChunks = (chunks: Iterable<Buffer>) => Array.from(chunks, String).join('');

/** Names of the columns of faces.csv. */
const headerOf = (rows: FaceRows): string[] => {
  const [header] = parse(textOfChunks(faceTable(rows)), { bom: true } as object) as unknown[];
  return header as string[];
};

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
    distances: Float32Array.of(0, NaN, 12.5, NaN),
    projection: Float32Array.of(1, -1, 0.5, -0.00001, -123.4567, 4, 0, 10_000),
  } as StoredClustering;
  const probabilities = Float32Array.of(0, 1, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6);
  const textOf = (rows: FaceRows) => textOfChunks(faceTable(rows));
  const recordsOf = (rows: FaceRows) =>
    parse<Record<string, string>>(textOf(rows), { columns: true, bom: true });

  it('has a line for each face, with its cluster and silhouette', () => {
    const records = recordsOf(faceRows(names, { clustering, probabilities }));
    expect(records.map(({ image }) => image)).toEqual(names);
    expect(records.map(({ path }) => path)).toEqual(names.map((name) => `/photos/${name}`));
    expect(records.map(({ cluster }) => cluster)).toEqual(['0', '-1', '0', '-1']);
    expect(records.map(({ silhouette }) => silhouette)).toEqual([
      '0.5000',
      '',
      '-0.2500',
      '1.0000',
    ]);
    expect(records.map(({ distance }) => distance)).toEqual(['0.0000', '', '12.5000', '']);
    expect(records.map((each) => [each.projection_x, each.projection_y])).toEqual([
      ['1.0000', '-1.0000'],
      ['0.5000', '-0.0000'],
      ['-123.4567', '4.0000'],
      ['0.0000', '10000.0000'],
    ]);
    expect(records[2]).toMatchObject({
      face: '0',
      x: '',
      score: '',
      Male: '0.3000',
      Young: '0.4000',
    });
    expect(records[3]).toMatchObject({ Male: '0.5000', Male_present: '1', image_width: '' });
    expect(records[1]).toMatchObject({ Male_present: '0', Young_present: '0', left_eye_x: '' });
  });

  it('begins with the columns of earlier versions', () => {
    expect(Object.keys(recordsOf(faceRows(names))[0]!).slice(0, 12)).toEqual(
      ['image', 'face', 'x', 'y', 'width', 'height', 'score', 'cluster', 'silhouette'].concat([
        'Male',
        'Young',
        'path',
      ]),
    );
  });

  it('has the places of faces and the sizes of images', () => {
    const [record] = recordsOf(faceRows(['a.jpg'], { placeOf: () => PLACE }));
    expect(record).toMatchObject({
      face: '1',
      x: '-3',
      height: '120',
      score: '0.9876',
      image_width: '1024',
      image_height: '768',
      left_eye_x: '20.25',
      right_eye_x: '60.5',
      mouth_y: '90.01',
    });
  });

  it('says what is present by the thresholds of the settings', () => {
    const present = Float32Array.of(0.5, 0.49, 0.51, 0, 0, 0, 0, 0);
    const records = recordsOf(faceRows(names, { present }));
    expect(records.map((each) => each.Male_present! + each.Young_present!)).toEqual([
      '10',
      '10',
      '00',
      '00',
    ]);
  });

  it('gives every column a name of its own, whatever the attributes are called', () => {
    const attributes = ['path', 'Male', 'Male', 'Male_present', 'cluster'];
    const header = headerOf(faceRows(['a.jpg'], { attributes }));
    expect(new Set(header).size).toBe(header.length);
    expect(header).toEqual(
      expect.arrayContaining(['path', 'path_attribute', 'Male_attribute', 'cluster_attribute']),
    );
  });

  it('has a byte order mark where a name or a folder is not ASCII', () => {
    expect(textOf(faceRows(names))).toMatch(/^image,/);
    expect(textOf(faceRows(['ä.jpg', 'b', 'c', 'd']))).toMatch(/^\uFEFFimage,/);
    expect(textOf(faceRows(names, { attributes: ['Männlich', 'Young'] }))).toMatch(/^\uFEFFimage,/);
    expect(textOf(faceRows(names, { pathOf: (row) => ['/ä/', names[row]!] }))).toMatch(/^\uFEFF/);
  });

  it('names the attributes that a person marked, in the last column', () => {
    const attributes = ['=Male', 'marked'];
    const markedOf = (row: number) => attributes.slice(0, row);
    const rows = faceRows(names, { attributes, markedOf });
    expect(headerOf(rows).slice(-1)).toEqual(['marked']);
    expect(headerOf(rows)).toContain('marked_attribute');
    const marked = ['', "'=Male", "'=Male|marked", "'=Male|marked"];
    expect(recordsOf(rows).map((each) => each.marked)).toEqual(marked);
    const [first, second] = Buffer.concat([...facesJsonl(rows)])
      .toString()
      .split('\n');
    expect(
      [first, second].map((line) => (JSON.parse(line!) as { marked: unknown }).marked),
    ).toEqual([null, '=Male']);
  });

  it('starts no formula in a path, and quotes it where it has a comma', () => {
    const images = ['x.jpg', 'x;=1.jpg', 'y.jpg'];
    const pathOf = (row: number): [string, string] => [row === 0 ? '/a,b/' : '/a;/', images[row]!];
    const records = recordsOf(faceRows(images, { pathOf }));
    expect(records.map(({ path }) => path)).toEqual(['/a,b/x.jpg', "/a;/x;'=1.jpg", '/a;/y.jpg']);
  });

  it('has the same text however many chunks it takes', () => {
    const faces = 20_000;
    const next = random(7);
    const many = Float32Array.from({ length: 4 * faces }, () =>
      next() < 0.01 ? 1.5 : next() < 0.5 ? next() : 1,
    );
    const nameOf = (row: number) => (row % 5000 === 0 ? 'ü'.repeat(3000) : `${row}.jpg`);
    const images = Array.from({ length: faces }, (_, row) => nameOf(row));
    const attributes = ['A', 'B', 'C', 'D'];
    const rows = faceRows(images, { attributes, probabilities: many, pathOf: () => null });
    expect([...faceTable(rows)].length).toBeGreaterThan(1);
    const [, ...lines] = textOfChunks(faceTable(rows)).trimEnd().split('\n');
    const own = (row: number) => Array.from(many.subarray(4 * row, 4 * row + 4));
    expect(lines).toEqual(
      images.map((image, row) =>
        [
          `${image},0,,,,,,0,`,
          ...own(row).map((value) => value.toFixed(4)),
          ',,,,,,,,,,,',
          ...own(row).map((value) => (value >= 0.5 ? 1 : 0)),
          '',
        ].join(','),
      ),
    );
  });
});

describe('faces.jsonl and faces.parquet', () => {
  const images = ['a.jpg', 'ä "b",\n.jpg', '=1.jpg'];
  const rows = faceRows(images, {
    placeOf: (row) => (row === 0 ? PLACE : NO_PLACE),
    attributes: ['Male', '__proto__'],
    pathOf: (row) => (row === 2 ? null : ['/photos/', images[row]!]),
  });
  const jsonl = () =>
    Buffer.concat([...facesJsonl(rows)])
      .toString()
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  const columns = headerOf(rows);

  it('have the columns of faces.csv, and null for what is not known', () => {
    const objects = jsonl();
    expect(objects.map((each) => Object.keys(each))).toEqual(images.map(() => columns));
    expect(objects.map(({ image }) => image)).toEqual(images);
    expect(objects[0]).toMatchObject({
      x: -3,
      score: 0.9876,
      left_eye_x: 20.25,
      image_width: 1024,
    });
    expect(objects[2]).toMatchObject({ x: null, path: null, silhouette: null, cluster: 0 });
  });

  it('hold the same values', async () => {
    const bytes = Buffer.concat([...facesParquet(rows)]);
    const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length);
    const schema = parquetMetadata(file).schema.slice(1);
    expect(schema.map(({ name }) => name)).toEqual(columns);
    const read: Record<string, unknown>[] = await parquetReadObjects({
      file,
      columns: columns.filter((c) => c !== '__proto__'),
    });
    expect(read.map(({ image }) => image)).toEqual(images);
    for (const [row, object] of jsonl().entries())
      for (const [name, value] of Object.entries(read[row]!))
        if (typeof value === 'number') expect(value, name).toBeCloseTo(object[name] as number, 4);
        else expect(value, name).toEqual(object[name]);
  });

  it('write row groups of a table of any length', async () => {
    const many = Array.from({ length: 45_001 }, (_, i) => `${i}.jpg`);
    const bytes = Buffer.concat([...facesParquet(faceRows(many))]);
    const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length);
    const { row_groups: groups, num_rows: count } = parquetMetadata(file);
    expect(groups.map((group) => Number(group.num_rows))).toEqual([20_000, 20_000, 5001]);
    expect(Number(count)).toBe(many.length);
    const read = await parquetReadObjects({ file, columns: ['image'], rowStart: 44_999 });
    expect(read).toEqual([{ image: '44999.jpg' }, { image: '45000.jpg' }]);
  });
});
