/**
 * Reads what a network takes and gives, and how its outputs are computed. Field numbers are those
 * of onnx.proto (ONNX 1.19).
 */
import { excerpt } from '../text/excerpt';
import { t } from '../text/translate';
import { typeName } from './onnx-types';
import { FieldReader, messageIn, textOf } from './protobuf-fields';

/** A dimension: its number, the name of a symbolic one, or undefined where nothing is said. */
export type Dimension = number | string | undefined;

/** An input or output of a network. */
export interface GraphValue {
  name: string;
  /** TensorProto.DataType; 0 where nothing is said. */
  type: number;
  /** Undefined where nothing is said. */
  shape: Dimension[] | undefined;
}

interface GraphNode {
  operator: string;
  inputs: string[];
}

export interface NetworkGraph {
  /** Version of ONNX's own operators; 0 where nothing is said. */
  opset: number;
  /** Inputs that are given for each run: not those that are initialized. */
  inputs: GraphValue[];
  outputs: GraphValue[];
  /** The operator that computes each value, by the name of the value. */
  producers: Map<string, GraphNode>;
  /** Names of initialized values. */
  initializers: Set<string>;
  /** Names of all values, which new ones must not have. */
  names: Set<string>;
}

/**
 * @param bytes content of a file that passed `inspectNetwork`.
 * @throws DamagedMessage if it is not a protocol buffer.
 */
export function readGraph(bytes: Uint8Array): NetworkGraph {
  const reader = new FieldReader();
  const graph: NetworkGraph = {
    opset: 0,
    inputs: [],
    outputs: [],
    producers: new Map(),
    initializers: new Set(),
    names: new Set(),
  };
  reader.read(bytes, (field, value) => {
    if (field === 7) readFields(reader, messageIn(value), graph);
    if (field === 8) {
      const { domain, version } = readOpset(reader, messageIn(value));
      if (domain === '' || domain === 'ai.onnx') graph.opset = version;
    }
  });
  graph.inputs = graph.inputs.filter(({ name }) => !graph.initializers.has(name));
  return graph;
}

function readFields(reader: FieldReader, bytes: Uint8Array, graph: NetworkGraph): void {
  const { inputs, outputs, producers, initializers, names } = graph;
  reader.read(bytes, (field, value) => {
    switch (field) {
      case 1: {
        const { node, results } = readNode(reader, messageIn(value));
        for (const result of results) {
          producers.set(result, node);
          names.add(result);
        }
        break;
      }
      case 5:
        reader.read(messageIn(value), (part, name) => {
          if (part !== 8) return;
          initializers.add(textOf(name));
          names.add(textOf(name));
        });
        break;
      case 11:
      case 12: {
        const each = readValue(reader, messageIn(value));
        names.add(each.name);
        (field === 11 ? inputs : outputs).push(each);
      }
    }
  });
}

function readNode(reader: FieldReader, bytes: Uint8Array): { node: GraphNode; results: string[] } {
  const node: GraphNode = { operator: '', inputs: [] };
  const results: string[] = [];
  reader.read(bytes, (field, value) => {
    if (field === 1) node.inputs.push(textOf(value));
    if (field === 2) results.push(textOf(value));
    if (field === 4) node.operator = textOf(value);
  });
  return { node, results };
}

function readOpset(reader: FieldReader, bytes: Uint8Array): { domain: string; version: number } {
  const opset = { domain: '', version: 0 };
  reader.read(bytes, (field, value) => {
    if (field === 1) opset.domain = textOf(value);
    if (field === 2 && typeof value === 'number') opset.version = value;
  });
  return opset;
}

/** ValueInfoProto → TypeProto → TypeProto.Tensor → elem_type and shape. */
function readValue(reader: FieldReader, bytes: Uint8Array): GraphValue {
  const result: GraphValue = { name: '', type: 0, shape: undefined };
  reader.read(bytes, (field, value) => {
    if (field === 1) result.name = textOf(value);
    if (field !== 2) return;
    reader.read(messageIn(value), (kind, tensor) => {
      if (kind !== 1) return;
      reader.read(messageIn(tensor), (part, each) => {
        if (part === 1 && typeof each === 'number') result.type = each;
        if (part === 2) result.shape = readShape(reader, messageIn(each));
      });
    });
  });
  return result;
}

function readShape(reader: FieldReader, bytes: Uint8Array): Dimension[] {
  const shape: Dimension[] = [];
  reader.read(bytes, (field, dimension) => {
    if (field !== 1) return;
    let length: Dimension;
    reader.read(messageIn(dimension), (kind, value) => {
      // Some exporters write a dynamic dimension as 0 or -1.
      if (kind === 1 && typeof value === 'number')
        length = value > 0 && value < 2 ** 31 ? value : undefined;
      if (kind === 2) length = textOf(value);
    });
    shape.push(length);
  });
  return shape;
}

/** Name and shape of an input or output in messages, which write `'{0}' ({1})`. */
export const nameAndShape = (value: GraphValue) => [excerpt(value.name), shapeText(value)] as const;

/** `'input' (float32 [n, 3, 224, 224])`, for lists of them. */
export function quotedValue(value: GraphValue): string {
  const [name, shape] = nameAndShape(value);
  return `'${name}' (${shape})`;
}

/** `float32 [n, 3, 224, 224]`, for people. */
export function shapeText({ type, shape }: GraphValue): string {
  const dimensions = shape?.map((each) =>
    each === undefined || each === '' ? '?' : typeof each === 'number' ? each : excerpt(each, 20),
  );
  return dimensions === undefined
    ? t('{0} of an unknown shape', typeName(type))
    : `${typeName(type)} [${dimensions.join(', ')}]`;
}

/** Whether a value does not depend on the inputs. */
export function isConstant({ producers, initializers }: NetworkGraph, name: string): boolean {
  if (initializers.has(name)) return true;
  const node = producers.get(name);
  if (node === undefined) return false;
  if (node.operator === 'Constant') return true;
  return node.operator === 'Identity' && initializers.has(node.inputs[0] ?? '');
}
