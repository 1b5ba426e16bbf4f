/** Results that load anywhere: what is written, by its schemas, and repeating it. */
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Ajv2020 from 'ajv/dist/2020';
import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { CELEBA_ATTRIBUTES } from '../../src/domain/attributes';
import type { ResultKind } from '../../src/results/provenance';
import { RESULT_SCHEMAS } from '../../src/results/schemas';
import { cli } from '../support/engine';
import { PORTRAITS, temporaryFolder } from '../support/images';

const FAST = ['--provider', 'cpu', '--detect', 'never'];

const json = async (file: string) =>
  JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>;
const table = async (file: string) =>
  parse<Record<string, string>>(await readFile(file), { columns: true, bom: true });

/** A table of labels of portraits: every third has an attribute, another third has another. */
async function labelsOf(folder: string): Promise<string> {
  const names = (await readdir(join(PORTRAITS, 'female'))).map((name) => `female/${name}`);
  const lines = names.map((name, i) => [
    name,
    i % 2 === 0 ? 'train' : 'test',
    ...CELEBA_ATTRIBUTES.map((_, a) => ((i + a) % 3 === 0 ? 1 : 0)),
  ]);
  const file = join(folder, 'labels.csv');
  await writeFile(file, [['image', 'split', ...CELEBA_ATTRIBUTES], ...lines].join('\n'));
  return file;
}

/** Runs a command, which has to succeed. @returns what it prints. */
async function run(...args: string[]): Promise<string> {
  const { status, stdout, stderr } = await cli(...args);
  expect(status, stderr).toBe(0);
  return stdout;
}

/** Files of a folder, without the marker, by their names. */
async function filesOf(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && entry.name !== '.face-clusters.json')
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
}

/** The bytes of a file but for times, and for what came from the cache. */
async function withoutTimes(file: string): Promise<string> {
  const text = await readFile(file, 'latin1');
  return /\.(json|html)$/.test(file)
    ? text
        .replaceAll(/"createdAt":\s*"[^"]*"/g, '"createdAt"')
        .replaceAll(/"timing":\s*\{[^}]*\}/g, '"timing"')
        .replaceAll(/"seconds":\s*[\d.e-]+/g, '"seconds"')
        .replaceAll(/"known":\s*\d+/g, '"known"')
    : text
        .replaceAll(/^(\w+(?:,[^,\n]*){4}),\d+\.\d{4},(\d+)$/gm, '$1,$2') // comparison.csv
        .replaceAll(/\d+\.\d+ s\b/g, 's'); // comparison.svg
}

let folder: string;
/** Arguments without --out, by the kind of their result and what is special about them. */
let commands: Record<string, [ResultKind, string[]]>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'face-clusters-test-'));
  const given = join(folder, 'given');
  await mkdir(given);
  const labels = await labelsOf(given);
  const vectors = join(folder, 'vectors.csv');
  const rows = Array.from({ length: 60 }, (_, i) => [
    `${i}.jpg`,
    i % 2,
    (i >> 1) % 2,
    (i >> 2) % 2,
  ]);
  await writeFile(
    vectors,
    [['image', 'Male', 'a,b', 'Tall'].map((each) => `"${each}"`), ...rows].join('\n'),
  );
  commands = {
    images: [
      'clusters',
      [
        'cluster',
        PORTRAITS,
        '--limit',
        '20',
        '--clusters',
        '4',
        '--formats',
        'csv,jsonl,parquet',
        ...FAST,
      ],
    ],
    judged: [
      'clusters',
      [
        'cluster',
        PORTRAITS,
        '--include',
        'female/**',
        '--clusters',
        'auto',
        '--auto-to',
        '4',
        ...FAST,
      ].concat(['--labels', labels, '--seeds', '2', '--method', 'agglomerative']),
    ],
    vectors: [
      'clusters',
      ['cluster', '--vectors', vectors, '--sample', '40', '--seed', '3', '--clusters', '3'].concat([
        '--attributes',
        '["Male","a,b"]',
        '--weights',
        '{"a,b":2}',
      ]),
    ],
    methods: [
      'comparison',
      ['compare', '--vectors', vectors, '--attributes', 'Male,Tall', '--to', '4'],
    ],
    photos: [
      'comparison',
      ['compare', PORTRAITS, '--limit', '12', '--to', '3', '--methods', 'kmeans,birch', ...FAST],
    ],
    dataset: [
      'dataset',
      ['dataset', given, '--labels', labels, '--sample', '3', '--drop', 'Blurry'],
    ],
    evaluation: [
      'evaluation',
      ['evaluate', PORTRAITS, '--labels', labels, '--split', 'train', '--degraded', '2', ...FAST],
    ],
  };
});

