/** A TensorProto of onnx.proto (ONNX 1.17), as far as networks are changed in memory. */
import { PbfReader } from 'pbf';

/** TensorProto.DataType. */
export const FLOAT = 1;
export const FLOAT16 = 10;

/**
 * Its type, and its numbers as raw bytes or, of float16, one by one as bits; whether they lie in
 * another file.
 */
export const readTensor = (tensor: Uint8Array) =>
  new PbfReader(tensor).readFields(
    (field, read, reader) => {
      if (field === 2) read.type = reader.readVarint();
      if (field === 5) reader.readPackedVarint(read.bits);
      if (field === 9) read.raw = reader.readBytes();
      if (field === 14) read.external = reader.readVarint() === 1;
    },
    { type: 0, raw: undefined as Uint8Array | undefined, bits: [] as number[], external: false },
  );
