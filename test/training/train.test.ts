/**
 * A whole training, small: explored, trained, resumed, tested, exported, and run in the extension's
 * engine. On attributes of one's own.
 */
import { execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DatasetReport } from '../../src/domain/dataset';
import type { Evaluation } from '../../src/domain/evaluation';
import { readModelMetadata } from '../../src/networks/model-metadata';
import { cli } from '../support/engine';
import { PORTRAITS, ROOT, temporaryFolder, writeFiles } from '../support/images';
import { hasModules, PYTHON, python } from '../support/python';

const MODULES = ['torch', 'torchvision', 'onnx', 'PIL', 'tqdm', 'matplotlib'];
const PACKAGES = [
  'python3-torchvision',
  'python3-onnx',
  'python3-pil',
  'python3-tqdm',
  'python3-matplotlib',
];
const isThere = hasModules(MODULES, 'the test of training', PACKAGES);

interface LogLine {
  epoch: string;
  loss: string;
  first: string;
  last: string;
}

// A loaded machine takes minutes for a training.
describe.skipIf(!isThere)('training', { timeout: 600_000 }, () => {
  let work: string;
  let data: string[];
  const small = ['--size', '64x80', '--batch', '8', '--threads', '1'];

  /** The portraits labelled by the bundled network, under names that are not CelebA's. */
  beforeAll(async () => {
    work = await mkdtemp(join(tmpdir(), 'face-clusters-training-'));
    const found = await cli(
      'cluster',
      PORTRAITS,
      '--out',
      join(work, 'found'),
      '--detect',
      'never',
      '--provider',
      'cpu',
    );
    expect(found.status).toBe(0);
    const faces = parse<Record<string, string>>(await readFile(join(work, 'found', 'faces.csv')), {
      columns: true,
    });
    const rows = faces.map((face) =>
      [face.image, face.Male!, face.Smiling!, face.Young!].map((v, i) =>
        i === 0 ? v : Math.round(Number(v)),
      ),
    );
    await writeFile(
      join(work, 'labels.csv'),
      ['image,Bearded_Or_Not,Cheerful,Fresh', ...rows.map((row) => row.join(',')), ''].join('\n'),
    );
    // Each image six times: an epoch of some steps, of a few seconds. A plain table is read as it is.
    const many = Array.from({ length: 6 }, () => rows).flat();
    await writeFile(
      join(work, 'many.csv'),
      [
        'image,split,person,Bearded_Or_Not,Cheerful,Fresh',
        ...many.map(([image, ...labels]) => [image, '', '', ...labels].join(',')),
        '',
      ].join('\n'),
    );
    data = [
      '--data',
      join(work, 'labels.csv'),
      '--images',
      PORTRAITS,
      '--cache',
      join(work, 'cache'),
    ];
  });

  afterAll(() => rm(work, { recursive: true, force: true }));

  const log = async (run: string) =>
    parse<LogLine>(await readFile(join(work, run, 'log.csv')), { columns: true });

  it('explores, trains with a loss that falls, tests and exports what the engine runs, agreeing', async () => {
    const explored = await python('explore.py', [
      ...data.slice(0, 4),
      '--out',
      join(work, 'explored'),
    ]);
    expect(explored).toMatch(/72 rows, 3 attributes/);
    expect(await readdir(join(work, 'explored'))).toEqual(
      expect.arrayContaining(['correlation.png', 'faces.png', 'frequencies.png']),
    );

    const many = ['--data', join(work, 'many.csv'), ...data.slice(2)];
    await python('train.py', [...many, ...small, '--epochs', '2', '--out', join(work, 'run')]);
    const [first, second] = await log('run');
    // Of whole epochs: within one it hangs on how a processor rounds.
    expect(Number(second!.loss)).toBeLessThan(0.9 * Number(first!.loss));
    expect(await readdir(join(work, 'run'))).toEqual(
      expect.arrayContaining([
        'augmentations.png',
        'best.pt',
        'calibration.json',
        'curves.png',
        'last.pt',
        'log.csv',
        'validation.json',
      ]),
    );

    const weights = join(work, 'run', 'best.pt');
    await python('test.py', [
      weights,
      ...data,
      '--split',
      'train',
      '--degraded',
      '20',
      '--out',
      join(work, 'test'),
    ]);
    const narrow = join(work, 'narrow', 'best.pt');
    const narrowed = await python('narrow.py', [
      weights,
      ...data,
      '--widths',
      '16,48',
      '--steps',
      '3',
      '--threads',
      '1',
      '--out',
      narrow,
    ]);
    expect(narrowed).toMatch(/block 2: 48 of 96 channels/);
    await python('export.py', [
      narrow,
      ...data,
      '--out',
      join(work, 'narrow'),
      '--calibrate-on',
      '40',
    ]);
    await python('export.py', [
      weights,
      ...data,
      '--out',
      join(work, 'export'),
      '--calibrate-on',
      '40',
    ]);
    expect(await readFile(join(work, 'export', 'model-card.md'), 'utf8')).toContain(
      'Bearded_Or_Not, Cheerful, Fresh',
    );

    // The files say by themselves what they are.
    const model = join(work, 'export', 'face-attributes.f32.onnx');
    const metadata = await readModelMetadata(model);
    expect(metadata).toMatchObject({
      attributes: ['Bearded_Or_Not', 'Cheerful', 'Fresh'],
      framing: { width: 64, height: 80, stretch: false },
    });
    expect(metadata.thresholds!.balanced).toHaveLength(3);
    for (const kind of ['f32', 'f16', 'int8']) {
      const out = join(work, `clusters-${kind}`);
      const file = join(work, 'export', `face-attributes.${kind}.onnx`);
      const run = await cli(
        'cluster',
        PORTRAITS,
        '--out',
        out,
        '--model',
        file,
        '--detect',
        'never',
        '--provider',
        'cpu',
        '--clusters',
        '3',
      );
      expect(run.stderr).toBe('');
      expect(run.stdout).toContain('72 faces in 72 of 72 images');
      const [header] = parse(await readFile(join(out, 'faces.csv')), { columns: false });
      expect(header!.filter((name) => name.endsWith('_present'))).toEqual([
        'Bearded_Or_Not_present',
        'Cheerful_present',
        'Fresh_present',
      ]);
    }

    // Tested by Python on the weights and by the engine on the file: the same definitions, pixels
    // within rounding.
    const tested = JSON.parse(
      await readFile(join(work, 'test', 'evaluation.json'), 'utf8'),
    ) as Evaluation & { agreement: unknown[] };
    const images = new Set((await trainImages(work)).map((name) => name));
    const all = parse(await readFile(join(work, 'labels.csv')), { columns: false });
    const rows = all.map((row, i) =>
      [row[0], i === 0 ? 'split' : images.has(row[0]!) ? 'train' : 'other', ...row.slice(1)].join(
        ',',
      ),
    );
    await writeFile(join(work, 'with-splits.csv'), `${rows.join('\n')}\n`);
    const evaluated = await cli(
      'evaluate', PORTRAITS, '--labels', join(work, 'with-splits.csv'), '--split', 'train', '--model', model, '--detect', 'never',
      '--provider', 'cpu', '--out', join(work, 'evaluated'), '--degraded', '20',
    ); // prettier-ignore
    expect(evaluated.stderr).toBe('');
    const own = JSON.parse(
      await readFile(join(work, 'evaluated', 'evaluation.json'), 'utf8'),
    ) as Evaluation;
    expect(own.faces).toBe(tested.faces);
    for (const key of [
      'accuracy',
      'balancedAccuracy',
      'averagePrecision',
      'calibrationError',
      'majorityAccuracy',
    ] as const) {
      expect(Math.abs(own[key]! - tested[key]!), key).toBeLessThan(0.03);
    }
    expect(own.balancedThresholds!.accuracy).toBeCloseTo(tested.balancedThresholds!.accuracy, 1);
    expect(own.robustness).toHaveLength(tested.agreement.length);
  });

  /** Images of the training part, as train.py draws it. */
  async function trainImages(folder: string): Promise<string[]> {
    const code = [
      'import sys, pathlib; sys.path.insert(0, sys.argv[1])',
      'from faces.tables import read_table; from faces.dataset import with_parts',
      "t = with_parts(read_table(*map(pathlib.Path, sys.argv[2:])), 0.1, 1); print('\\n'.join(n for n, s in zip(t.images, t.splits) if s == 'train'))",
    ];
    const { stdout } = await promisify(execFile)(PYTHON, [
      '-c',
      code.join('\n'),
      join(ROOT, 'training'),
      join(folder, 'labels.csv'),
      PORTRAITS,
    ]);
    return stdout.trim().split('\n');
  }

  it('killed after an epoch goes on as if it had not been', async () => {
    const options = [...data, ...small, '--epochs', '2', '--seed', '5'];
    await python('train.py', [...options, '--out', join(work, 'whole')]);
    await new Promise<void>((resolve) => {
      const child = spawn(PYTHON, [
        join(ROOT, 'training', 'train.py'),
        ...options,
        '--out',
        join(work, 'killed'),
      ]);
      const checkpoint = setInterval(() => {
        if (existsSync(join(work, 'killed', 'last.pt'))) child.kill('SIGKILL');
      }, 50);
      child.on('exit', () => {
        clearInterval(checkpoint);
        resolve();
      });
    });
    const resumed = await python('train.py', [...options, '--out', join(work, 'killed')]);
    expect(resumed).toContain('resuming after epoch 1');
    const figures = (lines: LogLine[]) =>
      lines.map(({ epoch, loss, first, last }) => [epoch, loss, first, last]);
    expect(figures(await log('killed'))).toEqual(figures(await log('whole')));

    // Another training does not overwrite it.
    await expect(
      python('train.py', [...options, '--rate', '0.01', '--out', join(work, 'killed')]),
    ).rejects.toThrow(/--fresh to start over/);
  });

  it('runs the original recipe, and on two processes, started as torchrun starts them', async () => {
    const original = [
      ...data,
      ...small,
      '--recipe',
      'original',
      '--epochs',
      '1',
      '--out',
      join(work, 'original'),
    ];
    expect(await python('train.py', original)).toMatch(/original: \d+ images to train on/);
    // Debian's torchrun fails with its own Python (torch 1.13, Python 3.11); this is what it would
    // set.
    const options = [...data, ...small, '--epochs', '1', '--out', join(work, 'two')];
    const place = { WORLD_SIZE: '2', MASTER_ADDR: '127.0.0.1', MASTER_PORT: '29533' };
    const [first] = await Promise.all(
      ['0', '1'].map((rank) =>
        python('train.py', options, { ...place, RANK: rank, LOCAL_RANK: rank }),
      ),
    );
    expect(first).toContain('2 × cpu');
    expect(await log('two')).toHaveLength(1);
  });

  it('distils what teachers say of people they have not seen', async () => {
    const told = await python('train.py', [
      ...data,
      ...small,
      '--epochs',
      '1',
      '--distil',
      '2',
      '--out',
      join(work, 'distilled'),
    ]);
    expect(told).toContain('teacher 2 of 2');
    expect(await readdir(join(work, 'distilled'))).toEqual(
      expect.arrayContaining(['teacher-1', 'teacher-2', 'best.pt']),
    );
  });

  it("reads CelebA's layouts as the command line does", async () => {
    const rows = Array.from({ length: 20 }, (_, i) =>
      [i % 2, i % 3 === 0 ? 1 : 0, i > 14 ? 1 : 0].map((v) => (v === 1 ? ' 1' : '-1')),
    );
    const name = (i: number) => `${String(i + 1).padStart(6, '0')}.jpg`;
    const lines = rows.map((row, i) => [name(i), ...row].join(' '));
    // the last line is missing, as in the wild
    const partitions = rows.map((_, i) => `${name(i)} ${i < 12 ? 0 : i < 16 ? 1 : 2}`).slice(0, -1);
    const official = await temporaryFolder();
    await writeFiles(official, {
      'Anno/list_attr_celeba.txt': ['20', 'Smiling Male Bald', ...lines, ''].join('\n'),
      'Eval/list_eval_partition.txt': partitions.join('\n'),
    });
    const kaggle = await temporaryFolder();
    await writeFiles(kaggle, {
      'list_attr_celeba.csv': [
        'image_id,Smiling,Male,Bald',
        ...lines.map((line) => line.split(/\s+/).join(',')),
        '',
      ].join('\n'),
      'list_eval_partition.csv': [
        'image_id,partition',
        ...partitions.map((line) => line.replace(' ', ',')),
      ].join('\n'),
    });
    for (const folder of [official, kaggle]) {
      const out = await temporaryFolder();
      expect(
        await python('explore.py', ['--data', folder, '--out', join(out, 'python')]),
      ).toContain('no faces are shown');
      expect((await cli('dataset', folder, '--out', join(out, 'own'))).status).toBe(0);
      const read = async (path: string) =>
        JSON.parse(await readFile(join(out, path), 'utf8')) as Record<string, unknown>;
      const own = (await read('own/dataset.json')) as unknown as DatasetReport;
      expect(await read('python/dataset.json')).toEqual({
        rows: 20,
        parts: { train: 12, valid: 4, test: 3, none: 1 },
        frequencies: Object.fromEntries(
          own.attributes.map((each) => [each.name, Number(each.frequency.toFixed(6))]),
        ),
      });
      expect(own.partitions).toEqual({ training: 12, validation: 4, test: 3, none: 1 });
    }
  });

  it('tells in one line what it cannot use', async () => {
    const folder = await temporaryFolder();
    await writeFiles(folder, {
      'bad.csv': 'a.jpg,1\nb.jpg,0\n',
      'wrong.csv': 'image,Happy\na.jpg,7\n',
    });
    const fails = (name: string) =>
      python('train.py', ['--data', join(folder, name), '--out', join(folder, 'run')]);
    await expect(fails('bad.csv')).rejects.toThrow(
      /bad\.csv.*have no header: expected a first line/,
    );
    await expect(fails('wrong.csv')).rejects.toThrow(
      /wrong\.csv.*have no attribute: .*left out: Happy \(numbers outside 0 to 1\)/,
    );
    await expect(fails('none.csv')).rejects.toThrow(
      /cannot read the labels.*none\.csv': it does not exist/,
    );
  });
});
