/**
 * Networks in float16 made into the same networks in float32, in memory. The package holds the
 * weights once, in float16; ONNX Runtime's CPU provider has no kernels for it (it converts before
 * and after each layer), and some devices of WebGPU cannot compute in it. Field numbers are those
 * of onnx.proto (ONNX 1.17).
 */
import { Float16Array } from '@petamoriken/float16';
import { PbfReader, PbfWriter } from 'pbf';
import { FLOAT, FLOAT16, readTensor } from './onnx-tensor';
import { rewrite } from './rewrite-message';

/**
 * @param model bytes of an ONNX file.
 * @returns bytes of the same network with every float16 tensor, constant and cast in float32;
 * undefined where its weights are not in float16, where
 * they lie in other files, or where it is no ONNX file (the runtime says better what it is).
 */
export function toFloat32(model: Uint8Array): Uint8Array | undefined {
  try {
    return hasFloat16(model) ? rewrite(model, { 7: widenGraph }) : undefined;
  } catch {
    return undefined; // not a protocol buffer
  }
}

/** Whether weights are in float16, all of them in the file itself. */
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

const widenGraph = (graph: Uint8Array): Uint8Array =>
  rewrite(graph, {
    1: (node) => rewrite(node, { 5: widenAttribute }),
    5: widenTensor,
    11: widenValueInfo,
    12: widenValueInfo,
    13: widenValueInfo,
  });

/** An attribute: a tensor, tensors, a graph, graphs, or the type a Cast goes to. */
function widenAttribute(attribute: Uint8Array): Uint8Array {
  const to = (value: number) => (value === FLOAT16 && nameOf(attribute) === 'to' ? FLOAT : value);
  return rewrite(
    attribute,
    { 5: widenTensor, 6: widenGraph, 10: widenTensor, 11: widenGraph },
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
const widenValueInfo = (info: Uint8Array): Uint8Array =>
  rewrite(info, {
    2: (type) =>
      rewrite(type, {
        1: (tensor) =>
          rewrite(tensor, {}, { 1: (element) => (element === FLOAT16 ? FLOAT : element) }),
      }),
  });

function widenTensor(tensor: Uint8Array): Uint8Array {
  const { type, raw, bits } = readTensor(tensor);
  if (type !== FLOAT16) return tensor;
  // Copied, as the bytes in the file need not be aligned.
  const halves =
    raw === undefined ? Uint16Array.from(bits) : new Uint16Array(new Uint8Array(raw).buffer);
  const floats = floatsOfHalves();
  const values = new Float32Array(halves.length);
  for (let i = 0; i < halves.length; i++) values[i] = floats[halves[i]!]!;
  const writer = new PbfWriter();
  writer.writeVarintField(2, FLOAT);
  writer.writeBytesField(9, new Uint8Array(values.buffer));
  return Buffer.concat([
    rewrite(tensor, { 5: none, 9: none }, { 2: () => undefined, 5: () => undefined }),
    writer.finish(),
  ]);
}

let table: Float32Array | undefined;

/** The number each of the 65,536 float16 is: millions of weights are looked up. */
const floatsOfHalves = (): Float32Array =>
  (table ??= new Float32Array(
    new Float16Array(Uint16Array.from({ length: 1 << 16 }, (_, bits) => bits).buffer),
  ));

const none = () => undefined;
