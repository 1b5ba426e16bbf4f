/** What a network says of itself is understood; what it does not say is asked for. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CELEBA_ATTRIBUTES } from '../../src/domain/attributes';
import type { NetworkWords } from '../../src/domain/network-words';
import { findForm, readNetwork } from '../../src/networks/network-content';
import { saidBy } from '../../src/networks/said-words';
import { UserError } from '../../src/util/errors';
import {
  type ForeignHead,
  type ForeignInput,
  foreignNetwork,
  plain,
  softmax,
} from '../support/foreign-networks';
import { temporaryFolder } from '../support/images';
import { field, network, type NetworkParts, node, SIDE, tensor, value } from '../support/onnx';

async function fileOf(bytes: Uint8Array): Promise<string> {
  const file = join(await temporaryFolder(), 'own.onnx');
  await writeFile(file, bytes);
  return file;
}

async function formOf(bytes: Uint8Array, words: NetworkWords = {}) {
  const { form, missing } = await findForm(
    await fileOf(bytes),
    saidBy(words, (word) => `--${word}`),
  );
  return { ...form, missing: missing.map(({ word }) => word) };
}

const UINT8: ForeignInput = { type: 'uint8' };
const head = (name: string, values: number, end?: readonly Buffer[]): ForeignHead =>
  end === undefined ? { name, values } : { name, values, end };

/** A float network with three named attributes. */
const withMetadata = (foreign: Record<string, string>, parts: NetworkParts = {}) =>
  foreignNetwork({}, [head('p', 3)], { foreign: { names: 'a,b,c', ...foreign }, ...parts });

