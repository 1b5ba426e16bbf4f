/** What `train.py` replaces and removes in the folder that --out names. */
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { quarters, temporaryFolder, writeFiles } from '../support/images';
import { hasModules, python, pythonCode } from '../support/python';

const MODULES = ['torch', 'torchvision', 'PIL', 'tqdm', 'matplotlib'];
// prettier-ignore
const isThere = hasModules(MODULES, "the test of a training's own files", ['python3-torchvision', 'python3-pil', 'python3-tqdm', 'python3-matplotlib']);

const MARKER = '.face-clusters-training.json';
const OWN = [
  'best.pt',
  'last.pt',
  'log.csv',
  'augmentations.png',
  'curves.png',
  'calibration.json',
  'validation.json',
];
const LOG = 'epoch,minutes,loss,first,last,accuracy,balanced,validation\n';

/** Claims a folder. @returns 'done', or why it was refused. */
const claim = (out: string, fresh: boolean, init = 'random') =>
  pythonCode(
    [
      'from pathlib import Path; from faces.own_files import claim; from faces.errors import UserError',
      `try: claim(Path(${JSON.stringify(out)}), ${fresh ? 'True' : 'False'}, ${JSON.stringify(init)}); print('done')`,
      'except UserError as error: print(error)',
    ].join('\n'),
  ).trim();

const all = async (folder: string) => (await readdir(folder, { recursive: true })).sort();

describe.skipIf(!isThere)('a training', () => {
  it('that begins anew removes the files of an earlier one and nothing else', async () => {
    const out = join(await temporaryFolder(), 'run');
    expect(claim(out, true)).toBe('done');
    expect(await all(out)).toEqual([MARKER]);
    const mine = [
      'notes.txt',
      'test/evaluation.json',
      'export/best.pt',
      'teacher-1/notes.txt',
      'teacher-x/best.pt',
    ];
    const own = [
      ...OWN,
      '.last.pt.face-clusters-partial',
      'best.partial',
      'teacher-1/best.pt',
      'teacher-2/said.npy',
      'teacher-2/said.pt',
      'teacher-2/.said.pt.face-clusters-partial',
      'teacher-2/last.pt',
    ];
    await writeFiles(out, Object.fromEntries([...own, ...mine].map((name) => [name, 'x'])));
    expect(claim(out, false), 'it goes on otherwise').toBe('done');
    for (const name of own) expect(existsSync(join(out, name)), name).toBe(true);
    expect(claim(out, true)).toBe('done');
    expect(await all(out)).toEqual(
      [MARKER, ...mine, 'test', 'export', 'teacher-1', 'teacher-x'].sort(),
    );
  });

  it("takes no other program's folder for its own, whether it is to begin anew or not", async () => {
    const out = await temporaryFolder();
    await writeFiles(out, { 'best.pt': 'theirs', 'log.csv': 'step,loss\n', 'notes.txt': 'x' });
    for (const fresh of [true, false]) {
      expect(claim(out, fresh)).toBe(
        `'${out}' contains files that no training of this program has written: log.csv, best.pt; give another --out`,
      );
    }
    await writeFile(join(out, MARKER), '[]');
    expect(claim(out, true)).toMatch(/no training of this program has written/);
    expect((await all(out)).filter((name) => name !== MARKER)).toEqual([
      'best.pt',
      'log.csv',
      'notes.txt',
    ]);
  });

  it('knows its folder by the log where an earlier version wrote no mark', async () => {
    const out = await temporaryFolder();
    await writeFiles(out, { 'best.pt': 'x', 'log.csv': LOG });
    expect(claim(out, false)).toBe('done');
    expect(await all(out)).toEqual([MARKER, 'best.pt', 'log.csv']);
  });

  it('follows no link', async () => {
    const root = await temporaryFolder();
    const [out, victim] = [join(root, 'run'), join(root, 'victim')];
    await writeFiles(victim, { 'best.pt': 'mine', 'last.pt': 'mine' });
    await symlink(victim, join(root, 'link'));
    expect(claim(join(root, 'link'), true)).toMatch(/is a symbolic link: give its target as --out/);
    for (const [from, to] of [
      ['last.pt', join(victim, 'last.pt')],
      ['teacher-1', victim],
      ['curves.png', join(victim, 'none')],
    ] as const) {
      const folder = join(out, from);
      await writeFiles(folder, {
        [MARKER]: JSON.stringify({ program: 'face-clusters', kind: 'training' }),
        'log.csv': LOG,
      });
      await symlink(to, join(folder, from));
      for (const fresh of [true, false])
        expect(claim(folder, fresh)).toMatch(/is not a regular file: give another --out/);
      expect((await readdir(folder)).sort(), 'and nothing is removed').toEqual(
        [MARKER, 'log.csv', from].sort(),
      );
    }
    expect(await all(victim)).toEqual(['best.pt', 'last.pt']);
  });

  it('does not remove the weights it is to begin with', async () => {
    const out = await temporaryFolder();
    await writeFiles(out, { 'best.pt': 'x', 'log.csv': LOG });
    expect(claim(out, true, join(out, 'best.pt'))).toMatch(
      /^--fresh would remove '.*best\.pt', which --init names/,
    );
    expect(await all(out)).toEqual(['best.pt', 'log.csv']);
  });

  it('removes nothing where it cannot begin', async () => {
    const root = await temporaryFolder();
    const out = join(root, 'run');
    await writeFiles(out, { 'best.pt': 'x', 'last.pt': 'x', 'log.csv': LOG, 'notes.txt': 'mine' });
    await mkdir(join(root, 'images'));
    const names = Array.from({ length: 30 }, (_, i) => `${i}.png`);
    for (const name of names)
      await writeFile(join(root, 'images', name), await quarters(90, 110).png().toBuffer());
    await writeFile(
      join(root, 'labels.csv'),
      ['image,Happy', ...names.map((name, i) => `${name},${i % 2}`), ''].join('\n'),
    );
    const data = [
      '--data',
      join(root, 'labels.csv'),
      '--images',
      join(root, 'images'),
      '--cache',
      join(root, 'cache'),
      '--size',
      '32x32',
    ];
    for (const [args, reason] of [
      [[...data, '--init', 'nothing'], /--init: expected random, torchvision/],
      [[...data, '--distil', '1'], /--distil: expected 0, or at least 2 teachers, got 1/],
      [['--data', join(root, 'none.csv')], /cannot read .*none\.csv/],
    ] as const) {
      await expect(python('train.py', [...args, '--fresh', '--out', out])).rejects.toThrow(reason);
      expect(await all(out), args.join(' ')).toEqual([
        'best.pt',
        'last.pt',
        'log.csv',
        'notes.txt',
      ]);
      expect(await readFile(join(out, 'best.pt'), 'utf8')).toBe('x');
    }
  });

  it('writes no checkpoint through a link', async () => {
    const root = await temporaryFolder();
    await writeFile(join(root, 'victim'), 'mine');
    for (const name of ['best.pt', '.best.pt.face-clusters-partial'])
      await symlink(join(root, 'victim'), join(root, name));
    pythonCode(
      `from faces import checkpoint; from pathlib import Path; checkpoint.save(Path(${JSON.stringify(join(root, 'best.pt'))}), {})`,
    );
    expect(await readFile(join(root, 'victim'), 'utf8')).toBe('mine');
    expect(await all(root)).toEqual(['best.pt', 'victim']);
  });
});

