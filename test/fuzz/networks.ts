/**
 * Generates hostile and broken networks from a seed. `npm test` runs a few of them. Each has to end
 * in a usable network or a UserError, within limits of time, and the engine has to survive.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PbfWriter } from 'pbf';
import { EngineDied, type EngineClient } from '../../src/engine/client';
import { withHardSigmoids } from '../../src/networks/clip-to-hard-sigmoid';
import { toFloat32 } from '../../src/networks/float16-to-float32';
import { hiddenLayer } from '../../src/networks/hidden-layer';
import { inspectNetwork } from '../../src/networks/inspect-network';
import { metadataIn } from '../../src/networks/model-metadata';
import { readNetwork } from '../../src/networks/network-content';
import { readGraph } from '../../src/networks/network-graph';
import { OPERATORS } from '../../src/networks/network-operators';
import { UserError } from '../../src/util/errors';
import {
  field,
  graphAttribute,
  message,
  network,
  networkWith,
  node,
  SIDE,
  SMALL,
  tensor,
  tensorAttribute,
  value,
} from '../support/onnx';
import {
  type ForeignHead,
  foreignNetwork,
  plain,
  sigmoid,
  softmax,
} from '../support/foreign-networks';
import { random } from '../support/vectors';

export interface NetworkCase {
  /** Seed, index and mutations: enough to generate it again. */
  title: string;
  bytes: Buffer;
}

/** Limit of reading a case, in milliseconds of CPU time. */
const LIMIT = 3000;
/** Limit of the engine's answer, in milliseconds: that of a test run, and the time to start one. */
const ENGINE_LIMIT = 60_000;

type Draw = () => number;
const below = (draw: Draw, end: number) => Math.floor(draw() * end);
const pick = <T>(draw: Draw, list: readonly T[]): T => list[below(draw, list.length)]!;

const HUGE = [
  0,
  1,
  127,
  65_537,
  2 ** 31 - 1,
  2 ** 31,
  2 ** 32 + 1,
  2 ** 40,
  2 ** 53,
  -1,
  -(2 ** 40),
];
const DOMAINS = ['', 'ai.onnx', 'com.microsoft', 'ai.onnx.ml', 'com.microsoft.nchwc', 'evil'];
const REFUSED = [
  'Loop',
  'If',
  'Scan',
  'SequenceMap',
  'RandomNormal',
  'ImageDecoder',
  'NonZero',
  'EPContext',
  '',
  'A\nB',
  '\0',
];
const NAMES = [
  'means',
  'passed',
  'images',
  'weights',
  'c',
  '',
  '__proto__',
  'constructor',
  '\u202e',
];

/** A constant of small or huge numbers. */
function constant(draw: Draw): Buffer {
  const numbers = Array.from({ length: below(draw, 6) }, () =>
    pick(draw, draw() < 0.7 ? [1, 2, 3, SIDE] : HUGE),
  );
  const shape = draw() < 0.8 ? [numbers.length] : [pick(draw, HUGE), pick(draw, HUGE)];
  return tensor('c', draw() < 0.7 ? 'int64' : 'float', shape, numbers);
}

/** An operator, mostly a supported one, with inputs and attributes that may fit. */
function operator(draw: Draw): Buffer {
  const domain = draw() < 0.85 ? '' : pick(draw, DOMAINS);
  const known = [...(OPERATORS.get(domain) ?? [])];
  const name = known.length > 0 && draw() < 0.9 ? pick(draw, known) : pick(draw, REFUSED);
  const inputs = [
    'means',
    ...Array.from({ length: below(draw, 3) }, () => (draw() < 0.8 ? 'c' : pick(draw, NAMES))),
  ];
  const attributes: Record<string, number | number[] | Buffer> = {};
  if (draw() < 0.4) attributes[pick(draw, ['axis', 'to', 'keepdims', 'mode'])] = pick(draw, HUGE);
  if (draw() < 0.4)
    attributes[pick(draw, ['pads', 'strides', 'axes', 'kernel_shape'])] = [1, pick(draw, HUGE)];
  if (draw() < 0.1) attributes.value = tensorAttribute(constant(draw));
  if (draw() < 0.05) attributes.body = graphAttribute(message(field(1, operator(draw))));
  return node(name, inputs, draw() < 0.9 ? ['passed'] : [pick(draw, NAMES)], attributes, domain);
}