describe('names', () => {
  it.each<[string, string]>([
    ['a list of JSON', '["Smiling", "Male", "Wearing Hat"]'],
    ['a list of Python', "['Smiling', \"Male\", 'Wearing Hat']"],
    ['a dictionary of Ultralytics', "{0: 'Smiling', 1: 'Male', 2: 'Wearing Hat'}"],
    ['id2label in any order', '{"2": "Wearing Hat", "0": "Smiling", "1": "Male"}'],
    ['label2id', '{"Male": 1, "Smiling": 0, "Wearing Hat": 2}'],
    ['commas', 'Smiling, Male, Wearing Hat'],
    ['semicolons', 'Smiling;Male;Wearing Hat'],
    ['lines', 'Smiling\r\nMale\r\nWearing Hat\r\n'],
    ['numbered lines', '0 Smiling\n1: Male\n2, Wearing Hat'],
    ['lines with a byte order mark', '\uFEFFSmiling\nMale\nWearing Hat'],
  ])('are read from %s', async (_, text) => {
    const attributes = ['Smiling', 'Male', 'Wearing Hat'];
    for (const key of ['names', 'classes', 'Labels', 'class_names']) {
      const bytes = foreignNetwork(UINT8, [head('p', 3)], { foreign: { [key]: text } });
      expect(await formOf(bytes)).toMatchObject({ attributes, missing: [] });
    }
    const bytes = foreignNetwork(UINT8, [head('p', 3)]);
    expect(await formOf(bytes, { names: text })).toMatchObject({ attributes });
  });

  it('of this project count more than those of others', async () => {
    const bytes = foreignNetwork(UINT8, [head('p', 2)], {
      metadata: { attributes: ['a', 'b'] },
      foreign: { names: 'x,y' },
    });
    expect(await formOf(bytes)).toMatchObject({ attributes: ['a', 'b'] });
  });

  it('are those of the outputs where each has one value', async () => {
    const bytes = foreignNetwork(UINT8, [head('Smiling', 1), head('Male', 1)]);
    const form = await formOf(bytes);
    expect(form).toMatchObject({ attributes: ['Smiling', 'Male'], missing: [], notices: [] });
  });

  it('are made of those of the outputs where these have several values, which is said', async () => {
    const bytes = foreignNetwork(UINT8, [head('race', 3, softmax('race')), head('Male', 1)]);
    const form = await formOf(bytes);
    expect(form.attributes).toEqual(['race_0', 'race_1', 'race_2', 'Male']);
    expect(form.notices.join()).toMatch(/called race_0 to Male; --names .* gives them names/);
  });

  it('may be said for each output', async () => {
    const bytes = foreignNetwork(UINT8, [head('race', 2, softmax('race')), head('m', 1)]);
    const names = JSON.stringify({ m: ['Male'], race: ['White', 'Black'] });
    const form = await formOf(bytes, { names });
    expect(form.attributes).toEqual(['race_White', 'race_Black', 'Male']);
    await expect(formOf(bytes, { names: '{"race": ["a", "b"]}' })).rejects.toThrow(
      /--names has no names for its output 'm', but for race/,
    );
  });

  it("are CelebA's for 40 values without names, which is said", async () => {
    const form = await formOf(foreignNetwork(UINT8, [head('out', 40)]));
    expect(form.attributes).toEqual([...CELEBA_ATTRIBUTES]);
    expect(form.notices.join()).toMatch(/40 outputs have no names: those of CelebA are assumed/);
  });

  it.each<[string, ForeignHead[]]>([
    ['one output of several values', [head('output', 3)]],
    ['outputs with names that say nothing', [head('495', 1), head('497', 1)]],
    ['one output with a name that says nothing', [head('probabilities', 1)]],
  ])('are asked for with %s', async (_, heads) => {
    expect((await formOf(foreignNetwork(UINT8, heads))).missing).toEqual(['names']);
  });

  it.each<[string, string, RegExp]>([
    ['too few', 'a,b', /has 3 outputs, but its metadata 'names' names 2 attributes/],
    ['too many', 'a,b,c,d', /has 3 outputs, but its metadata 'names' names 4/],
    ['repeated', "['a', 'b', 'a']", /name 3 'a': name 1 is the same/],
    ['empty', "['a', '', 'b']", /name 2 '': expected a name, got an empty text/],
    ['numbered with gaps', "{0: 'a', 1: 'b', 3: 'c'}", /numbers its 3 names .*: 2 is missing/],
    ['numbered twice', "{0: 'a', 1: 'b', 1: 'c'}", /1 occurs twice/],
    ['no list', '[1, 2, 3]', /'names' is not a list of names in quotes/],
    ['hidden', '["a", "b\\u202e", "c"]', /name 2 .* without newlines and other control/],
  ])('that are %s are refused', async (_, text, reason) => {
    const bytes = foreignNetwork(UINT8, [head('p', 3)], { foreign: { names: text } });
    await expect(formOf(bytes)).rejects.toThrow(reason);
    await expect(formOf(bytes)).rejects.toThrow(UserError);
  });

  it('that are refused can be replaced', async () => {
    const bytes = foreignNetwork(UINT8, [head('p', 3)], {
      metadata: { attributes: ['a', 'a', 'b'] },
    });
    await expect(formOf(bytes)).rejects.toThrow(/'face_clusters.attributes' has as name 2 'a'/);
    expect(await formOf(bytes, { names: 'a,b,c' })).toMatchObject({ attributes: ['a', 'b', 'c'] });
  });
});

