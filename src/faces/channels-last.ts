/**
 * Networks that compute channel by channel (NCHW) made into the same networks that compute pixel by pixel (NHWC), in memory. It is how NVIDIA's tensor
 * cores read float16: cuDNN need not rearrange what goes into and comes out of every convolution. ONNX Runtime's own option for that (`prefer_nhwc`)
 * cannot be reached from Node, its operator for it can: `com.microsoft.NhwcConv` of ONNX Runtime's ContribOperators.md.
 * Field numbers are those of onnx.proto (ONNX 1.17).
 */
import { PbfReader, PbfWriter } from 'pbf';
import { rewrite } from './onnx-fields';

/** Elementwise operators: they do not care how their operands are laid out, as long as all are alike. */
const ELEMENTWISE = new Set([
  'Add',
  'Cast',
  'Clip',
  'Div',
  'HardSigmoid',
  'HardSwish',
  'LeakyRelu',
  'Mul',
  'Relu',
  'Sigmoid',
  'Sub',
  'Tanh',
]);

const DOMAIN = 'com.microsoft';
const CHANNELS_FIRST = [0, 3, 1, 2];
const CHANNELS_LAST = [0, 2, 3, 1];

/** TensorProto.DataType. */
const FLOAT16 = 10;

/** Tensor cores take channels by so many: the first convolution, of three, is faster as it is. */
const FEWEST_CHANNELS = 8;

interface Node {
  inputs: string[];
  outputs: string[];
  name: string;
  op: string;
  domain: string;
  /** Bytes of the attributes. */
  attributes: Uint8Array[];
}

interface Tensor {
  dims: number[];
  type: number;
  /** Bytes of its elements; undefined where the file holds them otherwise. */
  raw: Uint8Array | undefined;
}

/**
 * @param model bytes of an ONNX file.
 * @returns bytes of the network in which convolutions take and give NHWC; undefined where there is none to change, or where it is no ONNX file.
 */
export function channelsLast(model: Uint8Array): Uint8Array | undefined {
  try {
    const changed: boolean[] = [];
    const graphs = rewrite(model, {
      7: (bytes) => {
        const graph = new Graph(bytes);
        changed.push(graph.convert());
        return graph.finish();
      },
      8: (opset) => (domainOf(opset) === DOMAIN ? undefined : opset),
    });
    if (!changed.includes(true)) return undefined;
    const opset = new PbfWriter();
    opset.writeStringField(1, DOMAIN);
    opset.writeVarintField(2, 1);
    const imported = new PbfWriter();
    imported.writeBytesField(8, opset.finish());
    return Buffer.concat([graphs, imported.finish()]);
  } catch {
    return undefined; // not a protocol buffer, or one that holds more than is known here
  }
}

class Graph {
  private readonly nodes: Node[] = [];
  private readonly tensors = new Map<string, { bytes: Uint8Array; tensor: Tensor }>();
  /** Everything else, as it is. */
  private readonly rest: Uint8Array;
  private readonly added = new Map<string, Uint8Array>();
  private readonly out: Node[] = [];
  /** Values that are laid out NHWC now, by the name the network knows them by: the name they have. */
  private readonly last = new Map<string, string>();
  /** … and those that were laid out NCHW again for an operator that needs it. */
  private readonly first = new Map<string, string>();
  /** Outputs of the graph: they stay as they are. */
  private readonly results = new Set<string>();

  constructor(bytes: Uint8Array) {
    this.rest = rewrite(bytes, {
      1: (node) => {
        this.nodes.push(readNode(node));
        // Graphs within use values of this one by their names.
        if (this.nodes.at(-1)!.attributes.some(holdsGraph)) throw new Error('there are graphs within');
        return undefined;
      },
      5: (tensor) => {
        const read = readTensor(tensor);
        this.tensors.set(read.name, { bytes: tensor, tensor: read });
        return undefined;
      },
      12: (info) => {
        this.results.add(nameOf(info));
        return info;
      },
      13: () => undefined, // shapes of values within, which are others now
    });
  }

