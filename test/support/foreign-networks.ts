/**
 * Networks as other programs export them, and what they give by an independent reference: the plain
 * network in ONNX Runtime, with pixels and outputs prepared by hand.
 */
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { Float16Array } from '@petamoriken/float16';
import {
  type DataType,
  DATA_TYPES,
  network,
  type NetworkParts,
  node,
  SIDE,
  tensor,
  value,
} from './onnx';
import { random } from './vectors';

export interface ForeignHead {
  name: string;
  values: number;
  /** Operators from the weighted sum `sum`, `[n, values]`, to the output of this name. */
  end?: readonly Buffer[];
  type?: DataType;
  /** Shape of the output; `[n, values]` by default. */
  shape?: readonly (number | string)[];
}

export interface ForeignInput {
  type?: 'float' | 'float16' | 'double' | 'uint8';
  layout?: 'nchw' | 'nhwc';
  colors?: number;
  batch?: number | string;
  width?: number;
  height?: number;
  /** Dimensions that are declared, if they differ. */
  shape?: readonly (number | string)[];
}

/** An operator that gives the output of a head as it is. */
export const plain = (head: string): Buffer[] => [node('Identity', [`${head}_sum`], [head])];
export const sigmoid = (head: string): Buffer[] => [node('Sigmoid', [`${head}_sum`], [head])];
export const softmax = (head: string): Buffer[] => [
  node('Softmax', [`${head}_sum`], [head], { axis: 1 }),
];

/** A network that weighs every pixel and color by itself: an error in their order shows. */
export function foreignNetwork(
  input: ForeignInput,
  heads: readonly ForeignHead[],
  parts: NetworkParts = {},
): Buffer {
  const { type = 'float', layout = 'nchw', colors = 3, batch = 'n' } = input;
  const { width = SIDE, height = SIDE } = input;
  const shape = layout === 'nchw' ? [batch, colors, height, width] : [batch, height, width, colors];
  const pixels = colors * height * width;
  const draw = random(7);
  const inner = type === 'uint8' ? 'float' : type;
  const scale = type === 'uint8' ? 0.0005 : 0.05;
  const weights = heads.map(({ name, values }) =>
    tensor(
      `${name}_weights`,
      inner,
      [pixels, values],
      Array.from({ length: pixels * values }, () => scale * (draw() - 0.5)),
    ),
  );
  return network({
    nodes: [
      ...(type === 'uint8'
        ? [node('Cast', ['image'], ['numbers'], { to: DATA_TYPES.float })]
        : [node('Identity', ['image'], ['numbers'])]),
      node('Flatten', ['numbers'], ['flat'], { axis: 1 }),
      ...heads.flatMap(({ name, end }) => [
        node('MatMul', ['flat', `${name}_weights`], [`${name}_product`]),
        node('Cast', [`${name}_product`], [`${name}_sum`], { to: DATA_TYPES.float }),
        ...(end ?? sigmoid(name)),
      ]),
    ],
    initializers: weights,
    inputs: [value('image', type, input.shape ?? shape)],
    outputs: heads.map((head) =>
      value(head.name, head.type ?? 'float', head.shape ?? [batch, head.values]),
    ),
    metadata: {},
    ...parts,
  });
}

/** How pixels become the numbers of an input: written once more, apart from the program. */
export interface ByHand {
  input?: ForeignInput;
  /** Of each color, from a pixel from 0 to 255. */
  scaled?: (pixel: number, color: number) => number;
  order?: 'rgb' | 'bgr';
}

/**
 * @param crops RGB, `[count, height, width, 3]`.
 * @returns what the plain network gives for each output, one image at a time.
 */
export async function plainOutputs(
  bytes: Uint8Array,
  crops: Uint8Array,
  count: number,
  { input = {}, scaled = (pixel) => pixel, order = 'rgb' }: ByHand,
): Promise<Record<string, number[][]>> {
  const { type = 'float', layout = 'nchw', colors = 3, batch = 'n' } = input;
  const { width = SIDE, height = SIDE } = input;
  const session = await InferenceSession.create(bytes, { logSeverityLevel: 3 });
  const size = typeof batch === 'number' ? batch : 1;
  const results: Record<string, number[][]> = {};
  for (let image = 0; image < count; image++) {
    const numbers: number[] = [];
    const colorOf = (row: number, column: number, color: number) => {
      const at = (channel: number) =>
        crops[((image * height + row) * width + column) * 3 + channel]!;
      if (colors === 1) return scaled(0.299 * at(0) + 0.587 * at(1) + 0.114 * at(2), 0);
      return scaled(at(order === 'bgr' ? 2 - color : color), color);
    };
    const [rows, columns, channels] = [height, width, colors].map((end) => [...Array(end).keys()]);
    if (layout === 'nchw') {
      for (const color of channels!)
        for (const row of rows!)
          for (const column of columns!) numbers.push(colorOf(row, column, color));
    } else {
      for (const row of rows!)
        for (const column of columns!)
          for (const color of channels!) numbers.push(colorOf(row, column, color));
    }
    const all = Array.from({ length: size }, () => numbers).flat();
    const dimensions =
      layout === 'nchw' ? [size, colors, height, width] : [size, height, width, colors];
    const outputs = await session.run({ image: tensorOf(type, all, dimensions) });
    for (const [name, { data: values }] of Object.entries(outputs)) {
      const list = Array.from(values as Iterable<number | bigint>, Number);
      (results[name] ??= []).push(list.slice(0, list.length / size));
    }
  }
  await session.release();
  return results;
}

function tensorOf(
  type: NonNullable<ForeignInput['type']>,
  numbers: readonly number[],
  shape: number[],
): Tensor {
  switch (type) {
    case 'uint8':
      return new Tensor('uint8', Uint8Array.from(numbers), shape);
    case 'double':
      return new Tensor('float64', Float64Array.from(numbers), shape);
    case 'float16':
      return new Tensor('float16', new Uint16Array(Float16Array.from(numbers).buffer), shape);
    case 'float':
      return new Tensor('float32', Float32Array.from(numbers), shape);
  }
}

/** RGB crops of noise, the same ones every time. */
export function noiseCrops(count: number, { width = SIDE, height = SIDE } = {}): Uint8Array {
  const draw = random(3);
  return Uint8Array.from({ length: count * width * height * 3 }, () => Math.floor(256 * draw()));
}
