/** Changes some fields of protocol buffers, and copies all others as they are. */
import { PbfReader, PbfWriter } from 'pbf';

/** Wire types. */
const VARINT = 0;
const BYTES = 2;

/** A message in pieces, which saves copies of the weights in it. */
export type Pieces = readonly Uint8Array[];

/** For fields of bytes, by field number: returns the new value, or undefined to leave it out. */
type MessageChanges = Record<number, (value: Uint8Array) => Uint8Array | Pieces | undefined>;
/** The same for varints. */
type NumberChanges = Record<number, (value: number) => number | undefined>;

/**
 * Copies a message field by field.
 * @throws RangeError where a field goes beyond the end of the message.
 */
export const rewrite = (
  message: Uint8Array,
  messages: MessageChanges,
  numbers: NumberChanges = {},
): Uint8Array => Buffer.concat(rewritePieces(message, messages, numbers));

/** Like `rewrite`, without copying what stays as it is. */
export function rewritePieces(
  message: Uint8Array,
  messages: MessageChanges,
  numbers: NumberChanges = {},
): Uint8Array[] {
  const reader = new PbfReader(message);
  const parts: Uint8Array[] = [];
  while (reader.pos < reader.length) {
    const start = reader.pos;
    const key = reader.readVarint();
    const [tag, type] = [key >>> 3, key & 7];
    const [changeBytes, changeNumber] = [messages[tag], numbers[tag]];
    if (type === BYTES && changeBytes !== undefined) {
      const bytes = changeBytes(reader.readBytes());
      if (bytes === undefined) continue;
      parts.push(...bytesField(tag, bytes));
    } else if (type === VARINT && changeNumber !== undefined) {
      const before = reader.readVarint(true);
      const number = changeNumber(before);
      if (number === undefined) continue;
      const writer = new PbfWriter(new Uint8Array(16));
      writer.writeVarintField(tag, number);
      // Unchanged bytes are copied: a JavaScript number does not hold every integer of 64 bits.
      parts.push(number === before ? message.subarray(start, reader.pos) : writer.finish());
    } else {
      reader.skip(key);
      parts.push(message.subarray(start, reader.pos));
    }
    if (reader.pos > reader.length) throw new RangeError('a field goes beyond its message');
  }
  return parts;
}

/** A field of bytes: its key and length, and its value. */
export function bytesField(tag: number, value: Uint8Array | Pieces): Uint8Array[] {
  const pieces = value instanceof Uint8Array ? [value] : value;
  const writer = new PbfWriter(new Uint8Array(16));
  writer.writeVarint(tag * 8 + BYTES);
  writer.writeVarint(pieces.reduce((sum, { length }) => sum + length, 0));
  return [writer.finish(), ...pieces];
}