afterAll(() => rm(folder, { recursive: true, force: true }));

const CASES = ['images', 'judged', 'vectors', 'methods', 'photos', 'dataset', 'evaluation'];

describe.each(CASES)('the results of %s', (name) => {
  it('are those of their schema, and are repeated to the same bytes but for times', async () => {
    const [kind, args] = commands[name]!;
    const out = join(folder, name);
    await run(...args, '--out', out);
    const file = join(out, `${kind}.json`);
    const content = await json(file);
    const schema = RESULT_SCHEMAS[kind];
    // The schema has every field: parsing drops others.
    expect(schema.parse(content)).toEqual(content);
    const validate = new Ajv2020({ validateFormats: false }).compile(z.toJSONSchema(schema));
    expect(validate(content), JSON.stringify(validate.errors)).toBe(true);

    const again = join(folder, `${name}-again`);
    expect(await run('repeat', file, '--out', again)).toContain('the results are those of');
    expect(await filesOf(again)).toEqual(await filesOf(out));
    for (const each of await filesOf(out))
      expect(
        (await withoutTimes(join(again, each))) === (await withoutTimes(join(out, each))),
        each,
      ).toBe(true);
  });
});

describe('every JSON of results', () => {
  it('says what made it', async () => {
    const of = (name: string) => json(join(folder, name, `${commands[name]![0]}.json`));
    for (const name of CASES) {
      const content = await of(name);
      expect(content.program, name).toEqual({
        name: 'face-clusters',
        version: expect.any(String) as string,
      });
      expect(Date.parse(content.createdAt as string), name).toBeGreaterThan(Date.now() - 1e6);
      expect(content.command, name).toMatch(/^face-clusters (cluster|compare|dataset|evaluate) /);
    }
    for (const name of ['images', 'photos', 'evaluation'])
      expect(await of(name), name).toMatchObject({
        model: expect.stringMatching(/\.onnx$/) as string,
        modelSha256: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
        detection: { searched: false },
      });
    expect(await of('vectors')).toMatchObject({ model: null, seed: 3, parameters: { sample: 40 } });
    expect(await of('evaluation')).toMatchObject({ split: 'train', seed: 51 });
  });
});