  /** @returns whether a convolution was changed. */
  convert(): boolean {
    const constants = new Map<string, Tensor>();
    for (const [name, { tensor }] of this.tensors) constants.set(name, tensor);
    for (const node of this.nodes) {
      if (node.op === 'Constant') for (const name of node.outputs) constants.set(name, constantOf(node));
    }
    const isLast = (name: string) => this.last.has(name);
    let changed = false;
    for (const node of this.nodes) {
      const [input = '', weights = ''] = node.inputs;
      const [output = ''] = node.outputs;
      const within = !this.results.has(output);
      if (within && node.op === 'Conv' && isSymmetric(node) && this.turnWeights(weights, groupsOf(node))) {
        this.out.push({ ...node, op: 'NhwcConv', domain: DOMAIN, inputs: [this.lastOf(input), turned(weights), ...node.inputs.slice(2)] });
        this.last.set(output, output);
        changed = true;
      } else if (
        node.op === 'Clip' &&
        process.env.FC_CLIP !== 'keep' &&
        isZero(constants.get(weights)) &&
        constants.has(node.inputs[2] ?? '')
      ) {
        this.splitClip(node);
      } else if (
        within &&
        ELEMENTWISE.has(node.op) &&
        isLast(input) &&
        node.inputs.every((name) => name === '' || isLast(name) || isScalar(constants.get(name)))
      ) {
        this.out.push({ ...node, inputs: node.inputs.map((name) => this.last.get(name) ?? name) });
        this.last.set(output, output);
      } else {
        this.out.push({ ...node, inputs: node.inputs.map((name) => (isLast(name) ? this.firstOf(name) : name)) });
      }
    }
    return changed;
  }

  finish(): Uint8Array {
    const used = new Set(this.out.flatMap(({ inputs }) => inputs));
    const writer = new PbfWriter();
    for (const node of this.out) writer.writeBytesField(1, writeNode(node));
    for (const [name, { bytes }] of this.tensors) if (used.has(name) || this.results.has(name)) writer.writeBytesField(5, bytes);
    for (const bytes of this.added.values()) writer.writeBytesField(5, bytes);
    return Buffer.concat([this.rest, writer.finish()]);
  }

  /** Clip(x, 0, most) = Min(Relu(x), most). CUDA's kernels for these two take four elements a thread, that for Clip one. */
  private splitClip({ inputs: [input = '', , most = ''], outputs: [output = ''], name }: Node): void {
    const isLast = this.last.has(input) && !this.results.has(output);
    const from = isLast ? this.last.get(input)! : this.last.has(input) ? this.firstOf(input) : input;
    const common = { domain: '', attributes: [] };
    this.out.push({ ...common, name: `${name}__relu`, op: 'Relu', inputs: [from], outputs: [`${output}__relu`] });
    this.out.push({ ...common, name, op: 'Min', inputs: [`${output}__relu`, most], outputs: [output] });
    if (isLast) this.last.set(output, output);
  }

  /** A value laid out NHWC. @returns its name. */
  private lastOf(name: string): string {
    let last = this.last.get(name);
    if (last === undefined) {
      last = `${name}__nhwc`;
      this.transpose(name, last, CHANNELS_LAST);
      // The value itself stays as it is for others, which is not so of those convolutions give.
      this.first.set(name, name);
      this.last.set(name, last);
    }
    return last;
  }

  /** A value laid out NCHW, once for all who need it. @returns its name. */
  private firstOf(name: string): string {
    let first = this.first.get(name);
    if (first === undefined) {
      first = `${name}__nchw`;
      this.transpose(this.last.get(name)!, first, CHANNELS_FIRST);
      this.first.set(name, first);
    }
    return first;
  }

  private transpose(from: string, to: string, order: readonly number[]): void {
    const attribute = new PbfWriter();
    attribute.writeStringField(1, 'perm');
    attribute.writePackedVarint(8, [...order]);
    attribute.writeVarintField(20, 7); // INTS
    this.out.push({ name: to, op: 'Transpose', domain: '', attributes: [attribute.finish()], inputs: [from], outputs: [to] });
  }

  /** OIHW → OHWI. @returns whether they are such as are faster then. */
  private turnWeights(name: string, groups: number): boolean {
    const found = this.tensors.get(name);
    if (found === undefined) return false;
    if (this.added.has(turned(name))) return true;
    const { dims, raw, type } = found.tensor;
    const [outputs = 0, inputs = 0, height = 0, width = 0] = dims;
    const size = 2; // bytes of a float16
    if (type !== FLOAT16 || dims.length !== 4 || inputs * groups < FEWEST_CHANNELS) return false;
    if (raw?.length !== size * outputs * inputs * height * width) return false;
    const result = new Uint8Array(raw.length);
    const pixels = height * width;
    let to = 0;
    for (let o = 0; o < outputs; o++) {
      for (let p = 0; p < pixels; p++) {
        for (let i = 0; i < inputs; i++, to += size) {
          const from = ((o * inputs + i) * pixels + p) * size;
          result.set(raw.subarray(from, from + size), to);
        }
      }
    }
    const writer = new PbfWriter();
    writer.writePackedVarint(1, [outputs, height, width, inputs]);
    writer.writeStringField(8, turned(name));
    writer.writeBytesField(9, result);
    const others = rewrite(found.bytes, { 1: none, 8: none, 9: none }, { 1: none });
    this.added.set(turned(name), Buffer.concat([others, writer.finish()]));
    return true;
  }
}

