/**
 * Static check of a network file that comes from elsewhere, before ONNX Runtime sees it. An ONNX
 * file is a protocol buffer that may refer to other files, contain loops and functions that call
 * each other, and request terabytes of memory in a few bytes. Field numbers are those of onnx.proto
 * (ONNX 1.19).
 *
 * Where a field occurs twice, the runtime takes the last one or merges both. Here every occurrence
 * has to pass.
 */
import { excerpt } from '../text/excerpt';
import { megabytes } from '../text/sizes';
import { UserError } from '../util/errors';
import {
  MULTIPLIED,
  OPERATORS,
  shapeInputs,
  SIZE_ATTRIBUTES,
  UNMEASURED,
} from './network-operators';
import { DamagedMessage, FieldReader, textOf, varints } from './protobuf-fields';

/** Limits of a network. */
export const NETWORK_LIMITS = {
  /** Bytes of the file. Networks for faces have 10 to 350 MB (MobileNet to ViT-B in float32). */
  bytes: 1e9,
  /** Operators; a ViT-L has about 3,000. */
  nodes: 50_000,
  /** Largest size (pixels, repetitions) given to an operator by a constant. */
  size: 65_536,
  /** Values of a tensor whose shape is given by a constant. */
  values: 2 ** 28,
  /** Shortest and longest side of the crops a network takes, in pixels. */
  side: { from: 8, to: 1024 },
  outputs: 10_000,
};

/** Numbers of a constant that are read: shapes have a handful. */
const MOST_NUMBERS = 64;
/** Dimensions of a tensor: most of ONNX Runtime's kernels support 8. */
const MOST_DIMENSIONS = 32;

/**
 * TensorProto.DataType → bits of a value. Strings (8) and complex numbers (14, 15) are not
 * supported.
 */
const BITS: Readonly<Record<number, number>> = {
  1: 32, 2: 8, 3: 8, 4: 16, 5: 16, 6: 32, 7: 64, 9: 8, 10: 16, 11: 64, 12: 32, 13: 64, 16: 16, 17: 8, 18: 8, 19: 8, 20: 8,
  21: 4, 22: 4, 23: 4, 24: 8, 25: 2, 26: 2,
}; // prettier-ignore
const STRING = 8;
const [FLOAT, INT32, INT64] = [1, 6, 7];

/** An operator of the graph. */
interface Node {
  operator: string;
  inputs: string[];
  outputs: string[];
}

/**
 * @param bytes of an ONNX file.
 * @throws UserError that says what is not supported and what to do; the message does not name the
 * file.
 */
export function inspectNetwork(bytes: Uint8Array): void {
  try {
    new Inspection().model(bytes);
  } catch (error) {
    if (!(error instanceof DamagedMessage)) throw error;
    throw new UserError(`it is not an ONNX model, or the file is damaged: ${error.message}`, {
      cause: error,
    });
  }
}

class Inspection {
  private readonly reader = new FieldReader();
  private readonly nodes: Node[] = [];
  /** Names of the graph's inputs. */
  private readonly inputs: string[] = [];
  private readonly initializers = new Set<string>();
  /** Numbers of small constants, by the name of the value. */
  private readonly constants = new Map<string, number[]>();

  model(bytes: Uint8Array): void {
    // ONNX Runtime detects its own format by these letters; this check would not see its contents.
    if (textOf(bytes.subarray(4, 8)) === 'ORTM') {
      throw new UserError("it is in ONNX Runtime's own format (.ort): expected an ONNX file");
    }
    let graphs = 0;
    this.reader.read(bytes, (field, value) => {
      switch (field) {
        case 7:
          graphs += 1;
          this.graph(messageIn(value));
          break;
        case 20:
          throw new UserError('it contains training graphs: export it for inference');
        case 25:
          throw new UserError(
            'it contains local functions: inline them with onnx.inliner.inline_local_functions(model)',
          );
      }
    });
    if (graphs === 0) throw new DamagedMessage('it has no graph');
    this.checkSizes();
    this.checkShapesAreFixed();
  }

  private graph(graph: Uint8Array): void {
    this.reader.read(graph, (field, value) => {
      switch (field) {
        case 1:
          this.node(messageIn(value));
          break;
        case 5: {
          const { name, numbers } = this.tensor(messageIn(value));
          this.initializers.add(name);
          if (numbers !== undefined) this.constants.set(name, numbers);
          break;
        }
        case 11:
          this.inputs.push(this.value(messageIn(value)));
          break;
        case 12:
        case 13:
          this.value(messageIn(value));
          break;
        case 15:
          throw new UserError('it contains sparse tensors: expected dense ones');
      }
    });
  }

