/** A training goes on only with what it began with; teachers do not know the people held out. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { noise } from '../support/images';
import { hasModules, python, pythonCode } from '../support/python';

const isThere = hasModules(
  ['torch', 'torchvision', 'PIL', 'tqdm', 'matplotlib'],
  'the test of what a training goes on with',
  ['python3-torchvision', 'python3-pil', 'python3-tqdm', 'python3-matplotlib'],
);

describe.skipIf(!isThere)('a training that is started again', { timeout: 600_000 }, () => {
  let work: string;

  beforeAll(async () => {
    work = await mkdtemp(join(tmpdir(), 'face-clusters-resume-'));
    const rows = Array.from({ length: 24 }, (_, i) => i);
    for (const i of rows)
      await writeFile(
        join(work, `${i}.png`),
        await noise(32 + i, 40)
          .png()
          .toBuffer(),
      );
    const table = (label: (i: number) => number) =>
      [
        'image,split,person,Happy',
        ...rows.map((i) => `${i}.png,${i < 6 ? 'validation' : 'training'},,${label(i)}`),
        '',
      ].join('\n');
    await writeFile(
      join(work, 'labels.csv'),
      table((i) => i % 2),
    );
    await writeFile(
      join(work, 'inverted.csv'),
      table((i) => 1 - (i % 2)),
    );
  });

  afterAll(() => rm(work, { recursive: true, force: true }));

  /** @returns what is printed of a short training into the folder. */
  const train = (out: string, args: string[] = [], labels = 'labels.csv') =>
    python('train.py', [
      ...['--data', join(work, labels), '--cache', join(work, 'cache'), '--workers', '1'],
      ...['--size', '32x32', '--batch', '8', '--epochs', '1', '--threads', '1'],
      ...['--out', join(work, out), ...args],
    ]);

  it('is refused with other labels or another choice of them', async () => {
    await train('plain');
    expect(await train('plain')).toContain('resuming after epoch 1');
    await expect(train('plain', [], 'inverted.csv')).rejects.toThrow(
      /contains a training with data = '24 images, .*', but it is '24 images, .*' now: .*--fresh to/,
    );
    await expect(train('plain', ['--drop-zero', '0.5'])).rejects.toThrow(
      /with images = 18, but it is \d+ now|with drop_zero = 'none', but it is '0.5' now/,
    );
    pythonCode(`
import torch
path = ${JSON.stringify(join(work, 'plain', 'last.pt'))}
content = torch.load(path)
del content['settings']['data']
torch.save(content, path)`);
    await expect(train('plain')).rejects.toThrow(
      /contains a training of an earlier version, which did not note its data: .*--fresh to/,
    );
  });

  it('takes what teachers said only if they held out the same people of the same labels', async () => {
    const log = async () =>
      (await readFile(join(work, 'taught', 'log.csv'), 'utf8')).split('\n')[1]!.split(',').slice(2);
    const distil = ['--distil', '2'];
    expect(await train('taught', distil)).toContain('teacher 2 of 2');
    const whole = await log();
    await expect(train('taught', [...distil, '--distil-share', '0.9'])).rejects.toThrow(
      /with distil_share = 0\.5, but it is 0\.9 now/,
    );

    // As if it had been stopped after the teachers.
    await rm(join(work, 'taught', 'last.pt'));
    for (const [args, reason] of [
      [[...distil, '--seed', '2'], /teacher-1' contains a training with seed = 1, but it is 2 now/],
      [['--distil', '3'], /teacher-1' contains a training with distil = 2, but it is 3 now/],
      [[...distil, '--validation', '0.3'], /teacher-1' .* with validation = 0\.1, but it is 0\.3/],
    ] as const)
      await expect(train('taught', [...args])).rejects.toThrow(reason);
    await expect(train('taught', distil, 'inverted.csv')).rejects.toThrow(
      /teacher-1' contains a training with data = /,
    );
    expect(await train('taught', distil)).not.toContain('teacher 1 of 2');
    expect(await log(), 'and ends as if it had not been stopped').toEqual(whole);
  });
});
