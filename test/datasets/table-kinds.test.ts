/** Tables as people and programs write them: each kind is read right, or refused with what to do. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { CELEBA_ATTRIBUTES } from '../../src/domain/attributes';
import type { LabelTable } from '../../src/datasets/label-table';
import { readLabels } from '../../src/datasets/labels';
import { temporaryFolder } from '../support/images';

async function read(text: string | Uint8Array, name = 'labels.csv'): Promise<LabelTable> {
  const file = join(await temporaryFolder(), name);
  await writeFile(file, text);
  return readLabels(file);
}

/** The rows of a table as its attributes' values, by the names of the images. */
function rowsOf({ attributes, images, values }: LabelTable) {
  const width = attributes.length;
  return Object.fromEntries(
    images.map((name, row) => [name, [...values.subarray(row * width, (row + 1) * width)]]),
  );
}

const TABLE = 'image,Male,Smiling\na.jpg,1,0\nb.jpg,0,1\nc.jpg,0.25,1\n';
const ROWS = { 'a.jpg': [1, 0], 'b.jpg': [0, 1], 'c.jpg': [0.25, 1] };

const utf16 = (text: string, isBigEndian: boolean) => {
  const bytes = Buffer.from(text, 'utf16le');
  return isBigEndian ? bytes.swap16() : bytes;
};