describe('the scaling of pixels', () => {
  it.each<[string, Record<string, string>, object]>([
    [
      'lists',
      { mean: '[0.485, 0.456, 0.406]', std: '[0.229, 0.224, 0.225]' },
      { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225], scale: 255 },
    ],
    [
      'pixels from 0 to 255',
      { image_mean: '123.675 116.28 103.53', image_std: '(58.395, 57.12, 57.375)' },
      { mean: [123.675, 116.28, 103.53], std: [58.395, 57.12, 57.375], scale: 1 },
    ],
    ['one number', { mean: '0.5', std: '0.5' }, { mean: [0.5], std: [0.5], scale: 255 }],
    [
      'a factor',
      { scale: '0.00392156862745098' },
      { mean: [0], std: [1], scale: expect.closeTo(255, 6) as number },
    ],
    [
      'Ultralytics',
      { author: 'Ultralytics', task: 'classify' },
      { mean: [0], std: [1], scale: 255 },
    ],
  ])('is read from metadata: %s', async (_, foreign, scaling) => {
    const form = await formOf(withMetadata(foreign));
    expect(form).toMatchObject({ input: { scaling }, missing: [] });
    expect(form.notices.join()).toContain('pixels are scaled as its metadata');
  });

  it('is asked for where nothing is said, and said how', async () => {
    const file = await fileOf(withMetadata({}));
    await expect(readNetwork(file)).rejects.toThrow(
      /cannot be used: nothing says how pixels become the numbers of its input 'image' \(float32 \[n, 3, 16, 16\]\).*face-clusters wrap own\.onnx --out own\.wrapped\.onnx --mean … --std …/,
    );
  });

  it.each<[NetworkWords, RegExp]>([
    [{ mean: '0.5,0.5' }, /--mean is '0.5,0.5': expected a number for each color/],
    [{ mean: 'image-net' }, /--mean is 'image-net': expected .* imagenet or clip/],
    [{ std: '0' }, /--std is '0': expected numbers above 0/],
    [{ scale: '-1' }, /--scale is '-1': expected 255/],
    [
      { mean: '127.5', std: '128', scale: '255' },
      /--mean '127.5' and --std '128' are of pixels from 0 to 255, but --scale '255' makes them 0 to/,
    ],
    [
      { mean: 'imagenet', std: 'imagenet', scale: '1' },
      /'imagenet' are of pixels from 0 to 1, but --scale '1' leaves them 0 to 255/,
    ],
  ])('that makes no sense is refused: %j', async (words, reason) => {
    await expect(formOf(withMetadata({}), words)).rejects.toThrow(reason);
  });

  it('is refused for pixels as they are, which networks scale by themselves', async () => {
    const bytes = foreignNetwork(UINT8, [head('p', 1)]);
    await expect(formOf(bytes, { mean: 'imagenet' })).rejects.toThrow(/takes pixels as they are/);
  });
});

describe('an activation', () => {
  const logits = (foreign: Record<string, string> = {}, end = plain('p')) =>
    foreignNetwork(UINT8, [head('p', 3, end)], { foreign: { names: 'a,b,c', ...foreign } });

  it('is asked for after a weighted sum', async () => {
    expect((await formOf(logits())).missing).toEqual(['activation']);
    const bias = field(5, tensor('bias', 'float', [3], [0, 0, 0]));
    const shape = field(5, tensor('shape', 'int64', [2], [-1, 3]));
    for (const end of [
      [node('Add', ['p_sum', 'bias'], ['p'])],
      [node('Reshape', ['p_sum', 'shape'], ['r']), node('Identity', ['r'], ['p'])],
    ]) {
      const bytes = foreignNetwork(UINT8, [head('p', 3, end)], {
        graph: [bias, shape],
        foreign: { names: 'a,b,c' },
      });
      expect((await formOf(bytes)).missing).toEqual(['activation']);
    }
  });

  it('is read from metadata, and not applied twice', async () => {
    const of = async (bytes: Buffer) => (await formOf(bytes)).heads[0]!.activation;
    expect(await of(logits({ activation: 'Sigmoid' }))).toBe('sigmoid');
    const done = [node('Sigmoid', ['p_sum'], ['p'])];
    expect(await of(logits({ activation: 'sigmoid' }, done))).toBe('none');
    const clipped = [node('HardSigmoid', ['p_sum'], ['p'])];
    expect(await of(logits({ activation: 'sigmoid' }, clipped))).toBe('none');
  });

  it.each<[NetworkWords, Buffer[], RegExp]>([
    [
      { activation: 'softmax' },
      [node('Sigmoid', ['p_sum'], ['p'])],
      /--activation is softmax, but its output 'p' .* ends in a sigmoid already/,
    ],
    [{ activation: 'relu' }, plain('p'), /--activation is 'relu': expected sigmoid, softmax, none/],
    [{ activation: 'sigmoid,none' }, plain('p'), /one for each of the 1 outputs/],
    [{ activation: 'softmax', groups: '2,1' }, plain('p'), /groups leave out some of its values/],
    [
      { groups: '2,2' },
      softmax('p'),
      /add up to the 3 values of the outputs \(these add up to 4\)/,
    ],
  ])('that does not fit is refused: %j', async (words, end, reason) => {
    await expect(formOf(logits({}, end), words)).rejects.toThrow(reason);
  });

  it('of one value is no softmax', async () => {
    const bytes = foreignNetwork(UINT8, [head('Male', 1, softmax('Male'))]);
    await expect(formOf(bytes)).rejects.toThrow(/softmax of a single value, which is always 1/);
  });
});