const none = () => undefined;

const turned = (name: string) => `${name}__ohwi`;

const isZero = (tensor: Tensor | undefined) => isScalar(tensor) && tensor?.raw?.every((byte) => byte === 0) === true;

const isScalar = (tensor: Tensor | undefined) => tensor?.dims.every((each) => each === 1) === true;

const groupsOf = (node: Node): number => {
  const group = attributeOf(node, 'group');
  if (group === undefined) return 1;
  return new PbfReader(group).readFields(
    (field, read, reader) => {
      if (field === 3) read.value = reader.readVarint(true);
    },
    { value: 1 },
  ).value;
};

/** What cuDNN takes: as much padding behind as before, given in numbers. */
function isSymmetric(node: Node): boolean {
  if (attributeOf(node, 'auto_pad') !== undefined) return false;
  const pads = numbersOf(node, 'pads') ?? [];
  return pads.every((pad, i) => pad === pads[(i + pads.length / 2) % pads.length]);
}

const attributeOf = (node: Node, name: string) => node.attributes.find((attribute) => nameOf(attribute) === name);

function numbersOf(node: Node, name: string): number[] | undefined {
  const attribute = attributeOf(node, name);
  if (attribute === undefined) return undefined;
  const numbers: number[] = [];
  new PbfReader(attribute).readFields((field, _, reader) => {
    if (field === 8) reader.readPackedVarint(numbers, true);
  }, undefined);
  return numbers;
}

/** The tensor of a Constant; of another kind of constant, one that no operator here takes. */
function constantOf(node: Node): Tensor {
  const value = attributeOf(node, 'value');
  const found: { tensor: Tensor } = { tensor: { dims: [0], type: 0, raw: undefined } };
  if (value === undefined) return found.tensor;
  return new PbfReader(value).readFields((field, read, reader) => {
    if (field === 5) read.tensor = readTensor(reader.readBytes());
  }, found).tensor;
}

const holdsGraph = (attribute: Uint8Array): boolean =>
  new PbfReader(attribute).readFields(
    (field, read) => {
      if (field === 6 || field === 11) read.graph = true;
    },
    { graph: false },
  ).graph;

/** Names are the first field of attributes and of values. */
const nameOf = (message: Uint8Array): string => readString(message, 1);
const domainOf = (opset: Uint8Array): string => readString(opset, 1);

const readString = (message: Uint8Array, wanted: number): string =>
  new PbfReader(message).readFields(
    (field, read, reader) => {
      if (field === wanted) read.text = reader.readString();
    },
    { text: '' },
  ).text;

const readTensor = (bytes: Uint8Array) =>
  new PbfReader(bytes).readFields(
    (field, read, reader) => {
      if (field === 1) reader.readPackedVarint(read.dims, true);
      if (field === 2) read.type = reader.readVarint();
      if (field === 8) read.name = reader.readString();
      if (field === 9) read.raw = reader.readBytes();
    },
    { name: '', dims: [] as number[], type: 0, raw: undefined as Uint8Array | undefined },
  );

const readNode = (bytes: Uint8Array): Node =>
  new PbfReader(bytes).readFields<Node>(
    (field, node, reader) => {
      if (field === 1) node.inputs.push(reader.readString());
      if (field === 2) node.outputs.push(reader.readString());
      if (field === 3) node.name = reader.readString();
      if (field === 4) node.op = reader.readString();
      if (field === 5) node.attributes.push(reader.readBytes());
      if (field === 7) node.domain = reader.readString();
    },
    { inputs: [], outputs: [], name: '', op: '', domain: '', attributes: [] },
  );

function writeNode(node: Node): Uint8Array {
  const writer = new PbfWriter();
  for (const input of node.inputs) writer.writeStringField(1, input);
  for (const output of node.outputs) writer.writeStringField(2, output);
  writer.writeStringField(3, node.name);
  writer.writeStringField(4, node.op);
  for (const attribute of node.attributes) writer.writeBytesField(5, attribute);
  if (node.domain !== '') writer.writeStringField(7, node.domain);
  return writer.finish();
}
