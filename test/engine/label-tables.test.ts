/** Labels made of what a person marked: they go back in as labels. */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readLabels } from '../../src/datasets/labels';
import { matchNames } from '../../src/datasets/match-names';
import { analysisSettings, clusteringSettings } from '../../src/domain/settings';
import { reportScript } from '../../src/engine/bundled-files';
import { rowsOfRun } from '../../src/engine/jobs/face-rows';
import { writeLabels } from '../../src/engine/jobs/label-tables';
import type { OpenRun } from '../../src/engine/open-runs';
import type { FileContent } from '../../src/util/file-content';
import { bundled, settingsWith, startEngine } from '../support/engine';
import { PORTRAITS, ROOT, temporaryFolder } from '../support/images';
import { faceRows } from '../support/face-rows';

interface Content {
  images: string[];
  face?: number[];
  attributes?: string[];
  notFaces?: number[];
  /** By attribute, then by row. */
  marks: Record<string, [row: number, value: boolean][]>;
}

/** A run with one folder, in which every attribute is inferred to be present. */
function runOf({ images, face, attributes = ['Male', 'Young'], notFaces = [], marks }: Content) {
  const run = {
    manifest: { folders: ['/photos'], modelAttributes: attributes },
    probabilities: new Float32Array(images.length * attributes.length).fill(1),
    faces: {
      folder: images.map(() => 0),
      image: images,
      face: face ?? images.map(() => 0),
      box: images.map(() => null),
      score: images.map(() => null),
      rawPaths: {},
    },
    corrections: {
      notFaces: new Set(notFaces),
      attributes: new Map(Object.entries(marks).map(([name, rows]) => [name, new Map(rows)])),
    },
  } as unknown as OpenRun;
  const { clustering } = faceRows(images);
  const settings = clusteringSettings(settingsWith());
  const stored = { ...clustering, clustering: { ...clustering.clustering, settings } };
  return { run, rows: rowsOfRun(run, stored) };
}

/** The tables of a run, read back: the labels of each image, null where there is none. */
async function tablesOf(content: Content) {
  const { run, rows } = runOf(content);
  const folder = await temporaryFolder();
  const write = async (name: string, text: FileContent) => {
    await writeFile(join(folder, name), Buffer.concat([...(text as Iterable<Uint8Array>)]));
  };
  const notices = await writeLabels(write, run, rows);
  const read = async (name: string) => {
    const table = await readLabels(join(folder, name));
    const images = content.images.map((image) => ({ name: image, path: `/photos/${image}` }));
    const { rowOf, remarks } = matchNames(table, images);
    const width = table.attributes.length;
    const labels = Array.from(rowOf, (row) =>
      row < 0
        ? null
        : Array.from(table.values.subarray(row * width, (row + 1) * width), (value) =>
            Number.isNaN(value) ? null : value,
          ),
    );
    return { attributes: table.attributes, labels, remarks };
  };
  return { notices, read, files: await readdir(folder) };
}

