/** Networks of every usual form give what they give when they are run by hand. */
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { NetworkWords } from '../../src/domain/network-words';
import { openContent } from '../../src/networks/model';
import { findForm, readNetwork, wrapped } from '../../src/networks/network-content';
import { saidBy } from '../../src/networks/said-words';
import {
  type ByHand,
  type ForeignHead,
  type ForeignInput,
  foreignNetwork,
  noiseCrops,
  plain,
  plainOutputs,
  sigmoid,
  softmax,
} from '../support/foreign-networks';
import { temporaryFolder } from '../support/images';
import { DATA_TYPES, field, node, SIDE, tensor } from '../support/onnx';
import { hasModules, PYTHON } from '../support/python';

const IMAGES = 5;

async function fileOf(bytes: Uint8Array): Promise<string> {
  const file = join(await temporaryFolder(), 'foreign.onnx');
  await writeFile(file, bytes);
  return file;
}

/** What the wrapped network gives, `[images, attributes]`, read again from its file. */
async function wrappedOutputs(bytes: Uint8Array, words: NetworkWords, crops: Uint8Array) {
  const file = await fileOf(bytes);
  const asked = saidBy(words, (word) => `--${word}`);
  const found = await findForm(file, asked);
  expect(found.missing).toEqual([]);
  const again = await fileOf(wrapped(file, found));
  const content = await readNetwork(again);
  const model = await openContent(again, content, { provider: 'cpu', threads: 1 });
  const values = await model.infer(crops, IMAGES);
  const width = model.attributes.length;
  const rows = Array.from({ length: IMAGES }, (_, i) => [
    ...values.slice(i * width, (i + 1) * width),
  ]);
  await model.release();
  return rows;
}

const sigmoidOf = (x: number) => 1 / (1 + Math.exp(-x));
function softmaxOf(values: readonly number[]): number[] {
  const powers = values.map((value) => Math.exp(value));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((each) => each / sum);
}

const MEAN = [0.485, 0.456, 0.406];
const STD = [0.229, 0.224, 0.225];
const imagenet = (pixel: number, color: number) => (pixel / 255 - MEAN[color]!) / STD[color]!;
const unit = (pixel: number) => pixel / 255;
const names = (count: number) => Array.from({ length: count }, (_, i) => `A${i}`).join(',');

interface Case {
  input?: ForeignInput;
  heads?: ForeignHead[];
  words: NetworkWords;
  byHand?: Omit<ByHand, 'input'>;
  /** From the plain outputs of an image to its attributes. */
  result?: (outputs: Record<string, number[]>) => number[];
  /** Largest difference. */
  within?: number;
}

const ONE: ForeignHead[] = [{ name: 'p', values: 3 }];
const first = ({ p }: Record<string, number[]>) => p!;

