/**
 * Static check of a TensorProto in a network file that comes from elsewhere. Field numbers are
 * those of onnx.proto (ONNX 1.19).
 */
import { excerpt } from '../text/excerpt';
import { megabytes } from '../text/sizes';
import { t } from '../text/translate';
import { UserError } from '../util/errors';
import {
  DamagedMessage,
  type FieldReader,
  messageIn,
  signedVarints,
  textOf,
  varints,
} from './protobuf-fields';

/** Numbers of a constant that are read, at most: shapes have a handful. */
export const MAX_CONSTANT_LENGTH = 64;
/** Dimensions of a tensor: most of ONNX Runtime's kernels support 8. */
const MAX_DIMENSIONS = 32;

/**
 * TensorProto.DataType → bits of a value. Strings (8) and complex numbers (14, 15) are not
 * supported.
 */
const BITS: Readonly<Record<number, number>> = {
  1: 32, 2: 8, 3: 8, 4: 16, 5: 16, 6: 32, 7: 64, 9: 8, 10: 16, 11: 64, 12: 32, 13: 64, 16: 16,
  17: 8, 18: 8, 19: 8, 20: 8, 21: 4, 22: 4, 23: 4, 24: 8, 25: 2, 26: 2,
}; // prettier-ignore
const [FLOAT, INT32, INT64] = [1, 6, 7];
/** TensorProto.DataType of text. */
export const STRING = 8;

export interface InspectedTensor {
  name: string;
  /** Its values where they are few enough to be a shape. */
  numbers: number[] | undefined;
}

/** The fields of a TensorProto. */
interface TensorFields {
  name: string;
  /** TensorProto.DataType. */
  type: number;
  dimensions: number[];
  /** `raw_data`. */
  raw: Uint8Array | undefined;
  /** Bytes in the fields of typed values (`float_data`, `int32_data`, …). */
  typedBytes: number;
  /** The first typed values. */
  typedNumbers: number[];
}

/**
 * @throws UserError where it holds text or refers to another file, DamagedMessage where its size
 * does not match its shape.
 */
export function inspectTensor(bytes: Uint8Array, reader: FieldReader): InspectedTensor {
  const fields = readTensorFields(bytes, reader);
  checkTensorSize(fields);
  const { name, type, raw, typedNumbers } = fields;
  if (valueCount(fields) > MAX_CONSTANT_LENGTH) return { name, numbers: undefined };
  return { name, numbers: raw === undefined ? typedNumbers : numbersIn(raw, type) };
}

function readTensorFields(bytes: Uint8Array, reader: FieldReader): TensorFields {
  const tensor: TensorFields = {
    name: '',
    type: 0,
    dimensions: [],
    raw: undefined,
    typedBytes: 0,
    typedNumbers: [],
  };
  reader.read(bytes, (field, value) => {
    switch (field) {
      case 1:
        tensor.dimensions.push(...varints(value, MAX_DIMENSIONS + 1));
        if (tensor.dimensions.length > MAX_DIMENSIONS)
          throw new UserError(t('it has a tensor of more than {0} dimensions', MAX_DIMENSIONS));
        break;
      case 2:
        tensor.type = typeof value === 'number' ? value : -1;
        break;
      case 4:
      case 5:
      case 7:
      case 10:
      case 11:
        readTypedValues(tensor, field, value);
        break;
      case 6:
        throw new UserError(t('it contains text, which is not supported'));
      case 8:
        tensor.name = textOf(value);
        break;
      case 9:
        tensor.raw = messageIn(value);
        break;
      case 13:
        throw externalData(tensor.name);
      case 14:
        if (value !== 0) throw externalData(tensor.name);
    }
  });
  return tensor;
}

/**
 * Reads `float_data` (4), `int32_data` (5), `int64_data` (7), `double_data` (10), `uint64_data`.
 */
function readTypedValues(tensor: TensorFields, field: number, value: number | Uint8Array): void {
  tensor.typedBytes += typeof value === 'number' ? 8 : value.length;
  if (field === 10 || tensor.typedNumbers.length >= MAX_CONSTANT_LENGTH) return;
  tensor.typedNumbers = tensor.typedNumbers.concat(
    field === 4 ? floatsIn(messageIn(value)) : signedVarints(value, MAX_CONSTANT_LENGTH),
  );
}

const valueCount = ({ dimensions }: TensorFields) =>
  dimensions.reduce((product, each) => product * each, 1);

function checkTensorSize(tensor: TensorFields): void {
  const { name, type, dimensions, raw, typedBytes } = tensor;
  const bits = BITS[type];
  if (bits === undefined)
    throw new UserError(t('it contains values of type {0}, which is not supported', type));
  const count = valueCount(tensor);
  const bytes = raw?.length ?? typedBytes;
  const expected = raw === undefined ? count : Math.ceil((count * bits) / 8);
  // A typed field has at least one byte per value, but 4-bit and 2-bit numbers share a byte.
  const least = raw === undefined ? Math.ceil(count / Math.max(1, 8 / bits)) : expected;
  if (!(bytes >= least) || (raw !== undefined && bytes !== expected)) {
    throw new DamagedMessage(
      t(
        "its tensor '{0}' [{1}] needs {2} but has {3}",
        excerpt(name),
        dimensions.join(', '),
        megabytes(expected),
        megabytes(bytes),
      ),
    );
  }
}

const externalData = (tensor: string) =>
  new UserError(
    t(
      "its weights ('{0}') are stored in another file, which is not supported: save it as one file with onnx.save_model(onnx.load(file), other_file, save_as_external_data=False), or export it from PyTorch with external_data=False",
      excerpt(tensor),
    ),
  );

function floatsIn(bytes: Uint8Array): number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: Math.min(MAX_CONSTANT_LENGTH, bytes.length >> 2) }, (_, i) =>
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
