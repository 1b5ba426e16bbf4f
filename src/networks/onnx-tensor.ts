/** Reads the parts of a TensorProto (onnx.proto, ONNX 1.17) that conversions in memory need. */
import { PbfReader } from 'pbf';

/**
 * @returns `type`, TensorProto.DataType; the values as `raw` bytes or, of float16, possibly as
 * `bits` in one number each; and whether they are `external`, in another file.
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
