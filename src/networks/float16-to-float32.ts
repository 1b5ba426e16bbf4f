/**
 * Converts networks from float16 to float32, in memory. The package has the weights in float16
 * only. ONNX Runtime's CPU provider has no kernels for float16 and converts before and after each
 * layer, and some WebGPU devices do not support it. Field numbers are those of onnx.proto (ONNX
 * 1.17).
 */
import { Float16Array } from '@petamoriken/float16';
import { PbfReader, PbfWriter } from 'pbf';
import { readTensor } from './onnx-tensor';
import { FLOAT, FLOAT16 } from './onnx-types';
import { rewrite } from './rewrite-message';

/**
 * @param model content of an ONNX file.
 * @returns the same network with every float16 tensor, constant and cast in float32; undefined
 * where its weights are not in float16 or are in other files, or where it is not an ONNX file (ONNX
 * Runtime has the better error message).
 */
export function toFloat32(model: Uint8Array): Uint8Array | undefined {
  try {
    return hasFloat16(model) ? rewrite(model, { 7: graphToFloat32 }) : undefined;
  } catch {
    return undefined; // not a protocol buffer
  }
}

/** Whether some weights are in float16, and all of them are in the file itself. */
function hasFloat16(model: Uint8Array): boolean {
  const found = { float16: false, external: false };
  new PbfReader(model).readFields((field, _, reader) => {
    if (field !== 7) return;
    reader.readMessage((graphField) => {
      if (graphField !== 5) return;
      const { type, external } = readTensor(reader.readBytes());
      if (type === FLOAT16) found.float16 = true;
      if (external) found.external = true;
    }, undefined);
  }, undefined);
  return found.float16 && !found.external;
}

const graphToFloat32 = (graph: Uint8Array): Uint8Array =>
  rewrite(graph, {
    1: (node) => rewrite(node, { 5: attributeToFloat32 }),
    5: tensorToFloat32,
    11: valueInfoToFloat32,
    12: valueInfoToFloat32,
    13: valueInfoToFloat32,
  });

/** Attributes with a tensor, tensors, a graph, graphs, or the target type of a Cast. */
function attributeToFloat32(attribute: Uint8Array): Uint8Array {
  const to = (value: number) => (value === FLOAT16 && nameOf(attribute) === 'to' ? FLOAT : value);
  return rewrite(
    attribute,
    { 5: tensorToFloat32, 6: graphToFloat32, 10: tensorToFloat32, 11: graphToFloat32 },
    { 3: to },
  );
}

const nameOf = (attribute: Uint8Array): string =>
  new PbfReader(attribute).readFields(
    (field, read, reader) => {
      if (field === 1) read.name = reader.readString();
    },
    { name: '' },
  ).name;

/** ValueInfoProto → TypeProto → TypeProto.Tensor → elem_type. */
const valueInfoToFloat32 = (info: Uint8Array): Uint8Array =>
  rewrite(info, {
    2: (type) =>
      rewrite(type, {
        1: (tensor) =>
          rewrite(tensor, {}, { 1: (element) => (element === FLOAT16 ? FLOAT : element) }),
      }),
  });

function tensorToFloat32(tensor: Uint8Array): Uint8Array {
  const { type, raw, bits } = readTensor(tensor);
  if (type !== FLOAT16) return tensor;
  // Copied, since the bytes may not be aligned in the file.
  const halves =
    raw === undefined ? Uint16Array.from(bits) : new Uint16Array(new Uint8Array(raw).buffer);
  const floats = float16Table();
  const values = new Float32Array(halves.length);
  for (let i = 0; i < halves.length; i++) values[i] = floats[halves[i]!]!;
  const writer = new PbfWriter();
  writer.writeVarintField(2, FLOAT);
  writer.writeBytesField(9, new Uint8Array(values.buffer));
  return Buffer.concat([
    rewrite(tensor, { 5: omit, 9: omit }, { 2: omit, 5: omit }),
    writer.finish(),
  ]);
}

let table: Float32Array | undefined;

/**
 * The values of all 65,536 float16 numbers. On Node.js 20, which has no Float16Array, looking up
 * the bundled network's 2.2 million weights takes 30 ms, and converting them 600 ms.
 */
const float16Table = (): Float32Array =>
  (table ??= new Float32Array(
    new Float16Array(Uint16Array.from({ length: 1 << 16 }, (_, bits) => bits).buffer),
  ));

/** Leaves a field out. */
const omit = () => undefined;
