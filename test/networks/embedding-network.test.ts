/** The last hidden layer is found by structure, and read as it is. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openEmbeddingModel } from '../../src/networks/embedding-network';
import { hiddenLayer } from '../../src/networks/hidden-layer';
import { readGraph } from '../../src/networks/network-graph';
import { noiseCrops } from '../support/foreign-networks';
import { temporaryFolder } from '../support/images';
import { network, type NetworkParts, node, SIDE, SMALL, tensor, value } from '../support/onnx';
import { bundled } from '../support/settings';

const [CAST, MEAN] = SMALL.nodes as [Buffer, Buffer];
/** Of the mean colors to three hidden numbers. */
const FIRST = [0.1, -0.2, 0.3, 0.05, 0.1, -0.3, -0.1, 0.2, 0.1];
const WEIGHTS = [
  tensor('first', 'float', [3, 3], FIRST),
  tensor('weights', 'float', [3, 2], [0.01, -0.01, 0.02, 0, -0.02, 0.01]),
];
const HIDDEN = [node('MatMul', ['means', 'first'], ['sums']), node('Relu', ['sums'], ['hidden'])];
const LAST = node('Gemm', ['hidden', 'weights'], ['logits']);
const SIGMOID = node('Sigmoid', ['logits'], ['probabilities']);

const deep = (parts: NetworkParts = {}, ...ends: readonly Buffer[]): Buffer =>
  network({
    nodes: [CAST, MEAN, ...HIDDEN, ...(ends.length === 0 ? [LAST, SIGMOID] : ends)],
    initializers: WEIGHTS,
    ...parts,
  });

async function embeddings(bytes: Uint8Array, crops: Uint8Array, count: number) {
  const file = join(await temporaryFolder(), 'network.onnx');
  await writeFile(file, bytes);
  const model = await openEmbeddingModel(file, { provider: 'cpu', threads: 1 });
  const { columns, crop } = model;
  const values = Array.from(await model.embed(crops, count));
  await model.release();
  return { columns, crop, values };
}

/** The hidden numbers by their definition. */
function hiddenOf(crops: Uint8Array, image: number): number[] {
  const size = SIDE * SIDE;
  const means = [0, 1, 2].map((color) => {
    let sum = 0;
    for (let i = 0; i < size; i++) sum += crops[(image * size + i) * 3 + color]!;
    return sum / size;
  });
  return [0, 1, 2].map((to) =>
    Math.max(
      0,
      means.reduce((sum, mean, from) => sum + mean * FIRST[from * 3 + to]!, 0),
    ),
  );
}

const COUNT = 5;
const CROPS = noiseCrops(COUNT);