const CASES: Record<string, Case> = {
  'float NCHW with the scaling of ImageNet': {
    words: { mean: 'imagenet', std: 'imagenet', names: names(3) },
    byHand: { scaled: imagenet },
  },
  'float NCHW of pixels from 0 to 255, in blue, green, red': {
    words: { mean: '104, 117, 123', std: '58', channels: 'bgr', names: names(3) },
    byHand: { scaled: (pixel, color) => (pixel - [104, 117, 123][color]!) / 58, order: 'bgr' },
  },
  'float16 NCHW': {
    input: { type: 'float16' },
    words: { mean: '0.5', std: '0.5', names: names(3) },
    byHand: { scaled: (pixel) => (pixel / 255 - 0.5) / 0.5 },
    within: 2e-3, // ONNX Runtime rounds the plain network's values to float16
  },
  'double NHWC': {
    input: { type: 'double', layout: 'nhwc' },
    words: { scale: '255', names: names(3) },
    byHand: { scaled: unit },
  },
  'float NHWC of other sides, as of Keras': {
    input: { layout: 'nhwc', width: 24, height: 12 },
    words: { scale: '127.5', mean: '1', names: names(3) },
    byHand: { scaled: (pixel) => pixel / 127.5 - 1 },
  },
  'uint8 NCHW': { input: { type: 'uint8' }, words: { names: names(3) } },
  'uint8 NHWC in blue, green, red': {
    input: { type: 'uint8', layout: 'nhwc' },
    words: { names: names(3), channels: 'bgr' },
    byHand: { order: 'bgr' },
  },
  'gray images': {
    input: { colors: 1 },
    words: { scale: '1', mean: '128', std: '64', names: names(3) },
    byHand: { scaled: (pixel) => (pixel - 128) / 64 },
  },
  'a fixed batch of one': {
    input: { batch: 1 },
    words: { scale: '255', names: names(3) },
    byHand: { scaled: unit },
  },
  'a fixed batch that the images do not fill': {
    input: { batch: 3, type: 'uint8' },
    words: { names: names(3) },
  },
  'an open size': {
    input: { shape: ['n', 3, 'height', 'width'] },
    words: { scale: '255', size: String(SIDE), names: names(3) },
    byHand: { scaled: unit },
  },
  logits: {
    heads: [{ name: 'p', values: 3, end: plain('p') }],
    words: { scale: '255', activation: 'sigmoid', names: names(3) },
    byHand: { scaled: unit },
    result: ({ p }) => p!.map(sigmoidOf),
  },
  'logits of groups in one output': {
    heads: [{ name: 'p', values: 6, end: plain('p') }],
    words: { scale: '255', activation: 'softmax', groups: '3,3', names: names(6) },
    byHand: { scaled: unit },
    result: ({ p }) => [...softmaxOf(p!.slice(0, 3)), ...softmaxOf(p!.slice(3, 6))],
  },
  'several heads, one of them of logits': {
    heads: [
      { name: 'race', values: 4, end: softmax('race') },
      { name: 'age', values: 3, end: plain('age') },
      { name: 'smile', values: 1, end: sigmoid('smile') },
    ],
    words: { scale: '255', activation: 'none,softmax,none' },
    byHand: { scaled: unit },
    result: ({ race, age, smile }) => [...race!, ...softmaxOf(age!), ...smile!],
  },
  'some outputs in another order': {
    heads: [
      { name: 'a', values: 2 },
      { name: 'b', values: 3 },
      { name: 'c', values: 1 },
    ],
    words: { scale: '255', outputs: 'c,a' },
    byHand: { scaled: unit },
    result: ({ a, c }) => [...c!, ...a!],
  },
  'an output [n, k, 1, 1]': {
    heads: [
      {
        name: 'p',
        values: 3,
        end: [node('Sigmoid', ['p_sum'], ['flat_p']), node('Unsqueeze', ['flat_p', 'axes'], ['p'])],
        shape: ['n', 3, 1, 1],
      },
    ],
    words: { scale: '255', names: names(3) },
    byHand: { scaled: unit },
  },
  'two values for each attribute, of a softmax': {
    heads: [
      {
        name: 'p',
        values: 6,
        end: [
          node('Reshape', ['p_sum', 'pairs_last'], ['pairs']),
          node('Softmax', ['pairs'], ['p'], { axis: 2 }),
        ],
        shape: ['n', 3, 2],
      },
    ],
    words: { scale: '255', names: names(3) },
    byHand: { scaled: unit },
    result: ({ p }) => [p![1]!, p![3]!, p![5]!],
  },
  'two logits for each attribute, [n, k, 2]': {
    heads: [
      {
        name: 'p',
        values: 6,
        end: [node('Reshape', ['p_sum', 'pairs_last'], ['p'])],
        shape: ['n', 3, 2],
      },
    ],
    words: { scale: '255', names: names(3), activation: 'softmax' },
    byHand: { scaled: unit },
    result: ({ p }) => [0, 2, 4].map((at) => softmaxOf(p!.slice(at, at + 2))[1]!),
  },
  'two logits for each attribute, [n, 2, k]': {
    heads: [
      {
        name: 'p',
        values: 6,
        end: [node('Reshape', ['p_sum', 'pairs_first'], ['p'])],
        shape: ['n', 2, 3],
      },
    ],
    words: { scale: '255', names: names(3), activation: 'softmax' },
    byHand: { scaled: unit },
    result: ({ p }) => [0, 1, 2].map((at) => softmaxOf([p![at]!, p![at + 3]!])[1]!),
  },
  'two heads of two values for each attribute, of which one is logits': {
    heads: [
      {
        name: 'a',
        values: 4,
        end: [
          node('Reshape', ['a_sum', 'pairs_last'], ['a_pairs']),
          node('Softmax', ['a_pairs'], ['a'], { axis: 2 }),
        ],
        shape: ['n', 2, 2],
      },
      { name: 'b', values: 3, end: plain('b') },
    ],
    words: { scale: '255', activation: 'none,sigmoid', names: names(5) },
    byHand: { scaled: unit },
    result: ({ a, b }) => [a![1]!, a![3]!, ...b!.map(sigmoidOf)],
  },
  'heads of two values that are called like attributes': {
    heads: [
      { name: 'Male', values: 2, end: softmax('Male') },
      { name: 'Wearing_Hat', values: 2, end: softmax('Wearing_Hat') },
    ],
    words: { scale: '255' },
    byHand: { scaled: unit },
    result: ({ Male, Wearing_Hat: hat }) => [Male![1]!, hat![1]!],
  },
  'the second of two values for each attribute, taken by the network': {
    heads: [
      {
        name: 'p',
        values: 6,
        end: [
          node('Reshape', ['p_sum', 'pairs_last'], ['pairs']),
          node('Softmax', ['pairs'], ['both'], { axis: 2 }),
          node('Gather', ['both', 'one'], ['present'], { axis: 2 }),
          node('Flatten', ['present'], ['p'], { axis: 1 }),
        ],
        shape: ['n', 3],
      },
    ],
    words: { scale: '255', names: names(3) },
    byHand: { scaled: unit },
  },
  'outputs of whole numbers': {
    heads: [
      {
        name: 'p',
        values: 3,
        end: [
          node('Greater', ['p_sum', 'zero'], ['is']),
          node('Cast', ['is'], ['p'], { to: DATA_TYPES.int64 }),
        ],
        type: 'int64',
      },
    ],
    words: { scale: '255', names: names(3) },
    byHand: { scaled: unit },
  },
};

