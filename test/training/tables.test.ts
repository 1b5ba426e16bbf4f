/**
 * Labels as the training reads them: in every layout of the command line, which writes them as one
 * plain table.
 */
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { describe, expect, it } from 'vitest';
import {
  attributeColumns,
  DETAIL_COLUMNS,
  FIRST_COLUMNS,
  LAST_COLUMNS,
} from '../../src/domain/face-columns';
import { cli } from '../support/engine';
import { ROOT, temporaryFolder, writeFiles } from '../support/images';

const PYTHON = '/usr/bin/python3';
const run = promisify(execFile);

const hasNumpy = await run(PYTHON, ['-c', 'import numpy']).then(
  () => true,
  () => false,
);

/** What the training reads of labels; the reason where they are refused. */
async function readAt(path: string, env: NodeJS.ProcessEnv = {}) {
  const script =
    'import contextlib, io, json, numpy, pathlib, sys; from faces.tables import read_table; from faces.errors import UserError\n' +
    'printed = io.StringIO()\n' +
    'try:\n' +
    '  with contextlib.redirect_stdout(printed): t = read_table(pathlib.Path(sys.argv[1]))\n' +
    '  labels = [[None if numpy.isnan(v) else round(float(v), 6) for v in row] for row in t.labels]\n' +
    '  print(json.dumps(dict(attributes=t.attributes, images=t.images, labels=labels, splits=t.splits, groups=t.groups, notes=printed.getvalue())))\n' +
    'except UserError as error: print(json.dumps(dict(refused=str(error))))';
  const options = { env: { ...process.env, PYTHONPATH: join(ROOT, 'training'), ...env } };
  const { stdout } = await run(PYTHON, ['-c', script, path], options);
  return JSON.parse(stdout) as Record<string, unknown>;
}

async function read(text: string | Buffer) {
  const file = join(await temporaryFolder(), 'labels.csv');
  await writeFile(file, text);
  return readAt(file);
}

async function readFolder(files: Record<string, string>) {
  const folder = await temporaryFolder();
  await writeFiles(folder, files);
  return readAt(folder);
}

const ROWS = {
  attributes: ['Male', 'Smiling'],
  images: ['a.jpg', 'b.jpg'],
  labels: [
    [1, 0],
    [0, 1],
  ],
};

