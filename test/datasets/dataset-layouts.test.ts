/** Data sets as they are published: where their parts lie, and what their labels are. */
import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ParquetWriteOptions, parquetWriteBuffer } from 'hyparquet-writer';
import { describe, expect, it } from 'vitest';
import { openDataset } from '../../src/datasets/dataset';
import { explore } from '../../src/datasets/explore';
import { openLabels } from '../../src/datasets/open-labels';
import { findLabels } from '../../src/datasets/recognize';
import { temporaryFolder, writeFiles } from '../support/images';

const OPTIONS = { signal: new AbortController().signal, onFound: () => undefined };
const ALL = { attributes: [], drop: [], dropZero: 0, seed: 1 };

/** A data set of files, all of whose rows have images. */
async function opened(files: Record<string, string>, missing = 0) {
  const folder = await temporaryFolder();
  await writeFiles(folder, files);
  return { folder, ...(await described(folder, missing)) };
}

async function described(folder: string, missing = 0) {
  const dataset = await openDataset(folder, undefined, OPTIONS);
  const { table, parts, pathOf, partitionOf } = dataset;
  const rows = [...table.images.keys()];
  expect(rows.filter((row) => pathOf(row) === undefined)).toHaveLength(missing);
  const { attributes, frequencies } = explore(table, ALL);
  return {
    dataset,
    kind: parts.kind,
    images: table.images,
    partitions: rows.map((row) => partitionOf(row)),
    frequencies: Object.fromEntries(attributes.map((name, i) => [name, frequencies[i]])),
    remarks: table.remarks,
  };
}

const CELEBA = '3\nMale Bald\n1.jpg  1 -1\n2.jpg -1 -1\n3.jpg  1  1\n';
const PARTITIONS = '1.jpg 0\n2.jpg 1\n3.jpg 2\n';
const FACES = (folder: string) =>
  Object.fromEntries([1, 2, 3].map((i) => [`${folder}/${i}.jpg`, '']));

describe('CelebA', () => {
  it.each([
    [
      'its own',
      'Anno/list_attr_celeba.txt',
      'Eval/list_eval_partition.txt',
      'Img/img_align_celeba',
    ],
    ['of torchvision', 'list_attr_celeba.txt', 'list_eval_partition.txt', 'img_align_celeba'],
    [
      'of torchvision, from above',
      'celeba/list_attr_celeba.txt',
      'celeba/list_eval_partition.txt',
      'celeba/img_align_celeba',
    ],
  ])('in the layout %s', async (_, labels, partitions, images) => {
    const other = Object.fromEntries(
      ['identity_CelebA', 'list_bbox_celeba', 'list_landmarks_align_celeba'].map((name) => [
        labels.replace('list_attr_celeba', name),
        '1.jpg 1 2 3\n',
      ]),
    );
    const found = await opened({
      ...FACES(images),
      ...other,
      [labels]: CELEBA,
      [partitions]: PARTITIONS,
    });
    expect(found).toMatchObject({
      kind: 'CelebA',
      partitions: ['training', 'validation', 'test'],
    });
    expect(found.frequencies.Male).toBeCloseTo(2 / 3, 9);
    // Every command finds the partitions, by the path of the table.
    const { splits } = await openLabels(join(found.folder, labels), undefined, {
      needsPartitions: true,
    });
    expect(splits).toEqual(['training', 'validation', 'test']);
  });

  it("in Kaggle's layout", async () => {
    const found = await opened({
      ...FACES('img_align_celeba/img_align_celeba'),
      'list_attr_celeba.csv': 'image_id,Male\n1.jpg,1\n2.jpg,-1\n3.jpg,1\n',
      'list_eval_partition.csv': 'image_id,partition\n1.jpg,0\n2.jpg,0\n3.jpg,2\n',
      'list_bbox_celeba.csv': 'image_id,x_1\n1.jpg,3\n',
    });
    expect(found).toMatchObject({ kind: 'CelebA', partitions: ['training', 'training', 'test'] });
  });

  it.each([
    '1,train\n2,val\n3,test\n',
    'image;split\n1.jpg;training\n2.jpg;valid\n3.jpg;testing\n',
    'split\timage_id\n0\t1.png\n1\t2.png\n2\t3.png\n',
    '3\n1.jpg 0\n2.jpg 1\n3.jpg 2\n',
  ])('with partitions like %j', async (partitions) => {
    const files = {
      ...FACES('img_align_celeba'),
      'list_attr_celeba.txt': CELEBA,
      'list_eval_partition.txt': partitions,
    };
    expect((await opened(files)).partitions).toEqual(['training', 'validation', 'test']);
  });

  it('says how many images have no partition, and refuses two for one image', async () => {
    const files = {
      ...FACES('img_align_celeba'),
      'list_attr_celeba.txt': CELEBA,
      'list_eval_partition.txt': '1.jpg 0\n',
    };
    const found = await opened(files);
    expect(found.partitions).toEqual(['training', undefined, undefined]);
    expect(found.remarks).toEqual(['2 images without a partition in list_eval_partition.txt']);
    await expect(
      opened({ ...files, 'list_eval_partition.txt': '1.jpg 0\n1.jpg 2\n' }),
    ).rejects.toThrow(/line 2: '1.jpg' is in two partitions, training and test/);
  });
});