describe('how a table is written', () => {
  it.each([
    [';', 'a.csv'],
    ['\t', 'a.tsv'],
    ['|', 'a.txt'],
    [',', 'a.csv'],
    [' ', 'a.txt'],
    [' ; ', 'a.csv'],
  ])('with %j between the cells', async (separator, name) => {
    const table = await read(TABLE.replaceAll(',', separator), name);
    expect(table.attributes).toEqual(['Male', 'Smiling']);
    expect(rowsOf(table)).toEqual(ROWS);
  });

  it('tells the separator by the header, not by commas in names and numbers', async () => {
    const table = await read('image;Male;Smiling\n"a, b.jpg";1;0,5\nc.jpg;0;0,25\n');
    expect(rowsOf(table)).toEqual({ 'a, b.jpg': [1, 0.5], 'c.jpg': [0, 0.25] });
    const told = await read('sep=;\nimage;Male\na.jpg;1\n');
    expect(rowsOf(told)).toEqual({ 'a.jpg': [1] });
  });

  it.each(['\n', '\r\n', '\r'])('with lines that end with %j', async (end) => {
    expect(rowsOf(await read(TABLE.replaceAll('\n', end)))).toEqual(ROWS);
    expect(rowsOf(await read(TABLE.trimEnd().replaceAll('\n', end)))).toEqual(ROWS);
    const spaced = `2\nMale Smiling\na.jpg  1 -1\nb.jpg -1  1\n`.replaceAll('\n', end);
    expect(rowsOf(await read(spaced, 'a.txt'))).toEqual({ 'a.jpg': [1, 0], 'b.jpg': [0, 1] });
  });

  it.each([
    ['UTF-8 with a mark', (text: string) => Buffer.from(`\uFEFF${text}`)],
    ['UTF-16 LE with a mark', (text: string) => utf16(`\uFEFF${text}`, false)],
    ['UTF-16 BE with a mark', (text: string) => utf16(`\uFEFF${text}`, true)],
    ['UTF-16 LE without', (text: string) => utf16(text, false)],
    ['UTF-16 BE without', (text: string) => utf16(text, true)],
    ['gzipped UTF-16', (text: string) => gzipSync(utf16(`\uFEFF${text}`, false))],
    ['Windows-1252', (text: string) => Buffer.from(text, 'latin1')],
  ])('in %s', async (_, encode) => {
    const table = await read(encode('image;Male;Größe\näöü.jpg;1;0\nb.jpg;0;1\n'.repeat(1)));
    expect(table.attributes).toEqual(['Male', 'Größe']);
    expect(rowsOf(table)).toEqual({ 'äöü.jpg': [1, 0], 'b.jpg': [0, 1] });
  });

  const row = 'ein "schöner" äöü – €.jpg';
  it.each([
    ['that takes a parser', `image,Male,Größe\n"${row.replaceAll('"', '""')}",1,0\n`],
    ['between spaces', `Male Größe\n"${row.replaceAll('"', '')}" 1 0\n`],
    ['as JSON', `${JSON.stringify({ image: row, Male: 1, Größe: 0 })}\n`],
  ])('in Windows-1252, which is said: %s', async (_, text) => {
    // Latin-1 has neither the dash nor the sign of the euro.
    const bytes = Buffer.from(text.replaceAll('–', '\u0096').replaceAll('€', '\u0080'), 'latin1');
    const table = await read(bytes);
    expect(table.attributes).toEqual(['Male', 'Größe']);
    expect(table.images[0]!.replaceAll('"', '')).toBe(row.replaceAll('"', ''));
    expect(table.remarks.join()).toMatch(/text that is not UTF-8 is read as Windows-1252: '.*öß?/);
  });

  it('in UTF-8 that is cut anywhere, and lines of Windows-1252 in it alone', async () => {
    const lines = Array.from({ length: 20_000 }, (_, i) => `${i}é–𝄞.jpg;${i % 2};1`);
    const text = Buffer.from(`image;Male;Größe\n${lines.join('\n')}\n`);
    for (const start of ['', 'x', 'xx', 'xxx']) {
      const table = await read(Buffer.concat([Buffer.from(start), text]));
      expect(table.images.at(-1)).toBe('19999é–𝄞.jpg');
      expect(table.images.every((name) => name.endsWith('é–𝄞.jpg'))).toBe(true);
      expect(table.remarks).toEqual([]);
    }
    const mixed = await read(Buffer.concat([text, Buffer.from('fin\xe9.jpg;1;1', 'latin1')]));
    expect(mixed.images.slice(-2)).toEqual(['19999é–𝄞.jpg', 'finé.jpg']);
    expect(mixed.remarks).toEqual([
      "text that is not UTF-8 is read as Windows-1252: 'finé.jpg;1;1'",
    ]);
  });

  it('in UTF-16 that is read in several pieces of an odd number of bytes', async () => {
    const lines = Array.from({ length: 30_000 }, (_, i) => `${i}é.jpg;${i % 2};1`);
    const table = await read(
      gzipSync(utf16(`\uFEFFimage;Male;Smiling\n${lines.join('\n')}`, true)),
    );
    expect(table.images).toHaveLength(30_000);
    expect(table.images.at(-1)).toBe('29999é.jpg');
    expect([...table.values.subarray(0, 4)]).toEqual([0, 1, 1, 1]);
  });

  it('with NaN in JSON, as Python writes it, and with URLs in place of names', async () => {
    const lines = '{"file_name":"a NaN.jpg","Male":NaN}\n{"file_name":"b.jpg","Male":1}\n';
    expect(rowsOf(await read(lines, 'a.jsonl'))).toEqual({ 'a NaN.jpg': [NaN], 'b.jpg': [1] });
    const urls = await read('url,Male\nhttps://x.org/a.jpg?s=1,1\n');
    expect(urls.images).toEqual(['https://x.org/a.jpg?s=1']);
  });

  it('with comments, empty lines and empty rows of a spreadsheet', async () => {
    const table = await read(
      '# made by hand\n\nimage,Male,Smiling\na.jpg,1,0\n,,\nb.jpg,0,1,,\n,,\n',
    );
    expect(rowsOf(table)).toEqual({ 'a.jpg': [1, 0], 'b.jpg': [0, 1] });
  });

  it('as R writes it: without a cell for the names of the rows', async () => {
    const table = await read('"Male" "Smiling"\n"a.jpg" 1 0\n"b c.jpg" 0 1\n', 'r.txt');
    expect(rowsOf(table)).toEqual({ 'a.jpg': [1, 0], 'b c.jpg': [0, 1] });
    expect(rowsOf(await read('Male,Smiling\na.jpg,1,0\n'))).toEqual({ 'a.jpg': [1, 0] });
  });

  it.each([
    ['a workbook', 'PK\x03\x04\x14', /it is no table, but a workbook .*save its sheet as CSV/],
    [
      'a table that is turned over',
      'attribute,a.jpg,b.jpg,c.jpg\nMale,1,0,1\n',
      /have a column for each image, like 'a.jpg': .*pandas: df\.T/,
    ],
    [
      'a row for each label',
      'image,attribute,value\na.jpg,Male,1\na.jpg,Bald,0\nb.jpg,Male,0\nb.jpg,Bald,1\n',
      /a row for each label of an image needs a column for each attribute/,
    ],
    [
      'annotations of COCO',
      '{"images":[{"id":1,"file_name":"a.jpg"}],"annotations":[{"image_id":1}],"categories":[]}',
      /JSON, but no list of objects: expected one object for each image/,
    ],
    ['rows without a header', 'a.jpg,1,0\nb.jpg,0,1\n', /have no header: expected a first line/],
    ['values alone', '1,0\n0,1\n', /have no header/],
    [
      'a row that is too short',
      'image,Male,Smiling\na.jpg,1\n',
      /line 2: expected 3 cells, as in the header, got 2/,
    ],
    [
      'a row that is too long',
      'image,Male\na.jpg,1,0\n',
      /line 2: expected 2 cells, as in the header, got 3/,
    ],
  ])('is refused with what to do: %s', async (_, text, message) => {
    await expect(read(text)).rejects.toThrow(message);
  });
});

describe('lists of labels', () => {
  const rows = (cells: readonly string[]) => cells.map((cell, i) => `${i}.jpg;${cell}`).join('\n');
  const expected = {
    '0.jpg': [0, 1, 0],
    '1.jpg': [1, 1, 0],
    '2.jpg': [0, 0, 1],
    '3.jpg': [1, 0, 1],
  };

  it.each([
    ['commas', ['Smiling', 'Male, Smiling', 'tall', 'tall, Male']],
    ['bars', ['Smiling', 'Male|Smiling', 'tall', 'tall | Male']],
    ['JSON', ['["Smiling"]', '["Male","Smiling"]', '["tall"]', '["tall", "Male"]']],
    ['Python', ["['Smiling']", "['Male', 'Smiling']", "['tall']", "['tall', 'Male']"]],
  ])('as %s are one attribute for each label', async (_, cells) => {
    const quoted = cells.map((cell) => `"${cell.replaceAll('"', '""')}"`);
    const table = await read(`image;tags\n${rows(quoted)}\n`);
    expect(table.attributes).toEqual(['Male', 'Smiling', 'tags: tall']);
    expect(rowsOf(table)).toEqual(expected);
    expect(table.groups).toEqual([]);
    expect(table.remarks).toEqual([
      'tags lists what is present, 3 attributes: Male, Smiling, tall; what a list does not name is absent',
    ]);
  });

  it('in JSON lines may be empty, or missing, which is not defined', async () => {
    const lists = [['Smiling'], [], undefined, ['Male', 'Smiling']];
    const lines = lists.map((tags, i) => JSON.stringify({ file_name: `${i}.jpg`, tags }));
    const table = await read(lines.join('\n'), 'a.jsonl');
    expect(rowsOf(table)).toEqual({
      '0.jpg': [0, 1],
      '1.jpg': [0, 0],
      '2.jpg': [NaN, NaN],
      '3.jpg': [1, 1],
    });
  });

  it('of a thousand kinds are read, as many as attributes can be combined', async () => {
    const names = CELEBA_ATTRIBUTES.slice(0, 10);
    const cells = Array.from({ length: 1023 }, (_, i) =>
      names.filter((_name, bit) => ((i + 1) >> bit) & 1).join(', '),
    );
    const table = await read(`image;tags\n${rows(cells)}\n`);
    expect(table.attributes).toEqual(names.toSorted());
    expect(table.values.filter((value) => value === 1)).toHaveLength(5120);
  });

  it.each([
    ['categories with commas', ['Asian, East', 'Asian, South', 'White', 'White'], 3],
    ['boxes', ['[1, 2]', '[3, 4]', '[1, 4]', '[2, 3]'], undefined],
    ['captions', Array.from({ length: 60 }, (_, i) => `a face, number ${i}, smiling`), undefined],
  ])('are not taken from %s', async (_, cells, attributes) => {
    const table = await read(
      `image;own;Male\n${cells.map((cell, i) => `${i}.jpg;${cell};1`).join('\n')}\n`,
    );
    expect(table.attributes).toHaveLength((attributes ?? 0) + 1);
    expect(table.remarks.join()).toMatch(attributes === undefined ? /left out/ : /^$/);
  });

  it('that may be meant are said where they are taken for texts', async () => {
    const cells = ['Smiling, Male', 'Male', 'Young', 'Young'];
    const table = await read(`image;tags\n${rows(cells)}\n`);
    expect(table.attributes).toEqual(['tags: Male', 'tags: Smiling, Male', 'tags: Young']);
    expect(table.remarks.join()).toContain("such as 'Smiling, Male': lists of labels are written");
  });

  it('marks that stand alone are refused, as they do not say what is absent', async () => {
    const table = await read('image,glasses,Male\na.jpg,x,1\nb.jpg,,0\n');
    expect(table.attributes).toEqual(['Male']);
    expect(table.remarks.join()).toContain(
      "glasses ('x' and nothing else: write 0 where it is absent)",
    );
  });
});

describe('values', () => {
  it.each([
    ['True', 'False'],
    ['TRUE', 'FALSE'],
    ['yes', 'no'],
    ['Y', 'N'],
    ['1.0', '-1.0'],
    ['1', '-1'],
    ['1.00', '0.00'],
    ['"1"', '"0"'],
    ['WAHR', 'FALSCH'],
    ['100%', '0 %'],
  ])('%s and %s are 1 and 0', async (one, zero) => {
    const rows = [`a.jpg,${one},${zero}`, `b.jpg,${zero},${one}`];
    const table = await read(['image,Male,own', ...rows].join('\n'));
    expect(rowsOf(table)).toEqual({ 'a.jpg': [1, 0], 'b.jpg': [0, 1] });
    expect(table.remarks).toEqual([]);
  });

  it('0 beside 1 and −1 is not defined', async () => {
    const table = await read('Filename,Male,Bald\nn1/a.jpg,1,0\nn1/b.jpg,-1,-1\nn2/c.jpg,0,1\n');
    expect(rowsOf(table)).toEqual({
      'n1/a.jpg': [1, NaN],
      'n1/b.jpg': [0, 0],
      'n2/c.jpg': [NaN, 1],
    });
    expect(table.remarks[0]).toBe(
      "0 means 'not defined' in columns that have -1, 0 and 1: Male, Bald",
    );
    expect(table.remarks[1]).toBe(
      "2 labels of 6 not defined, which count nowhere (Male 1, Bald 1); for example Bald of 'n1/a.jpg'",
    );
  });

  it('in such a table, columns without −1 are alike, unless most have none', async () => {
    const few = await read('image,A,B,C\na.jpg,1,0,1\nb.jpg,-1,-1,0\nc.jpg,0,1,1\n');
    expect(rowsOf(few)['b.jpg']).toEqual([0, 0, NaN]);
    expect(few.remarks.join()).toContain('too, in columns that have 0 and 1 only');
    const most = await read('image,A,B,C\na.jpg,1,0,1\nb.jpg,-1,1,0\nc.jpg,0,1,1\n');
    expect(rowsOf(most)).toEqual({ 'a.jpg': [1, 0, 1], 'b.jpg': [0, 1, 0], 'c.jpg': [NaN, 1, 1] });
    expect(most.remarks.join()).toContain("0 means 'absent' in columns that have 0 and 1 only");
  });

  it('±1 in some columns and 0/1 in others stay what they are', async () => {
    const table = await read('image,A,B\na.jpg,1,0\nb.jpg,-1,1\n');
    expect(rowsOf(table)).toEqual({ 'a.jpg': [1, 0], 'b.jpg': [0, 1] });
    expect(table.remarks).toEqual([]);
  });

  it.each(['', 'NaN', 'nan', 'NA', 'N/A', 'null', 'None', '?', ' ', '-'])(
    'a cell of %j is not defined, of own attributes as of known ones',
    async (cell) => {
      const table = await read(`image,Male,own\na.jpg,1,0\nb.jpg,${cell},1\nc.jpg,0,${cell}\n`);
      expect(rowsOf(table)).toEqual({ 'a.jpg': [1, 0], 'b.jpg': [NaN, 1], 'c.jpg': [0, NaN] });
      expect(table.remarks.join()).toContain('2 labels of 6 not defined');
    },
  );

  it('a column of −1 and fractions is left out: nobody knows what −1 means', async () => {
    const table = await read('image,A,B\na.jpg,0.3,1\nb.jpg,-1,0\n');
    expect(table.attributes).toEqual(['B']);
    expect(table.remarks[0]).toBe(
      '1 column left out, which is no attribute: A (both -1 and fractions: is -1 absent, or not defined?)',
    );
  });

  it('the texts of a category become attributes, kept together', async () => {
    const table = await read(
      'file,age,gender,race,service_test\ntrain/1.jpg,20-29,Male,East Asian,True\ntrain/2.jpg,more than 70,Female,White,False\ntrain/3.jpg,3-9,Female,,False\n',
    );
    expect(table.attributes).toEqual([
      ...['age: 3-9', 'age: 20-29', 'age: more than 70', 'Male', 'race: East Asian', 'race: White'],
    ]);
    expect(table.groups).toEqual([
      { name: 'age', attributes: ['age: 3-9', 'age: 20-29', 'age: more than 70'] },
      { name: 'race', attributes: ['race: East Asian', 'race: White'] },
    ]);
    expect(rowsOf(table)).toEqual({
      'train/1.jpg': [0, 1, 0, 1, 1, 0],
      'train/2.jpg': [0, 0, 1, 0, 0, 1],
      'train/3.jpg': [1, 0, 0, 0, NaN, NaN],
    });
    expect(table.remarks).toContain('1 column left out, which is no attribute: service_test');
    expect(table.remarks).toContain('gender is read as the attribute Male: Male, Female');
  });

  it('words for the sexes are read in a column of their name, too', async () => {
    const table = await read('image,Male\na.jpg,male\nb.jpg,F\nc.jpg,Woman\n');
    expect(rowsOf(table)).toEqual({ 'a.jpg': [1], 'b.jpg': [0], 'c.jpg': [0] });
  });

  it('numbers of classes are categories, and None is a value of one', async () => {
    const table = await read('image,race,glasses\na.jpg,0,None\nb.jpg,3,Dark\nc.jpg,3,None\n');
    expect(table.attributes).toEqual(['race: 0', 'race: 3', 'glasses: Dark', 'glasses: None']);
    expect(rowsOf(table)['c.jpg']).toEqual([0, 1, 0, 1]);
  });

  it('0 is not defined beside 1 and −1, whatever the first cell is', async () => {
    for (const first of ['None', '1', ''])
      expect(
        rowsOf(await read(`image,own\na.jpg,${first}\nb.jpg,0\nc.jpg,-1\nd.jpg,None\ne.jpg,1\n`)),
      ).toMatchObject({ 'b.jpg': [NaN], 'c.jpg': [0], 'd.jpg': [NaN], 'e.jpg': [1] });
  });

  it('probabilities below a None are probabilities', async () => {
    const rows = Array.from({ length: 500 }, (_, i) => `${i}.jpg,${i / 500},${i}`);
    const table = await read(`image,own,age\nx.jpg,None,None\n${rows.join('\n')}\n`);
    expect(table.attributes).toEqual(['own']);
    expect([...table.values.subarray(0, 3)]).toEqual([NaN, 0, Math.fround(1 / 500)]);
    expect(table.remarks[0]).toMatch(/: age \(numbers outside 0 to 1\)$/);
  });

  it('a column that begins like labels may still be a category', async () => {
    const table = await read('image,hat\na.jpg,no\nb.jpg,yes\nc.jpg,perhaps\n');
    expect(rowsOf(table)).toEqual({ 'a.jpg': [1, 0, 0], 'b.jpg': [0, 0, 1], 'c.jpg': [0, 1, 0] });
    expect(table.attributes).toEqual(['hat: no', 'hat: perhaps', 'hat: yes']);
  });

  it('columns that are no attributes are named with the reason', async () => {
    const rows = Array.from({ length: 60 }, (_, i) => `${i}.jpg,${20 + i},p${i},,1,0`);
    const table = await read(`image,age,comment,nothing,Male,male\n${rows.join('\n')}\n`);
    expect(table.attributes).toEqual(['Male']);
    expect(table.remarks).toEqual([
      '4 columns left out, which are no attributes: age (numbers outside 0 to 1), comment (60 different texts), ' +
        'nothing (no value in any row), Male (a second one of this name)',
    ]);
  });
});

describe('headers', () => {
  it.each([
    ...[
      'image_id',
      'file_name',
      'Filename',
      'image_path',
      'FILE',
      'Image Name',
      'img',
      'path',
      'id',
      'Bild',
    ],
    ...['image', 'filepath', 'photo'],
  ])('a column %j has the names of the images', async (name) => {
    const table = await read(`Male,${name},A\n1,a.jpg,0\n0,b.jpg,1\n`);
    expect(rowsOf(table)).toEqual({ 'a.jpg': [1, 0], 'b.jpg': [0, 1] });
  });

  it('keeps attributes whose names have no letter', async () => {
    const { attributes } = await read('image,😀,***,!\na.jpg,1,0,1\nb.jpg,0,1,1\n');
    expect(attributes).toEqual(['😀', '***', '!']);
  });

  it.each(['', 'Unnamed: 0', 'index', '"level_0"'])(
    'the index of pandas, %j, is neither a name nor an attribute',
    async (name) => {
      const table = await read(`${name},image_id,Male\n0,a.jpg,1\n1,b.jpg,0\n`);
      expect(table.attributes).toEqual(['Male']);
      expect(rowsOf(table)).toEqual({ 'a.jpg': [1], 'b.jpg': [0] });
      expect(table.remarks).toEqual([]);
    },
  );

  it('the index of pandas is the name where it is one', async () => {
    expect(rowsOf(await read(',Male\na.jpg,1\nb.jpg,0\n'))).toEqual({ 'a.jpg': [1], 'b.jpg': [0] });
    expect(rowsOf(await read(',Male\n000001,1\n000002,0\n'))).toEqual({
      '000001': [1],
      '000002': [0],
    });
  });

  it('attributes of CelebA are known in any spelling', async () => {
    const names = [
      'Wearing Hat',
      'wearing_lipstick',
      'HEAVY_MAKEUP',
      "5 o'Clock Shadow",
      'Moustache',
      'Grey Hair',
    ];
    const table = await read(`image,${names.join(',')},My own\na.jpg,1,0,1,0,1,0,1\n`);
    expect(table.attributes).toEqual([
      ...[
        'Wearing_Hat',
        'Wearing_Lipstick',
        'Heavy_Makeup',
        '5_o_Clock_Shadow',
        'Mustache',
        'Gray_Hair',
      ],
      'My own',
    ]);
  });

  it("LFW's header is a comment, its names are two columns, and its values have a sign", async () => {
    const table = await read(
      '# LFW_Attributes file v1.0 - Tue Jan 17 21:17:39 2012\n#\tperson\timagenum\tMale\tMiddle Aged\tBlack Hair\n' +
        'Aaron Eckhart\t1\t1.568\t-2.0\t0.25\nBo Derek\t12\t-0.3\t0\t-1\n',
      'lfw_attributes.txt',
    );
    expect(table.attributes).toEqual(['Male', 'Middle Aged', 'Black_Hair']);
    expect(rowsOf(table)).toEqual({
      'Aaron_Eckhart/Aaron_Eckhart_0001': [1, 0, 1],
      'Bo_Derek/Bo_Derek_0012': [0, NaN, 0],
    });
    expect(table.remarks[0]).toMatch(/those above 0 count as present/);
  });

  it('of this program: numbers of its own are no attributes, and faces stay apart', async () => {
    const header = 'image,face,x,y,width,height,score,cluster,silhouette,Male,score of mine';
    const rows = [
      'a.jpg,0,1,2,3,4,0.9,0,0.5,1,0',
      'a.jpg,1,1,2,3,4,0.9,1,0.5,0,0',
      'b.jpg,0,,,,,,0,0.1,0,1',
    ];
    const table = await read(`${header}\n${rows.join('\n')}\n`, 'faces.csv');
    expect(table.attributes).toEqual(['Male', 'score of mine']);
    expect(table.images).toEqual(['a.jpg', 'a.jpg', 'b.jpg']);
    expect(table.faces).toEqual([0, 1, 0]);
    expect(table.remarks).toEqual([]);
  });
});

describe('rows of one image', () => {
  it('count once if they agree, in any spelling of the name', async () => {
    const table = await read('image,Male,own\n./a.jpg,1,\na.jpg,1,0\nx\\b.jpg,0,1\nx/b.jpg,0,1\n');
    expect(rowsOf(table)).toEqual({ './a.jpg': [1, 0], 'x\\b.jpg': [0, 1] });
    expect(table.remarks).toEqual([
      '2 rows with the name of an earlier one: a.jpg, x/b.jpg; they agree, and each image counts once',
    ]);
  });

  it('are left out if they contradict each other', async () => {
    const table = await read('image,Male\na.jpg,1\nb.jpg,0\na.jpg,0\nc.jpg,1\na.jpg,1\n');
    expect(rowsOf(table)).toEqual({ 'b.jpg': [0], 'c.jpg': [1] });
    expect(table.remarks).toEqual([
      '2 rows with the name of an earlier one: a.jpg',
      '1 image left out, as its rows contradict each other: a.jpg',
    ]);
    await expect(read('image,Male\na.jpg,1\na.jpg,0\n')).rejects.toThrow(/contradict themselves/);
  });

  it('are all kept where there are no names', async () => {
    const table = await read('Male,Smiling\n1,0\n1,0\n0,1\n');
    expect(table.images).toEqual(['', '', '']);
    expect([...table.values]).toEqual([1, 0, 1, 0, 0, 1]);
  });
});

describe('JSON', () => {
  it('lines of objects', async () => {
    const lines = [
      { file_name: 'a.jpg', Male: true, Smiling: 0.5, race: 'Black' },
      { file_name: 'b.jpg', Male: false, Smiling: null, race: 'White', late: 1 },
    ];
    const table = await read(
      lines.map((line) => JSON.stringify(line)).join('\r\n'),
      'metadata.jsonl',
    );
    expect(table.attributes).toEqual(['Male', 'Smiling', 'race: Black', 'race: White', 'late']);
    expect(rowsOf(table)).toEqual({ 'a.jpg': [1, 0.5, 1, 0, NaN], 'b.jpg': [0, NaN, 0, 1, 1] });
  });

  it('a list of objects, and objects in objects', async () => {
    const list = [
      { image: 'a.jpg', attributes: { Male: 1 } },
      { image: 'b.jpg', attributes: { Male: 0 } },
    ];
    const byName = { 'a.jpg': { Male: 1 }, 'b.jpg': { Male: 0 } };
    expect((await read(JSON.stringify(byName), 'a.json')).images).toEqual(['a.jpg', 'b.jpg']);
    expect(rowsOf(await read(JSON.stringify(byName, null, 1), 'a.json'))).toEqual({
      'a.jpg': [1],
      'b.jpg': [0],
    });
    expect(rowsOf(await read(JSON.stringify(list, null, 1), 'a.json'))).toEqual({
      'a.jpg': [1],
      'b.jpg': [0],
    });
  });

  it.each([
    ['{"image":"a.jpg","Male":1}\n[1]\n', /line 2: expected an object like .*, got '\[1\]'/],
    ['{"image":"a.jpg","Male":1}\n{"image":', /line 2: expected an object/],
    ['{"Male":\n{"a.jpg":1}}', /no list of objects: .*orient='records'/],
    ['{"image":', /begin as JSON does, but are none/],
    ['[]', /no list of objects/],
    ['{"image":{"0":"a.jpg","1":"b.jpg"},"Male":{"0":1,"1":0}}', /no list of objects: .*pandas/],
    ['{"columns":["file_name","Male"],"index":[0],"data":[["a.jpg",1]]}', /no list of objects/],
    ['{"file_name":["a.jpg","b.jpg"],"Male":[1,0]}', /no list of objects: .*pandas/],
    ['{}', /no list of objects/],
  ])('is refused with what to do: %j', async (text, message) => {
    await expect(read(text, 'a.jsonl')).rejects.toThrow(message);
  });
});