describe('label tables', () => {
  it('hold what was marked, and with it what was inferred of the rest', async () => {
    const { read, notices } = await tablesOf({
      images: ['a.jpg', 'b/c.jpg', 'd.jpg', 'e.jpg'],
      notFaces: [3],
      marks: { Young: [[0, false], [1, true], [3, true]] }, // prettier-ignore
    });
    expect(await read('labels.csv')).toEqual({
      attributes: ['Young'],
      labels: [[0], [1], null, null],
      remarks: [],
    });
    expect(await read('labels-complete.csv')).toEqual({
      attributes: ['Male', 'Young'],
      labels: [[1, 0], [1, 1], [1, 1], null],
      remarks: [],
    });
    expect(notices).toEqual([
      'labels.csv and labels-complete.csv leave out 1 image whose most prominent face was marked as none',
    ]);
  });

  it('are of the most prominent faces, and say of how many others they are not', async () => {
    const { read, notices } = await tablesOf({
      images: ['a.jpg', 'a.jpg', 'b.jpg'],
      face: [0, 1, 0],
      marks: { Male: [[1, false], [2, false]], Young: [[2, true]] }, // prettier-ignore
    });
    expect((await read('labels.csv')).labels.at(-1)).toEqual([0, 1]);
    expect(notices).toEqual([
      'labels.csv and labels-complete.csv leave out what was marked of 1 face in images with a more prominent one, as labels are of images',
    ]);
  });

  it('are not written where nothing was marked', async () => {
    expect((await tablesOf({ images: ['a.jpg'], marks: {} })).files).toEqual([]);
  });

  it('find their images again, whatever these are called', async () => {
    const part = fc
      .string({ unit: 'grapheme', minLength: 1, maxLength: 12 })
      .map((text) => text.normalize('NFC').replaceAll(/[/\\\0]/g, '_'))
      .filter((text) => text !== '.' && text !== '..');
    const hostile = fc.constantFrom('=1+1', '-2', '@x', ' a ', 'a,b', 'a "b"', 'a\nb', 'none', '1');
    const name = fc
      .tuple(fc.option(fc.oneof(part, hostile)), fc.oneof(part, hostile))
      .map(([folder, file]) => (folder === null ? `${file}.jpg` : `${folder}/${file}.jpg`));
    const key = (image: string) => basename(image).toLowerCase().normalize('NFC');
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(name, { minLength: 2, maxLength: 6, selector: key }),
        fc.boolean(),
        async (images, value) => {
          const marks = { Male: images.map((_, row): [number, boolean] => [row, value]) };
          const { read } = await tablesOf({ images, marks });
          const { labels } = await read('labels.csv');
          expect(labels).toEqual(images.map(() => [Number(value)]));
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('an export after corrections', () => {
  it('gives labels that evaluate and dataset read as they were marked', async () => {
    const engine = startEngine();
    const runDir = join(await temporaryFolder(), 'run');
    const settings = analysisSettings(settingsWith({ limit: 12 }));
    const params = { runDir, id: 'test', folders: [PORTRAITS], settings, bundled, storeDir: null };
    await engine.call('analyze', params);
    const chosen = clusteringSettings(settingsWith({ clusters: 2 }));
    await engine.call('cluster', { runDir, settings: chosen });
    const mark = (rows: number[], value: boolean) =>
      engine.call('correct', {
        runDir,
        request: { kind: 'attribute', rows, attribute: 'Eyeglasses', value },
      });
    await mark([0, 2], true);
    await mark([5], false);
    await engine.call('correct', { runDir, request: { kind: 'notFace', rows: [1], value: true } });
    const outDir = join(await temporaryFolder(), 'out');
    const { files } = await engine.call('export', {
      runDir,
      outDir,
      reportScript: reportScript(ROOT),
    });
    expect(files).toEqual(expect.arrayContaining(['labels.csv', 'clusters/not-faces/montage.jpg']));
    expect((await readFile(join(outDir, 'faces.csv'), 'utf8')).split('\n')[1]).toMatch(
      /,Eyeglasses$/,
    );

    const labels = join(outDir, 'labels.csv');
    const evaluation = await engine.call('evaluate', {
      folder: PORTRAITS,
      labels,
      split: '',
      settings: analysisSettings(settingsWith()),
      bundled,
      degraded: 0,
    });
    expect(evaluation.faces).toBe(3);
    expect(Object.keys(evaluation.perAttribute)).toEqual(['Eyeglasses']);
    const { truePositives, falseNegatives } = evaluation.perAttribute.Eyeglasses!.counts;
    expect(truePositives + falseNegatives).toBe(2);

    const complete = join(outDir, 'labels-complete.csv');
    const { attributes, values } = await readLabels(complete);
    expect(attributes).toHaveLength(40);
    expect(values).toHaveLength(40 * 11);
    const report = await engine.call('dataset', {
      folder: PORTRAITS,
      labels: complete,
      options: { attributes: [], drop: [], dropZero: 0, seed: 0 },
      samples: 1,
      outDir: join(await temporaryFolder(), 'dataset'),
    });
    expect(report).toMatchObject({ rows: 11 });
  });
});

describe('an evaluation', () => {
  it('leaves out, and names, attributes of which no face has a label', async () => {
    const engine = startEngine();
    const outDir = join(await temporaryFolder(), 'evaluation');
    const labels = join(await temporaryFolder(), 'labels.csv');
    const names = (await readdir(join(PORTRAITS, 'female'))).slice(0, 5);
    const values = ['test,,0,', 'test,,1,', 'test,,,', 'test,,,', 'train,0,1,1'];
    const rows = names.map((name, i) => `female/${name},${values[i]!}`);
    await writeFile(labels, ['image,split,Male,Smiling,Young', ...rows, ''].join('\n'));
    const params = {
      folder: PORTRAITS,
      labels,
      split: 'test',
      settings: analysisSettings(settingsWith()),
      bundled,
      degraded: 1,
      outDir,
    };
    const { perAttribute, notices, accuracy } = await engine.call('evaluate', params);
    expect(Object.keys(perAttribute)).toEqual(['Smiling']);
    expect(perAttribute.Smiling).toMatchObject({ labeled: 2, wrong: 2 * (1 - accuracy) });
    expect(notices).toContainEqual('there is no label of Male, Young among 4 faces');
    for (const file of ['accuracy.svg', 'wrong.svg', 'wrong-of-predicted.svg'])
      expect(await readFile(join(outDir, file), 'utf8'), file).not.toMatch(/NaN|Young/);
    expect(await readFile(join(outDir, 'wrong.svg'), 'utf8'), 'of those with labels').toContain(
      `${((1 - accuracy) * 100).toFixed(2)} %`,
    );

    const others = rows.map((row) => row.replace(/^(.+,test),.*/, '$1,,,'));
    await writeFile(labels, ['image,split,Male,Smiling,Young', ...others, ''].join('\n'));
    await expect(engine.call('evaluate', { ...params, overwrite: true })).rejects.toThrow(
      /there is no label of .+ among 4 faces/,
    );
  });
});
