/** Writes parts of ONNX files. Field numbers are those of onnx.proto (ONNX 1.19). */
import { PbfWriter } from 'pbf';
import { FLOAT, INT64 } from './onnx-types';

/** AttributeProto.AttributeType. */
const [INT, TENSOR, INTS] = [2, 4, 7];

/** Integers, lists of integers, and encoded tensors. */
export type NodeAttributes = Record<string, number | readonly number[] | Uint8Array>;

/** A NodeProto. */
export function nodeMessage(
  operator: string,
  inputs: readonly string[],
  output: string,
  attributes: NodeAttributes = {},
): Uint8Array {
  const writer = new PbfWriter();
  for (const input of inputs) writer.writeStringField(1, input);
  writer.writeStringField(2, output);
  writer.writeStringField(4, operator);
  for (const [name, value] of Object.entries(attributes))
    writer.writeBytesField(5, attributeMessage(name, value));
  return writer.finish();
}

function attributeMessage(name: string, value: NodeAttributes[string]): Uint8Array {
  const writer = new PbfWriter();
  writer.writeStringField(1, name);
  if (typeof value === 'number') {
    writer.writeVarintField(3, value);
    writer.writeVarintField(20, INT);
  } else if (value instanceof Uint8Array) {
    writer.writeBytesField(5, value);
    writer.writeVarintField(20, TENSOR);
  } else {
    for (const each of value) writer.writeVarintField(8, each);
    writer.writeVarintField(20, INTS);
  }
  return writer.finish();
}

/** A TensorProto of float32. */
export const floatTensor = (values: readonly number[], shape: readonly number[]): Uint8Array =>
  tensorMessage(FLOAT, shape, new Uint8Array(Float32Array.from(values).buffer));

/** A TensorProto of int64, `[values]`. */
export const integerTensor = (values: readonly number[]): Uint8Array =>
  tensorMessage(
    INT64,
    [values.length],
    new Uint8Array(BigInt64Array.from(values, (value) => BigInt(value)).buffer),
  );

function tensorMessage(type: number, shape: readonly number[], raw: Uint8Array): Uint8Array {
  const writer = new PbfWriter();
  for (const each of shape) writer.writeVarintField(1, each);
  writer.writeVarintField(2, type);
  writer.writeBytesField(9, raw);
  return writer.finish();
}

/**
 * A ValueInfoProto.
 * @param shape with names of dynamic dimensions; undefined where nothing is said of it.
 */
export function valueMessage(
  name: string,
  type: number,
  shape: readonly (number | string)[] | undefined,
): Uint8Array {
  const dimensions = new PbfWriter();
  for (const each of shape ?? []) {
    const dimension = new PbfWriter();
    if (typeof each === 'number') dimension.writeVarintField(1, each);
    else dimension.writeStringField(2, each);
    dimensions.writeBytesField(1, dimension.finish());
  }
  const tensor = new PbfWriter();
  tensor.writeVarintField(1, type);
  if (shape !== undefined) tensor.writeBytesField(2, dimensions.finish());
  const typeMessage = new PbfWriter();
  typeMessage.writeBytesField(1, tensor.finish());
  const value = new PbfWriter();
  value.writeStringField(1, name);
  value.writeBytesField(2, typeMessage.finish());
  return value.finish();
}

/** A StringStringEntryProto. */
export function entryMessage(key: string, value: string): Uint8Array {
  const writer = new PbfWriter();
  writer.writeStringField(1, key);
  writer.writeStringField(2, value);
  return writer.finish();
}