/** @returns 'done', or why the files may not be written. */
const checkOutputs = (path: string, overwrite: boolean) =>
  pythonCode(
    [
      'from pathlib import Path; from faces.own_files import check_outputs; from faces.errors import UserError',
      `try: check_outputs([Path(${JSON.stringify(path)})], ${overwrite ? 'True' : 'False'}); print('done')`,
      'except UserError as error: print(error)',
    ].join('\n'),
  ).trim();

describe.skipIf(!isThere)('the other programs', () => {
  it('replace a file only where they are told to, and never what a link leads to', async () => {
    const folder = await temporaryFolder();
    const path = join(folder, 'evaluation.json');
    expect(checkOutputs(path, false)).toBe('done');
    await writeFile(path, 'mine');
    expect(checkOutputs(path, false)).toBe(
      `'${path}' already exists: give another --out, or --overwrite to replace it`,
    );
    expect(checkOutputs(path, true)).toBe('done');
    await symlink(path, join(folder, 'link.json'));
    expect(checkOutputs(join(folder, 'link.json'), true)).toMatch(/is not a regular file/);
  });

  it('look for such files before they begin', async () => {
    const folder = await temporaryFolder();
    const outputs = {
      explore: 'dataset.json',
      test: 'accuracy.png',
      export: 'face-attributes.f16.onnx',
      calibrate: 'x.json',
      narrow: 'x.pt',
    };
    for (const [program, name] of Object.entries(outputs)) {
      const path = join(folder, name);
      await writeFile(path, 'mine');
      const out = program === 'calibrate' || program === 'narrow' ? path : folder;
      const weights = program === 'explore' ? [] : [join(folder, 'none.pt')];
      await expect(
        python(`${program}.py`, [...weights, '--data', 'none.csv', '--out', out]),
        program,
      ).rejects.toThrow(/already exists/);
      expect(await readFile(path, 'utf8')).toBe('mine');
    }
  });
});
