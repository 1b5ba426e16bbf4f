/** Labels whose parts are not those of a training. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { quarters, temporaryFolder } from '../support/images';
import { hasModules, python, pythonCode } from '../support/python';

const isThere = hasModules(
  ['torch', 'torchvision', 'PIL', 'tqdm', 'matplotlib'],
  'the test of parts that are missing',
  ['python3-torchvision', 'python3-pil', 'python3-tqdm', 'python3-matplotlib'],
);

describe.skipIf(!isThere)('a missing part', { timeout: 300_000 }, () => {
  it('is named, with those that there are and what to do', async () => {
    const folder = await temporaryFolder();
    for (const name of ['a', 'b', 'c'])
      await writeFile(join(folder, `${name}.png`), await quarters(40, 50).png().toBuffer());
    const write = (parts: string[]) =>
      writeFile(
        join(folder, 'labels.csv'),
        `image,split,person,Happy\n${parts.map((part, i) => `${'abc'[i]}.png,${part},,${i % 2}\n`).join('')}`,
      );
    await write(['fold 1', 'fold 2', 'fold 2']);
    const weights = join(folder, 'some.pt');
    pythonCode(`
import torch
from faces.network import FaceAttributes
torch.save(FaceAttributes(1).state_dict(), ${JSON.stringify(weights)})`);
    const data = ['--data', join(folder, 'labels.csv')];
    const decoded = [...data, '--cache', join(folder, 'cache'), '--workers', '1'];
    const out = ['--out', join(folder, 'out')];
    const parts =
      /: the images are in the parts fold 2 \(2\), fold 1 \(1\); call them training, validation and test \(of LFW by peopleDevTrain\.txt and peopleDevTest\.txt beside the labels\), or leave them out: then parts are drawn by person$/m;
    const train = () => python('train.py', [...decoded, '--size', '32x32', ...out]);
    await expect(train()).rejects.toThrow(
      /expected images to train and to validate on, got 0 and 0/,
    );
    await expect(train()).rejects.toThrow(parts);
    for (const [program, part] of [
      ['test', 'test'],
      ['calibrate', 'training'],
      ['narrow', 'training'],
    ] as const) {
      const told = expect(python(`${program}.py`, [weights, ...decoded, ...out]), program).rejects;
      await told.toThrow(new RegExp(`no images in the part '${part}'${parts.source}`, 'm'));
    }
    const explored = await python('explore.py', [...data, '--faces', '0', ...out]);
    expect(explored).toMatch(/^fold 1 +1\nfold 2 +2$/m);

    await write(['training', 'training', 'test']);
    await expect(
      python('train.py', [...decoded, '--validation', '0', '--size', '32x32', ...out]),
    ).rejects.toThrow(
      /got 2 and 0: the images are in the parts training \(2\), test \(1\); --validation holds out a/,
    );
  });
});
