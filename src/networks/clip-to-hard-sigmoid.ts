/**
 * Replaces Clips to [0, 1] by HardSigmoids of slope 1, in memory. Both compute max(0, min(1, x)).
 * The CUDA provider reads the values twice for a Clip and once for a HardSigmoid, which saves an
 * eighth of the network's time on an H100. The file keeps the Clips, since other providers fuse
 * them with the convolution before, and some do not support HardSigmoid. `clip_at_one` in
 * training/faces/onnx_file.py makes the network's clips end at 1. Field numbers are those of
 * onnx.proto (ONNX 1.17).
 */
import { Float16Array } from '@petamoriken/float16';
import { PbfReader, PbfWriter } from 'pbf';
import { readTensor } from './onnx-tensor';
import { FLOAT, FLOAT16 } from './onnx-types';
import { rewrite } from './rewrite-message';

/** AttributeProto.AttributeType. */
const FLOAT_ATTRIBUTE = 1;

interface Node {
  inputs: string[];
  output: string;
  operator: string;
  /** Value of a Constant, if it is a single number. */
  constant: number | undefined;
}

/**
 * @param model content of an ONNX file.
 * @returns content of the changed file; undefined where it has no such Clip, or is not an ONNX file
 * (ONNX Runtime has the better error message).
 */
export function withHardSigmoids(model: Uint8Array): Uint8Array | undefined {
  let changed = 0;
  try {
    const bytes = rewrite(model, {
      7: (graph) => {
        const constants = constantsIn(graph);
        return rewrite(graph, {
          1: (node) => {
            const { operator, inputs, output } = readNode(node);
            const [values = '', min = '', max = ''] = inputs;
            if (operator !== 'Clip' || constants.get(min) !== 0 || constants.get(max) !== 1)
              return node;
            changed += 1;
            return hardSigmoid(values, output);
          },
        });
      },
    });
    return changed > 0 ? bytes : undefined;
  } catch {
    return undefined; // not a protocol buffer
  }
}

function constantsIn(graph: Uint8Array): Map<string, number> {
  const constants = new Map<string, number>();
  new PbfReader(graph).readFields((field, _, reader) => {
    if (field !== 1) return;
    const { operator, output, constant } = readNode(reader.readBytes());
    if (operator === 'Constant' && constant !== undefined) constants.set(output, constant);
  }, undefined);
  return constants;
}

function readNode(bytes: Uint8Array): Node {
  const node: Node = { inputs: [], output: '', operator: '', constant: undefined };
  new PbfReader(bytes).readFields((field, _, reader) => {
    if (field === 1) node.inputs.push(reader.readString());
    if (field === 2) node.output = reader.readString();
    if (field === 4) node.operator = reader.readString();
    if (field === 5) node.constant ??= numberIn(reader.readBytes());
  }, undefined);
  return node;
}

/** The number in an attribute that is a tensor with one value. */
function numberIn(attribute: Uint8Array): number | undefined {
  let number: number | undefined;
  new PbfReader(attribute).readFields((field, _, reader) => {
    if (field !== 5) return;
    const { type, raw = new Uint8Array() } = readTensor(reader.readBytes());
    const { buffer } = Uint8Array.from(raw); // copied, since it may not be aligned in the file
    if (type === FLOAT && raw.length === 4) number = new Float32Array(buffer)[0];
    if (type === FLOAT16 && raw.length === 2) number = new Float16Array(buffer)[0];
  }, undefined);
  return number;
}

function hardSigmoid(input: string, output: string): Uint8Array {
  const writer = new PbfWriter();
  writer.writeStringField(1, input);
  writer.writeStringField(2, output);
  writer.writeStringField(3, output);
  writer.writeStringField(4, 'HardSigmoid');
  for (const [name, value] of [
    ['alpha', 1],
    ['beta', 0],
  ] as const) {
    const attribute = new PbfWriter();
    attribute.writeStringField(1, name);
    attribute.writeFloatField(2, value);
    attribute.writeVarintField(20, FLOAT_ATTRIBUTE);
    writer.writeBytesField(5, attribute.finish());
  }
  return writer.finish();
}