  private node(bytes: Uint8Array): void {
    if (this.nodes.length >= NETWORK_LIMITS.nodes) {
      throw new UserError(
        `it has more than ${NETWORK_LIMITS.nodes.toLocaleString('en')} operators`,
      );
    }
    const node: Node = { operator: '', inputs: [], outputs: [] };
    let domain: string | undefined;
    let operator: string | undefined;
    const attributes: Uint8Array[] = [];
    this.reader.read(bytes, (field, value) => {
      if (field === 1) node.inputs.push(textOf(value));
      if (field === 2) node.outputs.push(textOf(value));
      if (field === 5) attributes.push(messageIn(value));
      if ((field === 4 ? operator : field === 7 ? domain : undefined) !== undefined) {
        throw new DamagedMessage('it names the operator of a node twice');
      }
      if (field === 4) operator = textOf(value);
      if (field === 7) domain = textOf(value);
    });
    node.operator = operator ?? '';
    checkOperator(domain ?? '', node.operator);
    this.nodes.push(node);
    for (const attribute of attributes) this.attribute(attribute, node);
  }

  private attribute(bytes: Uint8Array, { operator, outputs }: Node): void {
    let name = '';
    let ints: number[] = [];
    let numbers: number[] | undefined;
    this.reader.read(bytes, (field, value) => {
      switch (field) {
        case 1:
          name = textOf(value);
          break;
        case 3:
          numbers = varints(value, 1).map(toSigned);
          break;
        case 5:
        case 10:
          ({ numbers } = this.tensor(messageIn(value)));
          break;
        case 6:
        case 11:
          throw new UserError(
            `its operator '${excerpt(operator)}' contains a subgraph: expected a graph without branches and loops`,
          );
        case 8:
          ints = ints.concat(varints(value, MOST_NUMBERS).map(toSigned)).slice(0, MOST_NUMBERS);
          break;
        case 14:
        case 15:
          throw new UserError(`its operator '${excerpt(operator)}' uses types other than tensors`);
        case 22:
        case 23:
          throw new UserError('it contains sparse tensors: expected dense ones');
      }
    });
    if (operator === 'Cast' && name === 'to' && numbers?.[0] === STRING)
      throw new UserError('it converts numbers to text, which is not supported');
    if (operator === 'Constant' && outputs[0] !== undefined) {
      const constant = ints.length > 0 ? ints : numbers;
      if (constant !== undefined) this.constants.set(outputs[0], constant);
    }
    if (SIZE_ATTRIBUTES.has(name)) checkNumbers(operator, ints);
  }

  /** @returns its name, and its numbers if they are few enough to be a shape. */
  private tensor(bytes: Uint8Array): { name: string; numbers: number[] | undefined } {
    let name = '';
    let type = 0;
    let raw: Uint8Array | undefined;
    /** Bytes in the fields of typed values (`float_data`, `int32_data`, …). */
    let typed = 0;
    const dimensions: number[] = [];
    let numbers: number[] = [];
    this.reader.read(bytes, (field, value) => {
      switch (field) {
        case 1:
          dimensions.push(...varints(value, MOST_DIMENSIONS + 1));
          if (dimensions.length > MOST_DIMENSIONS)
            throw new UserError(`it has a tensor of more than ${MOST_DIMENSIONS} dimensions`);
          break;
        case 2:
          type = typeof value === 'number' ? value : -1;
          break;
        case 4:
        case 5:
        case 7:
        case 10:
        case 11:
          typed += typeof value === 'number' ? 8 : value.length;
          if (field !== 10 && numbers.length < MOST_NUMBERS) {
            numbers = numbers.concat(
              field === 4 ? floatsIn(messageIn(value)) : varints(value, MOST_NUMBERS).map(toSigned),
            );
          }
          break;
        case 6:
          throw new UserError('it contains text, which is not supported');
        case 8:
          name = textOf(value);
          break;
        case 9:
          raw = messageIn(value);
          break;
        case 13:
          throw external(name);
        case 14:
          if (value !== 0) throw external(name);
      }
    });
    const bits = BITS[type];
    if (type === STRING || bits === undefined)
      throw new UserError(`it contains values of type ${type}, which is not supported`);
    const count = dimensions.reduce((product, each) => product * each, 1);
    const held = raw === undefined ? typed : raw.length;
    const needed = raw === undefined ? count : Math.ceil((count * bits) / 8);
    // A typed field takes at least a byte a value, except for 4-bit and 2-bit numbers, which share
    // one.
    const least = raw === undefined ? Math.ceil(count / Math.max(1, 8 / bits)) : needed;
    if (!(held >= least) || (raw !== undefined && held !== needed)) {
      throw new DamagedMessage(
        `its tensor '${excerpt(name)}' [${dimensions.join(', ')}] needs ${megabytes(needed)} but has ${megabytes(held)}`,
      );
    }
    const few = count <= MOST_NUMBERS;
    return { name, numbers: !few ? undefined : raw === undefined ? numbers : numbersIn(raw, type) };
  }

