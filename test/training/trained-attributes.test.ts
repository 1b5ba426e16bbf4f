/** Attributes of a network that are fewer, or in another order, than those of the labels. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { quarters } from '../support/images';
import { hasModules, python, pythonCode } from '../support/python';

const isThere = hasModules(
  ['torch', 'torchvision', 'PIL', 'tqdm', 'matplotlib'],
  "the test of a network's attributes",
  ['python3-torchvision', 'python3-pil', 'python3-tqdm', 'python3-matplotlib'],
);

interface Scores {
  perAttribute: Record<string, { accuracy: number }>;
  balancedThresholds?: { accuracy: number };
}

describe.skipIf(!isThere)('attributes of a trained network', { timeout: 600_000 }, () => {
  let work: string;
  let options: string[];

  /**
   * A network that says of each face: Happy, not Bald, not Young. That is right for 3/4, 5/8 and 1/2
   * of each part. The labels are in another order.
   */
  beforeAll(async () => {
    work = await mkdtemp(join(tmpdir(), 'face-clusters-attributes-'));
    const rows = ['image,split,person,Young,Bald,Happy'];
    for (let i = 0; i < 24; i++) {
      await writeFile(join(work, `${i}.png`), await quarters(40, 50).png().toBuffer());
      const part = ['training', 'validation', 'test'][i % 3]!;
      const at = Math.floor(i / 3);
      rows.push(`${i}.png,${part},,${at % 2},${at < 3 ? 1 : 0},${at < 6 ? 1 : 0}`);
    }
    await writeFile(join(work, 'labels.csv'), `${rows.join('\n')}\n`);
    pythonCode(`
import torch
from dataclasses import asdict
from faces.network import FaceAttributes
from faces.recipes import recipe_with
torch.manual_seed(1)
network = FaceAttributes(3)
torch.nn.init.zeros_(network.out.weight)
network.out.bias.data = torch.tensor([2., -2., -1.])
recipe = asdict(recipe_with('default', width=32, height=40))
content = {'model': network.state_dict(), 'attributes': ['Happy', 'Bald', 'Young'], 'recipe': recipe}
torch.save(content, ${JSON.stringify(join(work, 'best.pt'))})
torch.save(network.state_dict(), ${JSON.stringify(join(work, 'bare.pt'))})`);
    const data = ['--data', join(work, 'labels.csv'), '--cache', join(work, 'cache')];
    options = [...data, '--workers', '1'];
  });

  afterAll(() => rm(work, { recursive: true, force: true }));

  const read = async (path: string) =>
    JSON.parse(await readFile(join(work, path), 'utf8')) as unknown;

  async function tested(...args: string[]): Promise<Scores> {
    const out = join(work, 'test');
    const all = [join(work, 'best.pt'), ...options, '--degraded', '0', '--overwrite', ...args];
    await python('test.py', [...all, '--out', out]);
    return (await read('test/evaluation.json')) as Scores;
  }

  const accuracies = ({ perAttribute }: Scores) =>
    Object.entries(perAttribute).map(([name, { accuracy }]) => [name, accuracy]);

  it.each([
    [[], { Happy: 0.75, Bald: 0.625, Young: 0.5 }],
    [['--drop', 'bald'], { Happy: 0.75, Young: 0.5 }],
    [['--attributes', 'Bald,Young,Happy'], { Bald: 0.625, Young: 0.5, Happy: 0.75 }],
    [['--attributes', 'bald'], { Bald: 0.625 }],
  ])('are tested by name, not by place: %j', async (args, expected) => {
    expect(accuracies(await tested(...args))).toEqual(Object.entries(expected));
  });

  it('are calibrated by name, framed as the network sees', async () => {
    const out = join(work, 'calibration.json');
    const told = await python('calibrate.py', [join(work, 'best.pt'), ...options, '--out', out]);
    expect(told).toMatch(/before: accuracy 62\.50 %/);
    const calibration = (await read('calibration.json')) as Record<string, number[]>;
    expect(calibration.attributes).toEqual(['Happy', 'Bald', 'Young']);
    expect(calibration.balanced).toEqual([0.75, 0.375, 0.5]);

    await rm(out);
  });

  it('find their calibration by name, or in files without names by the place of the output', async () => {
    const file = join(work, 'by-hand.json');
    const turned = { Bald: 0.375, Happy: 0.25 };
    const nameless = { scale: [1, 1, 1], shift: [-4, 4, 0], balanced: [0.5, 0.5, 0.5] };
    const named = { ...nameless, attributes: ['Young', 'Bald', 'Happy'], shift: [0, 4, -4] };
    for (const content of [named, nameless]) {
      await writeFile(file, JSON.stringify(content));
      const scores = await tested('--attributes', 'Bald,Happy', '--calibration', file);
      expect(accuracies(scores)).toEqual(Object.entries(turned));
      expect(scores.balancedThresholds).toMatchObject({ accuracy: 0.3125 });
    }

    await writeFile(file, JSON.stringify({ ...named, attributes: ['Happy', 'Bald', 'Tall'] }));
    await expect(tested('--calibration', file)).rejects.toThrow(
      /the calibration '.*by-hand\.json' has no attribute 'Young', but Happy, Bald, Tall/,
    );
    const fewer = Object.entries(nameless).map(([key, values]) => [key, values.slice(1)]);
    await writeFile(file, JSON.stringify(Object.fromEntries(fewer)));
    await expect(tested('--calibration', file)).rejects.toThrow(
      /expected scale of 3 attributes, got 2 values; calibrate\.py writes it anew/,
    );
    await writeFile(file, '{"scale": [1]}');
    await expect(tested('--calibration', file)).rejects.toThrow(/cannot read the calibration/);
  });

  it('are all kept by narrowing, which compares those it is told to', async () => {
    const out = join(work, 'narrow.pt');
    const narrowed = await python('narrow.py', [
      ...[join(work, 'best.pt'), ...options, '--drop', 'Bald', '--widths', '16', '--steps', '1'],
      ...['--threads', '1', '--out', out],
    ]);
    expect(narrowed).toMatch(/accuracy 62\.50 % before, 62\.50 % after/);
    const biases = pythonCode(
      `from pathlib import Path; from faces.trained import read_trained
print(read_trained(Path(${JSON.stringify(out)})).network().out.bias.tolist())`,
    );
    expect(JSON.parse(biases)).toEqual([2, -2, -1]);
  });

  it('are not guessed: what the weights do not hold is refused', async () => {
    await expect(tested('--attributes', 'Happy,Tall')).rejects.toThrow(
      /'.*best\.pt' has no attribute 'Tall', but Happy, Bald, Young/,
    );
    const bare = [join(work, 'bare.pt'), ...options, '--degraded', '0'];
    for (const args of [['test.py'], ['calibrate.py'], ['narrow.py']]) {
      const own = args[0] === 'test.py' ? bare : bare.slice(0, -2);
      await expect(
        python(args[0]!, [...own, '--drop', 'Bald', '--out', join(work, `none-${args[0]}`)]),
      ).rejects.toThrow(/does not tell the names of its 3 attributes, and the data have 2/);
    }
  });

  it('may be others where a training begins with the weights, and its last layer stays random', () => {
    const printed = pythonCode(`
import pathlib, torch
from faces.errors import UserError
from faces.network import FaceAttributes, initialize, load_weights
path = ${JSON.stringify(join(work, 'best.pt'))}
def begun(attributes):
    network = FaceAttributes(len(attributes))
    before = network.out.bias.tolist()
    initialize(network, path, attributes)
    return 'random' if network.out.bias.tolist() == before else network.out.bias.tolist()
assert begun(['happy', 'bald', 'young']) == [2, -2, -1]
assert begun(['Bald', 'Happy', 'Young']) == 'random' and begun(['Happy', 'Bald']) == 'random'
for count in (2, 3):
    state = torch.load(path)['model']
    if count == 3:
        del state['out.bias']
    torch.save(state, path + '.other')
    try:
        load_weights(FaceAttributes(count), pathlib.Path(path + '.other'))
    except UserError as error:
        print(error)`);
    expect(printed).toMatch(/expected weights of 2 attributes, got 3\n.*not contain.*: out\.bias/);
  });
});