describe('groups of attributes that exclude each other', () => {
  it('are the values of each softmax', async () => {
    const bytes = foreignNetwork(UINT8, [
      head('race', 3, softmax('race')),
      head('Smiling', 1),
      head('age', 2, softmax('age')),
    ]);
    expect((await formOf(bytes)).groups).toEqual([
      [0, 1, 2],
      [4, 5],
    ]);
  });

  it('are told by prefixes of names in one softmax', async () => {
    const groupsWith = async (names: string) => {
      const count = names.split(',').length;
      const bytes = foreignNetwork(UINT8, [head('p', count, softmax('p'))], { foreign: { names } });
      return (await formOf(bytes)).groups;
    };
    expect(await groupsWith('race_White,race_Black,gender_Male,gender_Female')).toEqual([
      [0, 1],
      [2, 3],
    ]);
    expect(await groupsWith('0-2,3-9,10-19,70+')).toEqual([[0, 1, 2, 3]]);
    expect(await groupsWith('hair_black,hair_blond,hat_none')).toEqual([[0, 1, 2]]);
  });
});

describe('an input', () => {
  it.each<[string, NetworkParts, RegExp]>([
    [
      'of text',
      { inputs: [value('input_ids', 'int64', ['n', 'length'])] },
      /input 'input_ids' \(int64 \[n, length\]\) does not take images.*network for text, sound/,
    ],
    [
      'beside another',
      { inputs: [value('images', 'uint8', ['n', SIDE, SIDE, 3]), value('mask', 'float', ['n'])] },
      /has 2 inputs, 'images' \(uint8 \[n, 16, 16, 3\]\), 'mask' \(float32 \[n\]\): expected one/,
    ],
    ['that is missing', { inputs: [] }, /has no input/],
    [
      'of one image',
      { inputs: [value('images', 'float', [3, SIDE, SIDE])] },
      /takes a single image without a dimension for several/,
    ],
    [
      'of four channels',
      { inputs: [value('images', 'uint8', ['n', 4, SIDE, SIDE])] },
      /does not take images: expected a second or last dimension of 3 colors/,
    ],
    [
      'of videos',
      { inputs: [value('frames', 'float', ['n', 3, 8, SIDE, SIDE])] },
      /input 'frames' \(float32 \[n, 3, 8, 16, 16\]\) does not take images/,
    ],
  ])('%s is refused', async (_, parts, reason) => {
    await expect(formOf(network(parts))).rejects.toThrow(reason);
  });

  it('of an open size or order is asked for', async () => {
    const bytes = (...shape: (number | string)[]) =>
      foreignNetwork({ shape }, [head('Male', 1)], { foreign: { mean: '0.5' } });
    const missing = async (...shape: (number | string)[]) =>
      (await formOf(bytes(...shape))).missing;
    expect(await missing('batch', 'num_channels', 'height', 'width')).toEqual(['size']);
    expect(await missing('n', 'h', 'w', 3)).toEqual(['size']);
    expect(await missing('a', 'b', 'c', 'd')).toEqual(['layout', 'size']);
    const words = { size: '24x32', layout: 'nchw' };
    const form = await formOf(bytes('a', 'b', 'c', 'd'), words);
    expect(form).toMatchObject({ input: { width: 24, height: 32, layout: 'nchw' }, missing: [] });
  });

  it('of a fixed batch says what that costs', async () => {
    const form = await formOf(foreignNetwork({ ...UINT8, batch: 1 }, [head('Male', 1)]));
    expect(form.notices.join()).toMatch(/fixed to 1, so faces are inferred one by one/);
  });

  it('may be listed with its weights, as in old files', async () => {
    const bytes = foreignNetwork(UINT8, [head('Male', 1)], {
      graph: [field(11, value('Male_weights', 'float', [3 * SIDE * SIDE, 1]))],
    });
    expect(await formOf(bytes)).toMatchObject({ attributes: ['Male'], missing: [] });
  });
});

