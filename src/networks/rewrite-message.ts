/** Changes some fields of protocol buffers, and copies all others as they are. */
import { PbfReader, PbfWriter } from 'pbf';

/** Wire types. */
const VARINT = 0;
const BYTES = 2;

/**
 * Copies a message field by field.
 * @param messages for fields of bytes, by field number: returns the new value, or undefined to
 * leave the field out.
 * @param numbers the same for varints.
 * @throws RangeError where a field goes beyond the end of the message.
 */
export function rewrite(
  message: Uint8Array,
  messages: Record<number, (value: Uint8Array) => Uint8Array | undefined>,
  numbers: Record<number, (value: number) => number | undefined> = {},
): Uint8Array {
  const reader = new PbfReader(message);
  const parts: Uint8Array[] = [];
  while (reader.pos < reader.length) {
    const start = reader.pos;
    const key = reader.readVarint();
    const [tag, type] = [key >>> 3, key & 7];
    const [changeBytes, changeNumber] = [messages[tag], numbers[tag]];
    const writer = new PbfWriter(new Uint8Array(16));
    if (type === BYTES && changeBytes !== undefined) {
      const bytes = changeBytes(reader.readBytes());
      if (bytes === undefined) continue;
      writer.writeVarint(key);
      writer.writeVarint(bytes.length);
      parts.push(writer.finish(), bytes);
    } else if (type === VARINT && changeNumber !== undefined) {
      const before = reader.readVarint(true);
      const number = changeNumber(before);
      if (number === undefined) continue;
      writer.writeVarintField(tag, number);
      // Unchanged bytes are copied: a JavaScript number does not hold every integer of 64 bits.
      parts.push(number === before ? message.subarray(start, reader.pos) : writer.finish());
    } else {
      reader.skip(key);
      parts.push(message.subarray(start, reader.pos));
    }
    if (reader.pos > reader.length) throw new RangeError('a field goes beyond its message');
  }
  return Buffer.concat(parts);
}
