/**
 * Reads the fields of an untrusted protocol buffer. `pbf` itself reads past the end of a damaged
 * message. This reader detects damage, and limits the number of fields of a file, so that reading
 * always ends soon.
 */
import { PbfReader } from 'pbf';
import { count } from '../text/numbers';
import { t } from '../text/translate';

/** The bytes are not a valid protocol buffer; `message` says why, for people. */
export class DamagedMessage extends Error {
  override name = 'DamagedMessage';
}

/** Most fields of a file. Large networks have several hundred thousand. */
const MAX_FIELDS = 2_000_000;

/** Receives a field: a number for a varint, bytes for all other types. */
type OnField = (field: number, value: number | Uint8Array) => void;

const VARINT = 0;
const FIXED64 = 1;
const BYTES = 2;
const FIXED32 = 5;

/** Reads the messages of one file, and counts their fields. */
export class FieldReader {
  private left = MAX_FIELDS;

  /**
   * Passes each field of a message to `onField`, in order. Nested messages are passed as bytes.
   * @throws DamagedMessage, or what `onField` throws.
   */
  read(message: Uint8Array, onField: OnField): void {
    const reader = new PbfReader(message);
    while (reader.pos < message.length) {
      if (--this.left < 0)
        throw new DamagedMessage(t('it has more than {0} fields', count(MAX_FIELDS)));
      const key = varint(reader);
      const field = key >>> 3;
      if (field === 0) throw new DamagedMessage(t('it has a field with the number 0'));
      switch (key & 7) {
        case VARINT:
          onField(field, varint(reader));
          break;
        case FIXED64:
          onField(field, bytes(reader, 8));
          break;
        case BYTES:
          onField(field, bytes(reader, varint(reader)));
          break;
        case FIXED32:
          onField(field, bytes(reader, 4));
          break;
        default:
          throw new DamagedMessage(t('it has a field of an unknown type'));
      }
    }
  }
}

function varint(reader: PbfReader): number {
  let value: number;
  try {
    value = reader.readVarint();
  } catch {
    throw new DamagedMessage(t('it has a number of more than 64 bits'));
  }
  if (reader.pos > reader.length) throw new DamagedMessage(t('it ends in the middle of a field'));
  return value;
}

function bytes(reader: PbfReader, length: number): Uint8Array {
  const end = reader.pos + length;
  if (end > reader.length) throw new DamagedMessage(t('it ends in the middle of a field'));
  const value = reader.buf.subarray(reader.pos, end);
  reader.pos = end;
  return value;
}

/**
 * The numbers of a packed field, or the one number of a plain field.
 * @param most numbers that are read, at most.
 */
export function varints(value: number | Uint8Array, most: number): number[] {
  if (typeof value === 'number') return [value];
  const reader = new PbfReader(value);
  const numbers: number[] = [];
  while (reader.pos < value.length && numbers.length < most) numbers.push(signedVarint(reader));
  return numbers;
}

function signedVarint(reader: PbfReader): number {
  try {
    return reader.readVarint(true);
  } catch {
    throw new DamagedMessage(t('it has a number of more than 64 bits'));
  }
}

/**
 * `varints` as signed numbers. A plain field is read as unsigned; negative numbers in it are stored
 * in two's complement of 64 bits.
 */
export const signedVarints = (value: number | Uint8Array, most: number): number[] =>
  varints(value, most).map((each) => (each >= 2 ** 63 ? each - 2 ** 64 : each));

/** @throws DamagedMessage if the value is a number. */
export function messageIn(value: number | Uint8Array): Uint8Array {
  if (typeof value === 'number')
    throw new DamagedMessage(t('it has a number in place of a message'));
  return value;
}

const decoder = new TextDecoder();

/** Most bytes of a name. Names of PyTorch's values have some hundred. */
const MAX_NAME_BYTES = 65_536;

/**
 * Text of a field; empty if it is a number.
 * @param most bytes of the text.
 * @throws DamagedMessage if it is longer.
 */
export function textOf(value: number | Uint8Array, most = MAX_NAME_BYTES): string {
  if (typeof value === 'number') return '';
  if (value.length > most)
    throw new DamagedMessage(t('it has a name of more than {0} bytes', count(most)));
  return decoder.decode(value);
}