describe('the hidden layer', () => {
  it('is the input of the last linear layer', async () => {
    const { columns, crop, values } = await embeddings(deep(), CROPS, COUNT);
    expect({ columns, crop }).toMatchObject({ columns: 3, crop: { width: SIDE, height: SIDE } });
    const expected = Array.from({ length: COUNT }, (_, i) => hiddenOf(CROPS, i)).flat();
    values.forEach((each, i) => {
      expect(each).toBeCloseTo(expected[i]!, 3);
    });
  });

  it('may be the one of several outputs, joined or not', () => {
    const ends = [
      node('MatMul', ['hidden', 'weights'], ['a']),
      node('Softmax', ['a'], ['b']),
      node('MatMul', ['hidden', 'weights'], ['c']),
      node('Concat', ['b', 'c'], ['probabilities'], { axis: 1 }),
    ];
    expect(hiddenLayer(readGraph(deep({}, ...ends)))).toBe('hidden');
    const outputs = [value('b', 'float', ['n', 2]), value('c', 'float', ['n', 2])];
    expect(hiddenLayer(readGraph(deep({ outputs }, ...ends)))).toBe('hidden');
  });

  it('is read in networks of a fixed batch', async () => {
    const inputs = [value('images', 'uint8', [2, SIDE, SIDE, 3])];
    const outputs = [value('probabilities', 'float', [2, 2])];
    const fixed = await embeddings(deep({ inputs, outputs }), CROPS, COUNT);
    const open = await embeddings(deep(), CROPS, COUNT);
    expect(fixed.values).toEqual(open.values);
  });

  it('is not read where the output is an embedding itself', async () => {
    const bytes = deep({ metadata: { activation: 'embedding' } });
    await expect(embeddings(bytes, CROPS, COUNT)).rejects.toThrow(/ends in a sigmoid already/);
    const ends = node('Gemm', ['hidden', 'weights'], ['probabilities']);
    const { columns, values } = await embeddings(
      deep({ metadata: { activation: 'embedding' } }, ends),
      CROPS,
      COUNT,
    );
    expect(columns).toBe(2);
    const hidden = hiddenOf(CROPS, 0);
    const weights = [0.01, 0.02, -0.02];
    expect(values[0]).toBeCloseTo(
      hidden.reduce((sum, each, i) => sum + each * weights[i]!, 0),
      4,
    );
  });

  it('is what the bundled networks give, whatever the batch', async () => {
    const model = await openEmbeddingModel(bundled.cpu, { provider: 'cpu' });
    const { crop, columns } = model;
    const crops = noiseCrops(3, crop);
    const together = Float32Array.from(await model.embed(crops, 3));
    const alone = await model.embed(crops.subarray(2 * crop.width * crop.height * 3), 1);
    expect(columns).toBe(1536);
    expect([...alone]).toEqual([...together.subarray(2 * columns)]);
    await model.release();
    const other = await openEmbeddingModel(bundled.gpu, { provider: 'cpu' });
    expect(other.columns).toBe(columns);
    await other.release();
  });
});

describe('a network without a hidden layer that can be read', () => {
  const other = tensor('other', 'float', [3, 2], [1, 2, 3, 4, 5, 6]);
  const cases: Record<string, [Buffer, RegExp]> = {
    'weighs the pixels': [network(), /got a layer of the pixels themselves$/],
    'multiplies two computed values': [
      deep({}, node('MatMul', ['hidden', 'sums'], ['logits']), SIGMOID),
      /got a MatMul without constant weights$/,
    ],
    'has layers of different inputs': [
      deep(
        { initializers: [...WEIGHTS, other] },
        LAST,
        node('MatMul', ['sums', 'other'], ['more']),
        node('Concat', ['logits', 'more'], ['probabilities'], { axis: 1 }),
      ),
      /got layers with 2 different inputs$/,
    ],
    'ends otherwise': [
      deep({}, LAST, node('ReduceMean', ['logits'], ['probabilities'], { axes: [1] })),
      /got an output by ReduceMean$/,
    ],
  };

  it.each(Object.entries(cases))('%s', (_, [bytes, message]) => {
    expect(() => hiddenLayer(readGraph(bytes))).toThrow(message);
    expect(() => hiddenLayer(readGraph(bytes))).toThrow(/^this network has no hidden layer/);
  });

  it('is refused with its name, where the layer is no list of numbers', async () => {
    const bytes = network({
      nodes: [
        CAST,
        node('MatMul', ['pixels', 'first'], ['hidden']),
        node('MatMul', ['hidden', 'weights'], ['maps']),
        node('Flatten', ['maps'], ['flat'], { axis: 1 }),
        node('Slice', ['flat', 'from', 'to', 'axes'], ['logits']),
        SIGMOID,
      ],
      initializers: [
        ...WEIGHTS,
        tensor('from', 'int64', [1], [0]),
        tensor('to', 'int64', [1], [2]),
        tensor('axes', 'int64', [1], [1]),
      ],
    });
    await expect(embeddings(bytes, CROPS, COUNT)).rejects.toThrow(
      /^the model '.*' cannot be used: this network has no hidden layer .* got one of \[1, 16, 16, 3\] for an image$/,
    );
  });

  it('is refused where its numbers are not finite', async () => {
    const bytes = deep(
      {},
      node('Log', ['hidden'], ['logs']),
      node('Gemm', ['logs', 'weights'], ['logits']),
      SIGMOID,
    );
    await expect(embeddings(bytes, new Uint8Array(CROPS.length), 1)).rejects.toThrow(
      /its hidden layer gave a value that is not a number$/,
    );
  });
});