describe('other data sets', () => {
  it('CelebAMask-HQ: masks are not its images', async () => {
    const found = await opened({
      'CelebAMask-HQ-attribute-anno.txt': '2\nMale Bald\n0.jpg  1 -1\n1.jpg  -1 -1\n',
      'CelebA-HQ-to-CelebA-mapping.txt':
        'idx      orig_idx            orig_file\n0        119613        119614.jpg\n1        7        000008.jpg\n',
      'list_eval_partition.txt': '000001.jpg 0\n000008.jpg 2\n119614.jpg 1\n',
      'CelebA-HQ-img/0.jpg': '',
      'CelebA-HQ-img/1.jpg': '',
      'CelebAMask-HQ-mask-anno/0/00000_skin.png': '',
      'CelebAMask-HQ-mask-anno/0/1.png': '',
    });
    expect(found).toMatchObject({
      kind: 'CelebAMask-HQ',
      frequencies: { Male: 0.5, Bald: 0 },
      partitions: ['validation', 'test'], // CelebA's, by the original names
    });
    expect(String(found.dataset.pathOf(1))).toBe(join(found.folder, 'CelebA-HQ-img', '1.jpg'));
  });

  it('LFW with its attributes', async () => {
    const found = await opened({
      'lfw_attributes.txt':
        '# LFW_Attributes file v1.0\n#\tperson\timagenum\tMale\tBlack Hair\nAnn Bee\t1\t-1.5\t2.5\nJo Doe\t12\t0.5\t-0.5\n',
      'lfw/Ann_Bee/Ann_Bee_0001.jpg': '',
      'lfw/Jo_Doe/Jo_Doe_0012.jpg': '',
    });
    expect(found).toMatchObject({ kind: 'LFW', frequencies: { Male: 0.5, Black_Hair: 0.5 } });
  });

  describe("LFW's official divisions", () => {
    const people = ['Al_Gore', 'Bo_Derek', 'Cy_Young'];
    const labels = `image,Male\n${people.map((name) => `${name}/${name}_0001.jpg,1\n`).join('')}`;
    const images = Object.fromEntries(people.map((name) => [`lfw/${name}/${name}_0001.jpg`, '']));
    const dev = {
      'peopleDevTrain.txt': '2\nAl_Gore\t1\nCy_Young\t1\n',
      'peopleDevTest.txt': '1\nBo_Derek\t1\n',
    };
    const folds = '10\n1\nAl_Gore\t1\n2\nBo_Derek\t1\nCy_Young\t1\n';
    it.each([
      ['of view 1', { ...dev, 'people.txt': folds }, ['training', 'test', 'training']],
      ['of view 2', { 'people.txt': folds }, ['fold 1', 'fold 2', 'fold 2']],
      [
        'of pairs of view 1',
        {
          'pairsDevTrain.txt': '1\nAl_Gore\t1\t1\nAl_Gore\t1\tCy_Young\t1\n',
          'pairsDevTest.txt': '1\nBo_Derek\t1\t1\n',
        },
        ['training', 'test', 'training'],
      ],
      [
        'of pairs of view 2',
        {
          'pairs.txt':
            '2\t1\nAl_Gore\t1\t1\nAl_Gore\t1\tAl_Gore\t1\nBo_Derek\t1\t1\nBo_Derek\t1\tCy_Young\t1\n',
        },
        ['fold 1', 'fold 2', 'fold 2'],
      ],
    ])('%s', async (_, files, expected) => {
      const found = await opened({ ...files, ...images, 'lfw.csv': labels });
      expect(found).toMatchObject({ kind: 'LFW', partitions: expected, remarks: [] });
    });

    it('say how many images they leave out, and do not touch other data sets', async () => {
      const more = `${labels}Zoe_X/Zoe_X_0001.jpg,0\n`;
      const found = await opened({
        ...dev,
        ...images,
        'lfw/Zoe_X/Zoe_X_0001.jpg': '',
        'lfw.csv': more,
      });
      expect(found.partitions.at(-1)).toBeUndefined();
      expect(found.remarks).toEqual([
        '1 image without a partition in peopleDevTrain.txt and peopleDevTest.txt',
      ]);
      const other = await opened({ ...dev, 'labels.csv': 'image,Male\n1.jpg,1\n', '1.jpg': '' });
      expect(other).toMatchObject({ partitions: [undefined], remarks: [] });
    });
  });

  it('MAAD-Face, whose names begin below a folder', async () => {
    const found = await opened({
      'MAAD_Face.csv':
        'Filename,Identity,Male,Asian\nn1/0_1.jpg,1,1,0\nn2/0_1.jpg,2,-1,-1\nn3/0_1.jpg,3,0,1\n',
      ...Object.fromEntries([1, 2, 3].map((i) => [`test/n${i}/0_1.jpg`, ''])),
    });
    expect(found).toMatchObject({ kind: 'MAAD-Face', frequencies: { Male: 0.5, Asian: 0.5 } });
  });

  it('FairFace: a table for each partition, and categories', async () => {
    const header = 'file,age,gender,race,service_test\n';
    const found = await opened({
      'fairface_label_train.csv': `${header}train/1.jpg,0-2,Male,White,True\ntrain/2.jpg,3-9,Female,Indian,False\n`,
      'fairface_label_val.csv': `${header}val/1.jpg,0-2,Female,Black,True\n`,
      'train/1.jpg': '',
      'train/2.jpg': '',
      'val/1.jpg': '',
    });
    expect(found).toMatchObject({
      kind: 'FairFace',
      images: ['train/1.jpg', 'train/2.jpg', 'val/1.jpg'],
      partitions: ['training', 'training', 'validation'],
    });
    for (const name of ['Male', 'race: Black', 'race: Indian'])
      expect(found.frequencies[name]).toBeCloseTo(1 / 3, 9);
    expect(found.dataset.table.groups.map(({ name }) => name)).toEqual(['age', 'race']);
    // A table without rows is named.
    await writeFile(join(found.folder, 'fairface_label_val.csv'), header);
    const { remarks } = await described(found.folder);
    expect(remarks).toContain('no row in fairface_label_val.csv');
  });

  it('UTKFace: labels in the names of the images', async () => {
    const found = await opened({
      'UTKFace/26_0_2_20170104023102422.jpg.chip.jpg': '',
      'UTKFace/71_1_0_20170104023102423.jpg.chip.jpg': '',
      'UTKFace/2_1_20170104023102424.jpg.chip.jpg': '',
    });
    expect(found.kind).toBe('UTKFace');
    for (const name of ['Male', 'age: 0-2', 'age: more than 70'])
      expect(found.frequencies[name]).toBeCloseTo(1 / 3, 9);
    expect(found.frequencies).toMatchObject({ 'race: Asian': 0.5, 'race: White': 0.5 });
    expect(found.remarks[0]).toMatch(/^1 name without a race, like 'UTKFace\/2_1_/);
  });

  it("FFHQ's labels by number", async () => {
    const found = await opened({
      'ffhq_aging_labels.csv':
        'image_number,age_group,age_group_confidence,gender,gender_confidence,head_pitch,glasses\n0,0-2,0.9,male,1,-8.2,None\n1001,30-39,1,female,0.9,3.5,Dark\n',
      'images/00000/00000.png': '',
      'images/01000/01001.png': '',
    });
    expect(found).toMatchObject({
      kind: 'FFHQ',
      frequencies: { 'age_group: 0-2': 0.5, Male: 0.5, 'glasses: None': 0.5 },
    });
    expect(found.remarks.join()).toMatch(/2 names matched by number/);
  });

  it("Hugging Face's imagefolder: metadata in each folder, with the same names", async () => {
    const found = await opened({
      'train/metadata.csv': 'file_name,Male\n1.jpg,1\n2.jpg,1\n',
      'val/metadata.csv': 'file_name,Male\n1.jpg,0\n',
      'train/1.jpg': '',
      'train/2.jpg': '',
      'val/1.jpg': '',
    });
    expect(found).toMatchObject({
      kind: 'Hugging Face',
      images: ['train/1.jpg', 'train/2.jpg', 'val/1.jpg'],
      partitions: ['training', 'training', 'validation'],
    });
    expect(found.frequencies.Male).toBeCloseTo(2 / 3, 9);
    const lines = await opened({
      'metadata.jsonl':
        '{"file_name":"x/1.jpg","Male":true}\n{"file_name":"x/2.jpg","Male":false}\n',
      'x/1.jpg': '',
      'x/2.jpg': '',
    });
    expect(lines.frequencies).toEqual({ Male: 0.5 });
  });

  it('a folder for each class, in folders of partitions or not', async () => {
    const found = await opened({
      'cat/1.jpg': '',
      'cat/2.jpg': '',
      'dog/1.jpg': '',
      'fox/1.jpg': '',
    });
    expect(found).toMatchObject({
      kind: 'class folders',
      frequencies: { 'class: cat': 0.5, 'class: dog': 0.25, 'class: fox': 0.25 },
    });
    const split = await opened({
      'train/male/1.jpg': '',
      'train/female/1.jpg': '',
      'test/male/2.jpg': '',
    });
    expect(split.frequencies.Male).toBeCloseTo(2 / 3, 9);
    expect([...split.partitions].sort()).toEqual(['test', 'training', 'training']);
    await expect(opened({ 'a.jpg': '', 'b/c.jpg': '' })).rejects.toThrow(
      /a folder for each of 2 to 50 classes/,
    );
  });

  it('tables for each partition, or below the folder', async () => {
    const tables = {
      'labels_train.csv': 'image,Male\n1.jpg,1\n',
      'labels_test.csv': 'image,Male\n2.jpg,0\n',
    };
    const found = await opened({ ...tables, 'images/1.jpg': '', 'images/2.jpg': '' });
    expect(found.partitions).toEqual(['test', 'training']);
    const below = await opened({
      'annotations/labels.tsv': 'image\tMale\nimg/1.jpg\t1\n',
      'img/1.jpg': '',
    });
    expect(below.images).toEqual(['img/1.jpg']);
    await rename(join(below.folder, 'annotations'), join(below.folder, 'deep'));
    expect((await described(below.folder)).frequencies).toEqual({ Male: 1 });
  });

  it('labels beside a table that only seems to hold partitions, which is said', async () => {
    const found = await opened({
      'labels.csv': 'image,Male\n1.jpg,1\n2.jpg,0\n3.jpg,0\n',
      'with-splits.csv': 'image,split,Male\n1.jpg,train,1\n2.jpg,other,0\n3.jpg,other,0\n',
      ...FACES('images'),
    });
    expect(found.partitions).toEqual([undefined, undefined, undefined]);
    expect(found.remarks.join()).toMatch(
      /with-splits.csv is taken for no table of partitions: .*line 3: expected a name and 0, 1 or 2/,
    );
  });

  it('a table of .parquet that holds no images, beside them or alone', async () => {
    const folder = await temporaryFolder();
    const columnData = [
      { name: 'file_name', data: ['1.jpg', '2.jpg', '3.jpg'] },
      { name: 'Male', data: [1, 0, 0] },
    ];
    const table = join(folder, 'labels.parquet');
    await writeFile(table, Buffer.from(parquetWriteBuffer({ columnData })));
    for (const place of [folder, table]) {
      const { parts, table: labels } = await openDataset(place, undefined, OPTIONS);
      expect(parts.images).toBeUndefined();
      expect(labels.images).toEqual(['1.jpg', '2.jpg', '3.jpg']);
    }
    await writeFiles(folder, FACES('images'));
    expect((await described(folder)).images).toHaveLength(3);
  });

  it('a table of all rows beside those of the partitions', async () => {
    const found = await opened({
      'labels.csv': 'image,Male\n1.jpg,1\n2.jpg,0\n',
      'labels_train.csv': 'image,Male\n1.jpg,1\n',
      '1.jpg': '',
      '2.jpg': '',
    });
    expect(found.partitions).toEqual(['training', undefined]);
  });

  it('names that begin with the partition', async () => {
    const found = await opened({
      'labels.csv': 'image,Male\ntrain/1.jpg,1\ntest/1.jpg,0\n',
      'train/1.jpg': '',
      'test/1.jpg': '',
    });
    expect(found.partitions).toEqual(['training', 'test']);
  });

  it('a column of partitions, and a table of them', async () => {
    const rows = [0, 1, 2].map((i) => `${i}.jpg,${i},1`).join('\n');
    const images = Object.fromEntries([0, 1, 2].map((i) => [`${i}.jpg`, '']));
    const found = await opened({ ...images, 'labels.csv': `image,partition,Male\n${rows}\n` });
    expect(found.partitions).toEqual(['training', 'validation', 'test']);
    const joined = await opened({
      ...images,
      'labels.csv': 'image,Male\n0.jpg,1\n1.jpg,0\n2.jpg,1\n',
      'splits.csv': 'image,split\n0.jpg,train\n1.jpg,val\n2.jpg,test\n',
    });
    expect(joined.partitions).toEqual(['training', 'validation', 'test']);
  });
});

describe('.parquet files', () => {
  const parquet = (columnData: ParquetWriteOptions['columnData'], options = {}) =>
    Buffer.from(parquetWriteBuffer({ columnData, ...options }));

  it('with columns of labels beside images of other files', async () => {
    const folder = await temporaryFolder();
    await writeFiles(folder, { 'a.jpg': '', 'b.jpg': '' });
    await writeFile(
      join(folder, 'metadata.parquet'),
      parquet([
        { name: 'file_name', data: ['a.jpg', 'b.jpg'], type: 'STRING' },
        { name: 'Male', data: [true, false], type: 'BOOLEAN' },
        { name: 'Smiling', data: [0.25, null], type: 'DOUBLE' },
        { name: 'Bald', data: [0, 1], type: 'INT32' },
        { name: 'big', data: [1n, 0n], type: 'INT64' },
        { name: 'race', data: ['White', 'Black'], type: 'STRING' },
      ]),
    );
    const { dataset, kind } = await described(folder);
    expect(kind).toBe('Hugging Face');
    expect(dataset.table.attributes).toEqual([
      'Male',
      'Smiling',
      'Bald',
      'big',
      'race: Black',
      'race: White',
    ]);
    expect([...dataset.table.values]).toEqual([1, 0.25, 0, 1, 0, 1, 0, NaN, 1, 0, 1, 0]);
  });

  it('with images inside, several for one data set, and names of classes', async () => {
    const folder = await temporaryFolder();
    const classes = {
      info: { features: { emotion: { names: ['sad', 'glad'], _type: 'ClassLabel' } } },
    };
    for (const [split, label] of [
      ['train', 0],
      ['test', 1],
    ] as const) {
      await writeFiles(folder, { 'data/readme.md': '' });
      await writeFile(
        join(folder, 'data', `${split}-00000-of-00001.parquet`),
        parquet(
          [
            { name: 'image', data: [Buffer.from('one'), Buffer.from('two')], type: 'BYTE_ARRAY' },
            { name: 'emotion', data: [label, 1], type: 'INT64' },
          ].map((column) => ({
            ...column,
            data:
              column.type === 'INT64'
                ? column.data.map((value) => BigInt(Number(value)))
                : column.data,
          })) as ParquetWriteOptions['columnData'],
          { kvMetadata: [{ key: 'huggingface', value: JSON.stringify(classes) }] },
        ),
      );
    }
    const { partitions, frequencies } = await described(folder);
    expect(partitions).toEqual(['test', 'test', 'training', 'training']);
    expect(frequencies).toEqual({ 'emotion: glad': 0.75, 'emotion: sad': 0.25 });
    const alone = await openDataset(
      join(folder, 'data', 'test-00000-of-00001.parquet'),
      undefined,
      OPTIONS,
    );
    expect(alone.table.images).toHaveLength(2);
    expect(alone.pathOf(1)).toBeDefined();
  });

  it('that is damaged is refused with the reason', async () => {
    const folder = await temporaryFolder();
    const whole = parquet([
      { name: 'image', data: ['a.jpg'], type: 'STRING' },
      { name: 'Male', data: [1], type: 'INT32' },
    ]);
    const file = join(folder, 'a.parquet');
    for (let end = 4; end < whole.length; end += 7) {
      await writeFile(file, whole.subarray(0, end));
      await expect(openLabels(file)).rejects.toThrow(/^cannot read the labels '.*a.parquet': /);
    }
  });
});

describe('findLabels', () => {
  it('finds the labels that images have, not those that were inferred', async () => {
    const folder = await temporaryFolder();
    await writeFiles(folder, { 'img/1.jpg': '', 'faces.csv': '' });
    expect(await findLabels(folder)).toBeUndefined();
    await writeFiles(folder, { 'labels.tsv': '' });
    expect(await findLabels(folder)).toBe(join(folder, 'labels.tsv'));
    await writeFiles(folder, { 'CelebAMask-HQ-attribute-anno.txt': '' });
    expect(await findLabels(join(folder, 'img'))).toBe(
      join(folder, 'CelebAMask-HQ-attribute-anno.txt'),
    );
    const tables = await temporaryFolder();
    await writeFiles(tables, { 'train.csv': '', 'val.csv': '' });
    expect(await findLabels(tables)).toBe(tables);
    await writeFiles(tables, { 'other.csv': '' });
    expect(await findLabels(tables)).toBeUndefined();
  });
});