describe('face-clusters repeat', () => {
  it('says what differs', async () => {
    const before = await json(join(folder, 'vectors', 'clusters.json'));
    const changed = join(folder, 'changed.json');
    await writeFile(
      changed,
      JSON.stringify({ ...before, faces: 7, program: { name: 'face-clusters', version: '0.0.1' } }),
    );
    const again = join(folder, 'vectors-again');
    const { status, stdout, stderr } = await cli('repeat', changed, '--out', again);
    expect([status, stderr]).toEqual([3, '']);
    expect(stdout).toContain('note: the results differ');
    expect(stdout).toContain('faces: 7 → 40');
    expect(stdout).toMatch(/program.version: "0.0.1" → "/);
  });

  it('refuses what is no result', async () => {
    const { status, stderr } = await cli(
      'repeat',
      join(folder, 'given', 'labels.csv'),
      '--out',
      folder,
    );
    expect(status).toBe(1);
    expect(stderr).toMatch(/cannot repeat .*labels\.csv.*got no JSON/);
  });
});

describe('a number of images for each folder', () => {
  const [female, male] = [join(PORTRAITS, 'female'), join(PORTRAITS, 'male')];
  const imagesOf = async (...args: string[]) => {
    const out = await temporaryFolder();
    await run('cluster', ...args, '--clusters', '2', ...FAST, '--out', out);
    return (await table(join(out, 'faces.csv'))).map(({ path }) => path);
  };

  it('chooses of each what is chosen of it alone', async () => {
    const both = await imagesOf(female, male, '--limit', '20,10', '--sample', '6,4');
    expect(both).toEqual([
      ...(await imagesOf(female, '--limit', '20', '--sample', '6')),
      ...(await imagesOf(male, '--limit', '10', '--sample', '4')),
    ]);
    expect(both).toHaveLength(10);
  });

  it('is refused where there is not one for each', async () => {
    for (const [args, message] of [
      [
        [female, male, '--sample', '1,2,3'],
        /'sample' has 3 numbers \(1, 2, 3\), and there are 2 folders/,
      ],
      [[female, '--limit', '1,2'], /'limit' has 2 numbers \(1, 2\), and there is one folder/],
      [[female, '--sample', '1,x'], /--sample is \[1,"x"\]: expected a whole number/],
    ] as const) {
      const { status, stderr } = await cli(
        'cluster',
        ...args,
        ...FAST,
        '--out',
        join(folder, 'no'),
      );
      expect(status).not.toBe(0);
      expect(stderr).toMatch(message);
    }
  });
});

describe('face-clusters evaluate', () => {
  it('writes the predictions that its counts are of', async () => {
    const out = join(folder, 'evaluation');
    const predictions = await table(join(out, 'predictions.csv'));
    const { perAttribute, faces } = (await json(join(out, 'evaluation.json'))) as {
      faces: number;
      perAttribute: Record<string, { counts: Record<string, number>; wrong: number }>;
    };
    expect(predictions).toHaveLength(faces);
    expect(new Set(predictions.map(({ split }) => split))).toEqual(new Set(['train']));
    for (const [name, { counts, wrong }] of Object.entries(perAttribute)) {
      const numberOf = (label: string, predicted: string) =>
        predictions.filter(
          (row) => row[`${name}_label`] === label && row[`${name}_predicted`] === predicted,
        ).length;
      expect(counts, name).toEqual({
        truePositives: numberOf('1', '1'),
        falsePositives: numberOf('0', '1'),
        falseNegatives: numberOf('1', '0'),
        trueNegatives: numberOf('0', '0'),
      });
      expect(wrong).toBe(numberOf('1', '0') + numberOf('0', '1'));
    }
    const wrongOf = (row: Record<string, string>) =>
      CELEBA_ATTRIBUTES.filter((name) => row[`${name}_label`] !== row[`${name}_predicted`]).length;
    expect(predictions.map(({ wrong }) => Number(wrong))).toEqual(predictions.map(wrongOf));
    const sheet = await readFile(join(out, 'predictions.svg'), 'utf8');
    expect(sheet.match(/<image /g)).toHaveLength(Math.min(24, faces));
  });

  it('names the images that cannot be used', async () => {
    const images = join(folder, 'some');
    await mkdir(images);
    await writeFile(join(images, 'a.jpg'), await readFile(join(PORTRAITS, 'female', '1.jpg')));
    await writeFile(join(images, 'b.jpg'), 'no image');
    await writeFile(join(folder, 'some.csv'), 'image,Male\na.jpg,0\nb.jpg,1\n');
    const out = join(folder, 'evaluated');
    await run('evaluate', images, '--labels', join(folder, 'some.csv'), ...FAST, '--out', out);
    expect(await json(join(out, 'evaluation.json'))).toMatchObject({
      images: { labelled: 2, read: 1, failed: 1 },
      failures: [{ image: 'b.jpg', reason: expect.stringContaining('not an image') as string }],
      faceless: [],
    });
  });
});
