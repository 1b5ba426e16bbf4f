/** Types of values in ONNX files: TensorProto.DataType (onnx.proto, ONNX 1.19). */
import { t } from '../text/translate';

export const FLOAT = 1;
export const UINT8 = 2;
export const INT64 = 7;
export const FLOAT16 = 10;
export const DOUBLE = 11;

const NAMES: Readonly<Record<number, string>> = {
  1: 'float32', 2: 'uint8', 3: 'int8', 4: 'uint16', 5: 'int16', 6: 'int32', 7: 'int64', 8: 'text', 9: 'bool',
  10: 'float16', 11: 'float64', 12: 'uint32', 13: 'uint64', 16: 'bfloat16',
}; // prettier-ignore

export const typeName = (type: number): string => NAMES[type] ?? t('type {0}', type);

/** Types of outputs that can be numbers from 0 to 1. */
export const NUMBER_TYPES: ReadonlySet<number> = new Set([
  1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 12, 13, 16,
]);