describe('an output', () => {
  it.each<[string, ForeignHead]>([
    ['that is an embedding', head('embedding', 512, plain('embedding'))],
    ['that is a long vector of another name', head('683', 128, plain('683'))],
    [
      'that is a vector of length 1',
      head('out', 32, [
        node('ReduceL2', ['out_sum'], ['length'], { axes: [1], keepdims: 1 }),
        node('Div', ['out_sum', 'length'], ['out']),
      ]),
    ],
  ])('%s is asked for, and used as one if it is', async (_, embedding) => {
    const bytes = foreignNetwork(UINT8, [embedding]);
    const found = await formOf(bytes);
    expect(found).toMatchObject({ missing: ['activation'], isEmbedding: false });
    expect(found.areNamesAssumed).toBe(false);
    await expect(readNetwork(await fileOf(bytes))).rejects.toThrow(
      new RegExp(`${embedding.values} values without names looks like an embedding .*--activation`),
    );
    expect(await formOf(bytes, { activation: 'embedding' })).toMatchObject({
      missing: [],
      isEmbedding: true,
      areNamesAssumed: false,
      groups: [],
      attributes: Array.from({ length: embedding.values }, (__, i) => String(i)),
    });
    const metadata = { activation: 'embedding' };
    const said = foreignNetwork(UINT8, [embedding], { metadata });
    expect(await formOf(said)).toMatchObject({ missing: [], isEmbedding: true });
    const asAttributes = await formOf(bytes, { activation: 'sigmoid' });
    expect(asAttributes).toMatchObject({ missing: ['names'], isEmbedding: false });
  });

  it('that is an embedding is not joined with attributes', async () => {
    const heads = [head('embedding', 8, plain('embedding')), head('Male', 1)];
    const bytes = foreignNetwork(UINT8, heads);
    await expect(formOf(bytes, { activation: 'embedding,none' })).rejects.toThrow(
      'an embedding is not joined with attributes: name the output that is one with --outputs',
    );
    expect(await formOf(bytes, { activation: 'embedding', outputs: 'embedding' })).toMatchObject({
      isEmbedding: true,
      missing: [],
    });
  });

  it('that is a map of features is refused', async () => {
    const heads: ForeignHead[] = [{ ...head('map', 3), shape: ['n', 3, 7, 7] }, head('Male', 1)];
    await expect(formOf(foreignNetwork(UINT8, heads))).rejects.toThrow(
      /'map' \(float32 \[n, 3, 7, 7\]\) is not one list of numbers.*--outputs A,B/,
    );
  });

  it('of more than two values for each attribute is refused with what to do', async () => {
    const bytes = foreignNetwork(UINT8, [{ ...head('p', 12), shape: ['n', 4, 3] }]);
    await expect(formOf(bytes)).rejects.toThrow(
      /\[n, 4, 3\]\) is not one list .* nor two numbers for each attribute, .*x\.flatten\(1\).*--groups/,
    );
  });

  it('of two values for each attribute has a name for each pair, and no groups', async () => {
    const bytes = (end: Buffer[]) =>
      foreignNetwork(UINT8, [{ ...head('p', 6, end), shape: ['n', 3, 2] }]);
    const names = { names: 'A,B,C' };
    expect(await formOf(bytes(softmax('p')), names)).toMatchObject({
      attributes: ['A', 'B', 'C'],
      groups: [],
      notices: [
        "its output 'p' has two values for each attribute: the second is taken for how probable it is that it is present",
      ],
    });
    const logits = await formOf(bytes(plain('p')), names);
    expect(logits.missing).toEqual(['activation']);
    await expect(formOf(bytes(plain('p')), { ...names, activation: 'embedding' })).rejects.toThrow(
      /is no embedding: expected one list of numbers/,
    );
    await expect(formOf(bytes(softmax('p')), { names: 'A,B,C,D,E,F' })).rejects.toThrow(
      /it has 3 outputs, but --names names 6 attributes/,
    );
  });

  it('of numbers of classes is refused with what to do', async () => {
    const classes = [node('ArgMax', ['p_sum'], ['p'], { axis: 1, keepdims: 0 })];
    const bytes = foreignNetwork(UINT8, [
      { ...head('p', 3, classes), shape: ['n'], type: 'int64' },
    ]);
    await expect(formOf(bytes)).rejects.toThrow(
      /gives numbers of classes \(ArgMax\): export it with the probabilities of all classes/,
    );
  });

  it('of two values that is called like an attribute is that attribute, absent and present', async () => {
    const heads = [head('Smiling', 2, softmax('Smiling')), head('gender', 2, softmax('gender'))];
    const bytes = foreignNetwork(UINT8, heads);
    expect(await formOf(bytes)).toMatchObject({
      attributes: ['Smiling', 'gender_0', 'gender_1'],
      groups: [[1, 2]],
    });
    expect(await formOf(bytes, { names: 'A,B,C,D' })).toMatchObject({
      attributes: ['A', 'B', 'C', 'D'],
      groups: [
        [0, 1],
        [2, 3],
      ],
    });
  });

  it('that is not wanted can be left out', async () => {
    const bytes = foreignNetwork(UINT8, [
      head('embedding', 512, plain('embedding')),
      head('Male', 1),
    ]);
    expect(await formOf(bytes, { outputs: 'Male' })).toMatchObject({ attributes: ['Male'] });
    await expect(formOf(bytes, { outputs: 'Mole' })).rejects.toThrow(
      /names the output 'Mole', which it does not have; it has 'embedding'/,
    );
  });

  it('of an open number of values has as many as names', async () => {
    const open: ForeignHead = { ...head('out', 3), shape: ['n', 'k'] };
    const bytes = foreignNetwork(UINT8, [open]);
    expect((await formOf(bytes)).missing).toEqual(['names']);
    const form = await formOf(bytes, { names: 'a,b,c' });
    expect(form.heads[0]).toMatchObject({ values: 3 });
  });
});

it('a network of very old operators is refused with what to do', async () => {
  const bytes = foreignNetwork({}, [head('Male', 1)], { opset: 6, foreign: { mean: '0.5' } });
  await expect(readNetwork(await fileOf(bytes))).rejects.toThrow(
    /version 6 of ONNX's operators; expected 7 or later.*convert_version/,
  );
});

it('a recurrent network is refused by that name', async () => {
  const bytes = network({
    nodes: [node('LSTM', ['images', 'w', 'r'], ['probabilities'], { hidden_size: 2 })],
  });
  await expect(formOf(bytes)).rejects.toThrow(/'LSTM': a recurrent network/);
});
