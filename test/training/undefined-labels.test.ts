/** Labels that are not defined: left out of the loss, the scores and the calibration. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { quarters, temporaryFolder } from '../support/images';
import { hasModules, python, pythonCode } from '../support/python';

const hasNumpy = hasModules(['numpy'], 'the test of scores without labels', ['python3-numpy']);
const isThere = hasModules(
  ['torch', 'torchvision', 'PIL', 'tqdm', 'matplotlib'],
  'the test of a training without some labels',
  ['python3-torchvision', 'python3-pil', 'python3-tqdm', 'python3-matplotlib'],
);

describe.skipIf(!hasNumpy)('scores', () => {
  it('of labels with gaps are those of the defined ones alone', () => {
    const printed = pythonCode(`
import numpy as np
from faces.errors import UserError
from faces.scores import score
random = np.random.default_rng(4)
p = random.random((400, 3)).astype(np.float32)
y = (random.random((400, 3)) < p).astype(np.float32)
y[random.random((400, 3)) < .3] = np.nan
y[:, 2] = np.nan
own = score(['A', 'B', 'C'], p, y)
assert list(own['perAttribute']) == ['A', 'B'] and own['faces'] == 400
accuracies = []
for a, name in enumerate('AB'):
    there = ~np.isnan(y[:, a])
    alone = score([name], p[there][:, [a]], y[there][:, [a]])
    assert own['perAttribute'][name] == alone['perAttribute'][name], (own['perAttribute'][name], alone)
    assert own['perAttribute'][name]['labeled'] == there.sum() < 400
    accuracies.append(alone['accuracy'])
assert abs(own['accuracy'] - np.mean(accuracies)) < 1e-12
assert sum(each['count'] for each in own['calibration']) == (~np.isnan(y)).sum()
try:
    score(['C'], p[:, 2:], y[:, 2:])
except UserError as error:
    assert 'none of the labels to compare with is defined' in str(error)
else:
    raise AssertionError
print('agree')`);
    expect(printed.trim()).toBe('agree');
  });
});

// A loaded machine takes minutes for a training.
describe.skipIf(!isThere)('a training with undefined labels', { timeout: 600_000 }, () => {
  it.each(['entropy', 'cosine'])('leaves them out of the loss: %s', (loss) => {
    const printed = pythonCode(`
import dataclasses, torch
from faces.losses import loss_of
from faces.recipes import DEFAULT
recipe = dataclasses.replace(DEFAULT, loss='${loss}', balance=0.5)
torch.manual_seed(1)
logits, labels = torch.randn(6, 4), (torch.rand(6, 4) < .5).float()
frequencies = torch.rand(4)
gaps = labels.clone()
gaps[0, 1] = gaps[3] = float('nan')
given = logits.clone().requires_grad_()
value = loss_of(recipe, given, gaps, frequencies)
value.backward()
assert torch.isfinite(given.grad).all() and (given.grad[0, 1] == 0) and (given.grad[3] == 0).all()
assert (given.grad[1] != 0).all()
whole = [i for i in range(6) if i not in (0, 3)]
without = loss_of(recipe, logits[whole], labels[whole], frequencies)
alone = loss_of(recipe, logits[whole], gaps[whole], frequencies)
assert torch.equal(without, alone)
first = loss_of(recipe, logits[:1, [0, 2, 3]], labels[:1, [0, 2, 3]], frequencies[[0, 2, 3]])
count = 4 if '${loss}' == 'cosine' else 16
share = 1 if '${loss}' == 'cosine' else 3
assert abs(value - (without * count + first * share) / (count + share)) < 1e-6, (value, without, first)
assert loss_of(recipe, logits, torch.full((6, 4), float('nan')), frequencies).isfinite()
print('left out')`);
    expect(printed.trim()).toBe('left out');
  });

  it('leaves them out of the calibration', () => {
    const printed = pythonCode(`
import numpy as np
from faces.calibration import calibrate
random = np.random.default_rng(2)
logits = random.normal(size=(500, 2)).astype(np.float32) * 3
labels = (random.random((500, 2)) < 1 / (1 + np.exp(-logits / 2))).astype(np.float32)
gone = random.random(500) < .5
gaps = labels.copy()
gaps[gone, 1] = np.nan
own = calibrate(['A', 'B'], logits, gaps, np.array([.5, .5]))
alone = calibrate(['A', 'B'], logits[~gone], labels[~gone], np.array([.5, .5]))
assert abs(own.scale[1] - alone.scale[1]) < 1e-4 and abs(own.shift[1] - alone.shift[1]) < 1e-4
print('left out')`);
    expect(printed.trim()).toBe('left out');
  });

  it('explores, trains and tests on -1, 0 and 1, empty cells and a category', async () => {
    const root = await temporaryFolder();
    const images = join(root, 'images');
    await mkdir(images);
    const names = Array.from({ length: 60 }, (_, i) => `${i}.png`);
    for (const [i, name] of names.entries())
      await writeFile(
        join(images, name),
        await quarters(60 + (i % 2), 70)
          .png()
          .toBuffer(),
      );
    const rows = names.map((name, i) =>
      [name, [1, -1, 0][i % 3], ['yes', 'no', '', 'no'][i % 4], ['a', 'b', ''][i % 3]].join(';'),
    );
    await writeFile(join(root, 'labels.csv'), ['File;Male;Happy;hair', ...rows, ''].join('\n'));
    const data = ['--data', join(root, 'labels.csv'), '--images', images];
    const explored = await python('explore.py', [...data, '--out', join(root, 'explored')]);
    expect(explored).toMatch(/60 rows, 4 attributes; .* of 240 labels are not defined/);
    expect(explored).toMatch(/Male +0\.5000/);
    const small = ['--cache', join(root, 'cache'), '--size', '32x32', '--batch', '8'];
    const run = join(root, 'run');
    const options = [...data, ...small.slice(0, 2), '--validation', '0.25'];
    const told = await python('train.py', [
      ...[...options, ...small.slice(2), '--epochs', '1', '--threads', '1'],
      ...['--out', run],
    ]);
    expect(told).toContain("note: 0 means 'not defined' in columns that have -1, 0 and 1: Male");
    expect(told).toMatch(/4 attributes/);
    const log = await readFile(join(run, 'log.csv'), 'utf8');
    expect(log).not.toMatch(/nan/i);
    const tested = await python('test.py', [
      ...[join(run, 'best.pt'), ...options, '--split', 'train', '--degraded', '5'],
      ...['--out', join(root, 'test')],
    ]);
    expect(tested).not.toMatch(/nan/i);
    const evaluation = JSON.parse(await readFile(join(root, 'test/evaluation.json'), 'utf8')) as {
      faces: number;
      perAttribute: Record<string, { labeled: number }>;
    };
    expect(evaluation.perAttribute.Happy!.labeled).toBeLessThan(evaluation.faces);
    expect(Object.keys(evaluation.perAttribute)).toEqual(['Male', 'Happy', 'hair: a', 'hair: b']);

    const only = ['image,split,Male,Happy', ...names.map((name, i) => [name, i < 40 ? 'train' : 'val', i % 2, i < 40 ? '' : 1].join(','))]; // prettier-ignore
    await writeFile(join(root, 'labels.csv'), `${only.join('\n')}\n`);
    await expect(
      python('train.py', [...options, ...small.slice(2), '--out', join(root, 'none')]),
    ).rejects.toThrow(
      /no label of Happy is defined in the training part: leave it out with --drop/,
    );
  });
});