  /** Checks that an input, an output or an intermediate value is a tensor. @returns its name. */
  private value(bytes: Uint8Array): string {
    let name = '';
    this.reader.read(bytes, (field, value) => {
      if (field === 1) name = textOf(value);
      if (field === 2) {
        this.reader.read(messageIn(value), (kind) => {
          if (kind === 1 || kind === 6) return; // a tensor; its denotation
          throw new UserError(
            `its value '${excerpt(name)}' is not a tensor: expected tensors only`,
          );
        });
      }
    });
    return name;
  }

  /** Refuses sizes given by constants that nothing could compute. */
  private checkSizes(): void {
    for (const { operator, inputs } of this.nodes) {
      if (UNMEASURED.has(operator) || operator.startsWith('Reduce')) continue;
      for (const position of shapeInputs(operator)) {
        const numbers = this.constants.get(inputs[position] ?? '');
        if (numbers === undefined) continue;
        if (!MULTIPLIED.has(operator)) checkNumbers(operator, numbers);
        else {
          const values = numbers.reduce(
            (product, each) => product * Math.max(1, Math.abs(each)),
            1,
          );
          if (!(values <= NETWORK_LIMITS.values)) throw tooLarge(operator, values);
        }
      }
    }
  }

  /**
   * Refuses shapes that depend on the pixels rather than on the size of the input: a test run on
   * some images would say nothing about the next one. Follows all values that depend on the inputs,
   * except through Shape and Size.
   */
  private checkShapesAreFixed(): void {
    const takers = new Map<string, Node[]>();
    for (const node of this.nodes) {
      for (const input of node.inputs) {
        const known = takers.get(input);
        if (known === undefined) takers.set(input, [node]);
        else known.push(node);
      }
    }
    const reached = new Set<string>();
    const passed = new Set<Node>();
    const waiting = this.inputs.filter((name) => !this.initializers.has(name));
    for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
      if (name === '' || reached.has(name)) continue;
      reached.add(name);
      for (const node of takers.get(name) ?? []) {
        const { operator, inputs, outputs } = node;
        if (operator === 'Shape' || operator === 'Size') continue;
        if (shapeInputs(operator).some((position) => inputs[position] === name)) {
          throw new UserError(
            `its operator '${excerpt(operator)}' makes the size of its output depend on the content of the image: ` +
              'expected sizes that depend on the size of the image only',
          );
        }
        if (passed.has(node)) continue;
        passed.add(node);
        for (const output of outputs) waiting.push(output);
      }
    }
  }
}

function checkOperator(domain: string, operator: string): void {
  if (OPERATORS.get(domain)?.has(operator) === true) return;
  const name = excerpt(domain === '' ? operator : `${domain}.${operator}`);
  throw new UserError(
    `it contains the operator '${name}', which is not supported: expected operators of ONNX that compute tensors from tensors, ` +
      'without branches, loops, randomness, text or files',
  );
}

const external = (tensor: string) =>
  new UserError(
    `its weights ('${excerpt(tensor)}') are stored in another file, which is not supported: ` +
      'save it as one file with onnx.save_model(onnx.load(file), other_file, save_as_external_data=False), ' +
      'or export it from PyTorch with external_data=False',
  );

/** @throws UserError if one of them exceeds the largest size. */
function checkNumbers(operator: string, numbers: readonly number[]): void {
  const largest = numbers.reduce((most, each) => Math.max(most, Math.abs(each)), 0);
  if (!(largest <= NETWORK_LIMITS.size)) throw tooLarge(operator, largest);
}

const tooLarge = (operator: string, size: number) =>
  new UserError(
    `its operator '${excerpt(operator)}' asks for a size of ${size.toLocaleString('en', { maximumFractionDigits: 0 })}`,
  );

/** @throws DamagedMessage if the value is a number. */
function messageIn(value: number | Uint8Array): Uint8Array {
  if (typeof value === 'number') throw new DamagedMessage('it has a number in place of a message');
  return value;
}

/** Varints carry negative numbers as large ones (two's complement of 64 bits). */
const toSigned = (value: number) => (value >= 2 ** 63 ? value - 2 ** 64 : value);

function floatsIn(bytes: Uint8Array): number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: Math.min(MOST_NUMBERS, bytes.length >> 2) }, (_, i) =>
    view.getFloat32(4 * i, true),
  );
}

function numbersIn(raw: Uint8Array, type: number): number[] | undefined {
  const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
  switch (type) {
    case FLOAT:
      return floatsIn(raw);
    case INT32:
      return Array.from({ length: raw.length >> 2 }, (_, i) => view.getInt32(4 * i, true));
    case INT64:
      return Array.from({ length: raw.length >> 3 }, (_, i) =>
        Number(view.getBigInt64(8 * i, true)),
      );
    default:
      return undefined;
  }
}