const CHANNELS = [1, 3, 3, 3, 4, 'c'] as const;
const TYPES = ['float', 'float16', 'double', 'uint8', 'int64', 'string', 'bool'] as const;
const TEXTS = [
  '0.5',
  '[0.485, 0.456, 0.406]',
  '0,0,0',
  '1e999',
  '-1',
  'sigmoid',
  'softmax',
  'embedding',
  'none,sigmoid',
  'bgr',
  'nchw',
  '1,1',
  '2',
  '65536x1',
  "{0: 'a', 1: 'b'}",
  '{"a": 0, "b": 1}',
  `['${'a'.repeat(300)}', "b"]`,
  'a,b',
  'a\nb',
  "['",
  '{'.repeat(1000),
  '\\'.repeat(1000),
  "'".repeat(999),
  '1'.repeat(200_000),
  `{${'1'.repeat(200_000)}`,
  `{0${' '.repeat(200_000)}x`,
  `0${' '.repeat(200_000)}\n1`,
  `['${'\\\\'.repeat(100_000)}`,
  '= '.repeat(100_000),
  '['.repeat(200_000),
  '',
  '\u202e',
];
const KEYS = [
  'mean',
  'std',
  'scale',
  'names',
  'classes',
  'id2label',
  'activation',
  'channels',
  'layout',
  'author',
  'task',
];
const OWN_KEYS = [
  'mean',
  'std',
  'scale',
  'layout',
  'channels',
  'size',
  'outputs',
  'activation',
  'groups',
  'wrapped',
];

/** A network as other programs export them, with metadata that may fit. */
function foreign(draw: Draw): Buffer {
  const shape = pick<(number | string)[]>(draw, [
    ['n', pick(draw, CHANNELS), SIDE, SIDE],
    ['n', SIDE, SIDE, pick(draw, CHANNELS)],
    [pick(draw, [1, 2, 64, 1e9]), 3, SIDE, SIDE],
    ['n', 3, 'h', 'w'],
    [3, SIDE, SIDE],
    ['n', pick(draw, HUGE), pick(draw, HUGE), 3],
  ]);
  const input = { type: pick(draw, ['float', 'float', 'float16', 'uint8'] as const), shape };
  const heads = Array.from({ length: 1 + below(draw, 3) }, (_, i): ForeignHead => {
    const name = pick(draw, NAMES.slice(4)) + String(i);
    const values = pick(draw, [1, 2, 3, 40, 128]);
    return {
      name,
      values,
      end: pick(draw, [sigmoid, softmax, plain])(name),
      type: draw() < 0.8 ? 'float' : pick(draw, TYPES),
      shape: pick<(number | string)[]>(draw, [
        ['n', values],
        ['n', values, 1, 1],
        ['n', 'k'],
        ['n', 'k', 2],
        ['n', 2, pick(draw, HUGE)],
        [values],
        ['n', pick(draw, HUGE)],
      ]),
    };
  });
  const entries = (keys: readonly string[]) =>
    Object.fromEntries(
      Array.from({ length: below(draw, 5) }, () => [pick(draw, keys), pick(draw, TEXTS)]),
    );
  return foreignNetwork(input, heads, {
    metadata: draw() < 0.5 ? {} : entries(OWN_KEYS),
    foreign: { mean: '0.5', ...entries(KEYS) },
  });
}

/** A valid or nearly valid network. */
function base(draw: Draw): Buffer {
  switch (below(draw, 9)) {
    case 6:
    case 7:
    case 8:
      return foreign(draw);
    case 0:
      return network();
    case 1:
      return networkWith([operator(draw)], [constant(draw)]);
    case 2:
      return networkWith([operator(draw), operator(draw), operator(draw)], [constant(draw)]);
    case 3:
      return network({ inputs: [value('images', 'uint8', ['n', pick(draw, HUGE), SIDE, 3])] });
    case 4:
      return network({ outputs: [value('probabilities', 'float', ['n', pick(draw, HUGE)])] });
    default:
      return network({
        metadata: {
          attributes: pick<unknown>(draw, [
            ['A'],
            ['A', 'A'],
            ['__proto__', 'constructor'],
            ['', 'B'],
            'A',
            [1, 2],
            {},
            null,
            '[[[[',
            ['A\n', 'B'],
          ]),
          thresholds: pick<unknown>(draw, [
            { balanced: [0.5, 0.5] },
            { balanced: [0, 2] },
            { balanced: 'x' },
            [],
            0,
            '{',
          ]),
        },
      });
  }
}

/** Parts that no supported network has. */
function foreignPart(draw: Draw): Buffer {
  const external = message(
    field(1, 1),
    field(2, 1),
    field(8, 'weights'),
    field(13, message(field(1, 'location'), field(2, '../../etc/passwd'))),
  );
  return pick(draw, [
    field(7, field(5, message(external, field(14, 1)))),
    field(7, field(15, message(field(3, 1)))),
    field(7, field(1, node('Loop', ['means'], ['x']))),
    field(25, message(field(1, 'f'), field(7, node('f', ['x'], ['x'])))),
    field(20, SMALL.nodes[0]!),
    field(14, message(field(1, 'face_clusters.attributes'), field(2, '['.repeat(5000)))),
    field(14, Buffer.from(`..ORTM${'x'.repeat(20)}`)),
    Buffer.alloc(20_000, Buffer.from([0x72, 0x00])),
    Buffer.from([0x0b, 0x0c]),
    Buffer.from([0x3a, 0xff, 0xff, 0xff, 0xff, 0x7f]),
    field(8, message(field(1, 'evil'), field(2, 1))),
  ]);
}

