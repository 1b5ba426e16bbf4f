/**
 * Builds small ONNX files, valid and invalid ones. Field numbers are those of onnx.proto (ONNX
 * 1.19).
 */
import { Float16Array } from '@petamoriken/float16';
import { PbfWriter } from 'pbf';

/** A field of a protocol buffer: a number as a varint, text and bytes with their length. */
export function field(number: number, value: number | string | Uint8Array): Buffer {
  const writer = new PbfWriter();
  if (typeof value === 'number') writer.writeVarintField(number, value);
  else if (typeof value === 'string') writer.writeStringField(number, value);
  else writer.writeBytesField(number, value);
  return Buffer.from(writer.finish());
}

export const message = (...fields: readonly Buffer[]): Buffer => Buffer.concat(fields);

export const DATA_TYPES = {
  float: 1,
  uint8: 2,
  int32: 6,
  int64: 7,
  string: 8,
  bool: 9,
  float16: 10,
  double: 11,
} as const;
export type DataType = keyof typeof DATA_TYPES;

const RAW = {
  float: (values: readonly number[]) => Float32Array.from(values).buffer,
  double: (values: readonly number[]) => Float64Array.from(values).buffer,
  float16: (values: readonly number[]) => Float16Array.from(values).buffer,
  int64: (values: readonly number[]) =>
    BigInt64Array.from(values.map((value) => BigInt(value))).buffer,
};

/** A tensor with raw data. */
export function tensor(
  name: string,
  type: keyof typeof RAW,
  dimensions: readonly number[],
  values: readonly number[],
): Buffer {
  return message(
    ...dimensions.map((each) => field(1, each)),
    field(2, DATA_TYPES[type]),
    field(8, name),
    field(9, new Uint8Array(RAW[type](values))),
  );
}

/** A tensor whose data are in another file. */
export function externalTensor(
  name: string,
  dimensions: readonly number[],
  place: Record<string, string | number>,
): Buffer {
  return message(
    ...dimensions.map((each) => field(1, each)),
    field(2, DATA_TYPES.float),
    field(8, name),
    ...Object.entries(place).map(([key, each]) =>
      field(13, message(field(1, key), field(2, String(each)))),
    ),
    field(14, 1),
  );
}

/** Attributes: integers, lists of integers, or encoded values. */
export type Attributes = Record<string, number | readonly number[] | Buffer>;

const [INT, INTS] = [2, 7];

function attribute(name: string, value: Attributes[string]): Buffer {
  if (Buffer.isBuffer(value)) return field(5, message(field(1, name), value));
  if (typeof value === 'number')
    return field(5, message(field(1, name), field(3, value), field(20, INT)));
  return field(5, message(field(1, name), ...value.map((each) => field(8, each)), field(20, INTS)));
}

/** Value of an attribute that is a tensor. */
export const tensorAttribute = (value: Buffer): Buffer => message(field(5, value), field(20, 4));
/** Value of an attribute that is a graph. */
export const graphAttribute = (value: Buffer): Buffer => message(field(6, value), field(20, 5));

export function node(
  operator: string,
  inputs: readonly string[],
  outputs: readonly string[],
  attributes: Attributes = {},
  domain = '',
): Buffer {
  return message(
    ...inputs.map((name) => field(1, name)),
    ...outputs.map((name) => field(2, name)),
    field(4, operator),
    ...Object.entries(attributes).map(([name, value]) => attribute(name, value)),
    ...(domain === '' ? [] : [field(7, domain)]),
  );
}

/** An input or output. A string among the dimensions is a symbolic (dynamic) one. */
export function value(
  name: string,
  type: DataType,
  dimensions: readonly (number | string)[],
): Buffer {
  const shape = dimensions.map((each) =>
    field(1, typeof each === 'number' ? field(1, each) : field(2, each)),
  );
  return message(
    field(1, name),
    field(2, field(1, message(field(1, DATA_TYPES[type]), field(2, message(...shape))))),
  );
}

export interface NetworkParts {
  nodes?: readonly Buffer[];
  initializers?: readonly Buffer[];
  inputs?: readonly Buffer[];
  outputs?: readonly Buffer[];
  /** Additional fields of the graph and of the model. */
  graph?: readonly Buffer[];
  model?: readonly Buffer[];
  /** Entries of this project's metadata, encoded as JSON unless they are strings. */
  metadata?: Record<string, unknown>;
  /** Entries of other programs' metadata. */
  foreign?: Record<string, string>;
  opset?: number;
}

export const SIDE = 16;

/**
 * The smallest usable network: `[n, SIDE, SIDE, 3]` → Cast → ReduceMean → MatMul → Sigmoid → `[n,
 * 2]`.
 */
export const SMALL: Required<Pick<NetworkParts, 'nodes' | 'initializers' | 'inputs' | 'outputs'>> =
  {
    nodes: [
      node('Cast', ['images'], ['pixels'], { to: DATA_TYPES.float }),
      node('ReduceMean', ['pixels'], ['means'], { axes: [1, 2], keepdims: 0 }),
      node('MatMul', ['means', 'weights'], ['logits']),
      node('Sigmoid', ['logits'], ['probabilities']),
    ],
    initializers: [tensor('weights', 'float', [3, 2], [0.01, -0.01, 0.02, 0, -0.02, 0.01])],
    inputs: [value('images', 'uint8', ['n', SIDE, SIDE, 3])],
    outputs: [value('probabilities', 'float', ['n', 2])],
  };

/** The small network with some of its parts replaced. */
export function network(parts: NetworkParts = {}): Buffer {
  const {
    nodes,
    initializers,
    inputs,
    outputs,
    graph = [],
    model = [],
    metadata = { attributes: ['A', 'B'] },
    foreign = {},
    opset = 13,
  } = { ...SMALL, ...parts };
  const own = Object.entries(metadata).map(
    ([key, each]) =>
      [`face_clusters.${key}`, typeof each === 'string' ? each : JSON.stringify(each)] as const,
  );
  const entries = [...own, ...Object.entries(foreign)].map(([key, each]) =>
    field(14, message(field(1, key), field(2, each))),
  );
  const content = message(
    ...nodes.map((each) => field(1, each)),
    field(2, 'graph'),
    ...initializers.map((each) => field(5, each)),
    ...inputs.map((each) => field(11, each)),
    ...outputs.map((each) => field(12, each)),
    ...graph,
  );
  return message(field(1, 8), field(7, content), field(8, field(2, opset)), ...entries, ...model);
}

/**
 * The small network with operators inserted between ReduceMean and MatMul: from the value `means`
 * to `passed`.
 */
export function networkWith(
  nodes: readonly Buffer[],
  initializers: readonly Buffer[] = [],
): Buffer {
  const [cast, mean, , sigmoid] = SMALL.nodes as [Buffer, Buffer, Buffer, Buffer];
  return network({
    nodes: [cast, mean, ...nodes, node('MatMul', ['passed', 'weights'], ['logits']), sigmoid],
    initializers: [...SMALL.initializers, ...initializers],
  });
}