describe.skipIf(!hasNumpy)('read_table', () => {
  it.each([
    'image,Male,Smiling\na.jpg,1,0\nb.jpg,0,1\n',
    'image,split,person,Male,Smiling\na.jpg,,,1,0\nb.jpg,,,0,1\n',
    'image,split,person,Male,Smiling\na.jpg,,,yes,no\nb.jpg,,,no,yes\n',
    'File Name;Male;Smiling\na.jpg;True;False\nb.jpg;no;yes\n',
    ',image_id,Male,Smiling\n0,a.jpg,1.0,-1.0\n1,b.jpg,-1.0,1.0\n',
    '2\nMale Smiling\na.jpg  1 -1\nb.jpg -1  1\n',
    '{"file_name":"a.jpg","Male":true,"Smiling":false}\n{"file_name":"b.jpg","Male":0,"Smiling":1}\n',
    Buffer.from('\uFEFFimage\tMale\tSmiling\r\na.jpg\t1\t0\r\nb.jpg\t0\t1\r\n', 'utf16le'),
  ])('reads %j', async (text) => {
    expect(await read(text)).toMatchObject(ROWS);
  });

  it('reads .parquet files', async () => {
    const file = join(await temporaryFolder(), 'labels.parquet');
    const columnData = [
      { name: 'image_path', data: ['a.jpg', 'b.jpg'] },
      { name: 'Male', data: [true, false] },
      { name: 'Smiling', data: [0, 1] },
    ];
    await writeFile(file, Buffer.from(parquetWriteBuffer({ columnData })));
    expect(await readAt(file)).toMatchObject(ROWS);
  });

  it('takes the attributes of faces.csv, and none of its other columns', async () => {
    const { probabilities, present } = attributeColumns(['Male', 'Smiling']);
    const header = [
      ...[...FIRST_COLUMNS, ...probabilities],
      ...[...DETAIL_COLUMNS, ...present, ...LAST_COLUMNS],
    ];
    const details = DETAIL_COLUMNS.map((name) => (name === 'path' ? '/photos/a.jpg' : '640'));
    const cells = (image: string, labels: string) =>
      [image, '0,10,20,90,90,0.9,3,0.5', labels, ...details, labels, 'Male'].join(',');
    const table = [header.join(','), cells('a.jpg', '1,0'), cells('b.jpg', '0,1'), ''];
    expect(await read(table.join('\n'))).toMatchObject(ROWS);
  });

  it.each([
    ['-1 beside 0', 'image,Male\na.jpg,1\nb.jpg,-1\nc.jpg,0\n', [[1], [0], [null]]],
    ['empty cells and NaN', 'image,Male\na.jpg,\nb.jpg,1\nc.jpg,nan\n', [[null], [1], [null]]],
  ])('leaves labels undefined, and says so: %s', async (_, text, labels) => {
    const table = await read(text);
    expect(table.labels).toEqual(labels);
    expect(table.notes).toMatch(/note: \d labels? of 3 not defined/);
  });

  it('makes an attribute of each value of a category', async () => {
    const table = await read('image,race\na.jpg,White\nb.jpg,East Asian\nc.jpg,\n');
    expect(table.attributes).toEqual(['race: East Asian', 'race: White']);
    expect(table.labels).toEqual([
      [0, 1],
      [1, 0],
      [null, null],
    ]);
  });

  it('reads a table for each partition', async () => {
    const table = await readFolder({
      'train.csv': 'image,Male\na.jpg,1\n',
      'val.csv': 'image,Male\nb.jpg,0\n',
      'test.csv': 'image,Male\nc.jpg,0\n',
    });
    expect(table).toMatchObject({
      images: ['c.jpg', 'a.jpg', 'b.jpg'],
      splits: ['test', 'train', 'valid'],
    });
  });

  it("reads CelebA's partitions and identities, and names images by their place", async () => {
    const table = await readFolder({
      'Anno/list_attr_celeba.txt': '2\nMale Smiling\n1.jpg 1 -1\n2.jpg -1 1\n',
      'Anno/identity_CelebA.txt': '1.jpg 7\n2.jpg 9\n',
      'Eval/list_eval_partition.txt': '1.jpg 0\n2.jpg 1\n',
      'Img/img_align_celeba/1.jpg': '',
      'Img/img_align_celeba/2.jpg': '',
    });
    expect(table).toMatchObject({
      images: ['Img/img_align_celeba/1.jpg', 'Img/img_align_celeba/2.jpg'],
      splits: ['train', 'valid'],
      groups: ['7', '9'],
    });
  });

  it.each([
    ['a column', { 'labels.csv': 'image,Identity,Male\n1.jpg,x,1\n2.jpg,y,0\n' }, ['x', 'y']],
    [
      "LFW's folders",
      {
        'labels.csv': 'image,Male\nAl_Gore_0001.jpg,1\nElse_0001.jpg,0\n',
        'Al_Gore/Al_Gore_0001.jpg': '',
        'Else/Else_0001.jpg': '',
      },
      ['Al_Gore', 'Else'],
    ],
    ['nothing', { 'labels.csv': 'image,Male\n1.jpg,1\n2.jpg,0\n' }, ['1.jpg', '2.jpg']],
  ])('knows people by %s', async (by, files, groups) => {
    const { groups: found, notes } = await readFolder(files);
    expect(found).toEqual(groups);
    expect(notes).toBe(
      by === 'a column' ? 'note: Identity tells who is in each image, and is no attribute\n' : '',
    );
  });

  it.each([
    ['UTKFace', ['20_0_1_20170101000000000.jpg', '30_1_0_20170101000000001.jpg'], 'Male'],
    ['class folders', ['smiling/1.jpg', 'neutral/2.jpg'], 'class: neutral'],
  ])('reads labels in names: %s', async (_, names, first) => {
    const table = await readFolder(Object.fromEntries(names.map((name) => [name, ''])));
    expect((table.attributes as string[])[0]).toBe(first);
    expect((table.images as string[]).toSorted()).toEqual(names.toSorted());
  });

  it('says what the command line says of a table that is refused', async () => {
    const { refused } = await read('a.jpg,1\nb.jpg,0\n');
    expect(refused).toMatch(
      /^the labels '.*labels\.csv' have no header: expected a first line like/,
    );
  });

  it('reads a plain table without the command line, and says how to get one', async () => {
    const folder = await temporaryFolder();
    await writeFiles(folder, {
      'labels.csv': 'Filename;own;race\n=1.jpg;yes;White\n2.jpg;;"Black, other"\n',
    });
    const out = join(folder, 'plain');
    const run = await cli('labels', folder, '--out', out);
    expect(run.stdout).toMatch(/labelled folder: 2 rows, 3 attributes\nwritten to/);
    expect(await readAt(join(out, 'labels.csv'), { PATH: '' })).toMatchObject({
      attributes: ['own', 'race: Black, other', 'race: White'],
      images: ['=1.jpg', '2.jpg'],
      labels: [
        [1, 0, 1],
        [null, 1, 0],
      ],
      notes: '',
    });
    const { refused } = await readAt(join(folder, 'labels.csv'), { PATH: '' });
    expect(refused).toMatch(/no command line to read it: install Node.js .* `face-clusters labels/);
  });

  it('takes attributes in any spelling', async () => {
    const script =
      'import numpy; from faces.tables import Table\n' +
      "t = Table(['Wearing_Hat', 'Male'], ['a'], numpy.zeros((1, 2), numpy.float32), [''], ['a'])\n" +
      "print(t.select(['wearing hat', 'MALE'], []).attributes, t.select([], ['wearing-hat']).attributes)";
    const env = { ...process.env, PYTHONPATH: join(ROOT, 'training') };
    const { stdout } = await run(PYTHON, ['-c', script], { env });
    expect(stdout.trim()).toBe("['Wearing_Hat', 'Male'] ['Male']");
  });
});