function bigVarint(draw: Draw): Buffer {
  const writer = new PbfWriter();
  writer.writeVarint(pick(draw, HUGE));
  return Buffer.from(writer.finish());
}

type Mutation = (bytes: Buffer, draw: Draw) => Buffer;
const at = (bytes: Buffer, draw: Draw) => below(draw, bytes.length + 1);
const insert = (bytes: Buffer, position: number, piece: Buffer, over = 0) =>
  Buffer.concat([bytes.subarray(0, position), piece, bytes.subarray(position + over)]);

const MUTATIONS: Record<string, Mutation> = {
  none: (bytes) => bytes,
  flip(bytes, draw) {
    const copy = Buffer.from(bytes);
    for (let i = 0; i < 1 + below(draw, 3); i++)
      if (copy.length > 0) copy[below(draw, copy.length)]! ^= 1 << below(draw, 8);
    return copy;
  },
  cut: (bytes, draw) => bytes.subarray(0, at(bytes, draw)),
  number: (bytes, draw) => insert(bytes, at(bytes, draw), bigVarint(draw), 1),
  insert: (bytes, draw) => insert(bytes, at(bytes, draw), bigVarint(draw)),
  copy(bytes, draw) {
    const from = at(bytes, draw);
    return insert(bytes, at(bytes, draw), bytes.subarray(from, from + below(draw, 200)));
  },
  foreign: (bytes, draw) => message(bytes, foreignPart(draw)),
  foreignBefore: (bytes, draw) => message(foreignPart(draw), bytes),
  merged: (bytes, draw) => message(bytes, base(draw)),
  deep(bytes, draw) {
    let deep = bytes;
    const number = pick(draw, [1, 5, 6, 7, 11]);
    for (let depth = 0; depth < 300; depth++) deep = field(number, deep);
    return deep;
  },
  noise: (_, draw) =>
    Buffer.from(Uint8Array.from({ length: below(draw, 2000) }, () => below(draw, 256))),
};

/** @yields `count` cases; the same ones for the same seed. */
export function* networkCases(seed: number, count: number): Generator<NetworkCase> {
  for (let i = 0; i < count; i++) {
    const draw = random(seed * 1_000_003 + i);
    let bytes = base(draw);
    const done: string[] = [];
    // Half of them are valid protocol buffers with hostile content.
    for (let left = draw() < 0.5 ? 0 : 1 + below(draw, 3); left > 0; left--) {
      const name = pick(draw, Object.keys(MUTATIONS));
      bytes = Buffer.from(MUTATIONS[name]!(bytes, draw));
      done.push(name);
    }
    yield { title: `network ${seed}/${i}: ${done.join(', ') || 'unchanged'}`, bytes };
  }
}

/**
 * Checks the file of a case and, if that passes, has an engine run it.
 * @param folder where its file is written.
 * @param engine undefined to check the file only, which takes a thousandth of the time.
 * @returns 'usable', 'in order' if it passed without an engine, or the message of the UserError.
 * @throws Error if it ends in anything else, or exceeds a limit.
 */
export async function runNetworkCase(
  { title, bytes }: NetworkCase,
  folder: string,
  engine?: EngineClient,
): Promise<string> {
  const file = join(folder, 'model.onnx');
  await writeFile(file, bytes);
  const started = process.cpuUsage();
  let outcome = 'in order';
  for (const read of [
    () => readNetwork(file),
    () => seekHiddenLayer(file),
    inspectNetwork,
    (each: Buffer) => metadataIn(each, 'model.onnx'),
    toFloat32,
    withHardSigmoids,
  ]) {
    try {
      await Promise.resolve(read(bytes));
    } catch (error) {
      if (!(error instanceof UserError))
        throw new Error(`${title}: ended in ${String(error)}`, { cause: error });
      if (outcome === 'in order') outcome = error.message;
    }
  }
  const { user, system } = process.cpuUsage(started);
  if ((user + system) / 1000 > LIMIT)
    throw new Error(`${title}: took ${((user + system) / 1e6).toFixed(1)} s to read`);
  if (outcome !== 'in order' || engine === undefined) return outcome;
  const asked = performance.now();
  try {
    await engine.call('model', { file });
    outcome = 'usable';
  } catch (error) {
    if (error instanceof EngineDied || !(error instanceof UserError)) {
      throw new Error(`${title}: the engine ended in ${String(error)}`, { cause: error });
    }
    outcome = error.message;
  }
  if (performance.now() - asked > ENGINE_LIMIT)
    throw new Error(
      `${title}: the engine took ${((performance.now() - asked) / 1000).toFixed(1)} s`,
    );
  return outcome;
}

/** A network need not have a hidden layer that can be read. */
async function seekHiddenLayer(file: string): Promise<void> {
  const { bytes } = await readNetwork(file);
  try {
    hiddenLayer(readGraph(bytes));
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
  }
}
