/** Tables of labels as the training reads them: in the usual forms, or refused. */
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import {
  attributeColumns,
  DETAIL_COLUMNS,
  FIRST_COLUMNS,
  LAST_COLUMNS,
} from '../../src/domain/face-columns';
import { ROOT, temporaryFolder } from '../support/images';

const PYTHON = '/usr/bin/python3';
const run = promisify(execFile);

const hasNumpy = await run(PYTHON, ['-c', 'import numpy']).then(
  () => true,
  () => false,
);

/** Attributes, images and labels of a table. */
async function read(text: string | Buffer): Promise<unknown> {
  const file = join(await temporaryFolder(), 'labels.csv');
  await writeFile(file, text);
  const script =
    'import json, pathlib, sys; from faces.tables import read_table; from faces.errors import UserError\n' +
    'try: t = read_table(pathlib.Path(sys.argv[1])); print(json.dumps([t.attributes, t.images, t.labels.tolist()]))\n' +
    'except UserError as error: print(json.dumps(str(error)))';
  const options = { env: { ...process.env, PYTHONPATH: join(ROOT, 'training') } };
  const { stdout } = await run(PYTHON, ['-c', script, file], options);
  return JSON.parse(stdout);
}

describe.skipIf(!hasNumpy)('read_table', () => {
  const rows = [['Male', 'Smiling'], ['a.jpg', 'b.jpg'], [[1, 0], [0, 1]]]; // prettier-ignore

  it.each([
    'image,Male,Smiling\na.jpg,1,0\nb.jpg,0,1\n',
    'File Name;Male;Smiling\na.jpg;True;False\nb.jpg;no;yes\n',
    ',image_id,Male,Smiling\n0,a.jpg,1.0,-1.0\n1,b.jpg,-1.0,1.0\n',
    Buffer.from('\uFEFFimage\tMale\tSmiling\r\na.jpg\t1\t0\r\nb.jpg\t0\t1\r\n', 'utf16le'),
  ])('reads %j', async (text) => {
    expect(await read(text)).toEqual(rows);
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
    expect(await read(table.join('\n'))).toEqual(rows);
  });

  it.each([
    ['image,Male\na.jpg,1\nb.jpg,-1\nc.jpg,0\n', /-1 as well as 0, which stands for 'not defined'/],
    ['image,Male\na.jpg,\n', /expected numbers only, and no empty cell/],
  ])('refuses %j, whose labels are not all defined', async (text, message) => {
    expect(await read(text)).toMatch(message);
  });
});