/** Checks files with the onnx package, shapes and types included. */
const CHECK = `
import sys, onnx
for path in sys.argv[1:]:
    onnx.checker.check_model(onnx.load(path), full_check=True)
print(len(sys.argv) - 1)
`;

/** Values that operators of the cases take. */
const CONSTANTS = [
  field(5, tensor('axes', 'int64', [2], [2, 3])),
  field(5, tensor('zero', 'float', [1], [0])),
  // 0 and -1: as many as there are.
  field(5, tensor('pairs_last', 'int64', [3], [0, -1, 2])),
  field(5, tensor('pairs_first', 'int64', [3], [0, 2, -1])),
  field(5, tensor('one', 'int64', [1], [1])),
];

describe('a network is adapted to its form, and gives what it gives by hand:', () => {
  it.each(Object.entries(CASES))(
    '%s',
    async (_, { input = {}, heads = ONE, words, byHand = {}, result = first, within = 1e-5 }) => {
      const bytes = foreignNetwork(input, heads, { graph: CONSTANTS });
      const crops = noiseCrops(IMAGES, input);
      const outputs = await plainOutputs(bytes, crops, IMAGES, { input, ...byHand });
      const rows = await wrappedOutputs(bytes, words, crops);
      const expected = Array.from({ length: IMAGES }, (_image, i) =>
        result(Object.fromEntries(Object.entries(outputs).map(([name, each]) => [name, each[i]!]))),
      );
      expect(Math.max(...expected.flat()) - Math.min(...expected.flat())).toBeGreaterThan(0.1);
      expected.forEach((row, i) => {
        expect(rows[i]).toHaveLength(row.length);
        row.forEach((each, column) => {
          expect(Math.abs(rows[i]![column]! - each)).toBeLessThan(within);
        });
      });
    },
  );
});

it.skipIf(!hasModules(['onnx'], 'checking adapted networks', ['python3-onnx']))(
  'adapted networks are valid, as the onnx package reads them',
  async () => {
    const files = await Promise.all(
      Object.values(CASES).map(async ({ input = {}, heads = ONE, words }) => {
        const file = await fileOf(foreignNetwork(input, heads, { graph: CONSTANTS }));
        const found = await findForm(
          file,
          saidBy(words, (word) => `--${word}`),
        );
        return fileOf(wrapped(file, found));
      }),
    );
    const { stdout } = await promisify(execFile)(PYTHON, ['-c', CHECK, ...files]);
    expect(stdout.trim()).toBe(String(files.length));
  },
);
