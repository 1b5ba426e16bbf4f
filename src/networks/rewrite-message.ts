/** Protocol buffers changed in some of their fields, all others copied as they are. */
import { PbfReader, PbfWriter } from 'pbf';

/** Wire types. */
const VARINT = 0;
const BYTES = 2;

/**
 * Copies a message field by field.
 * @param messages what becomes of fields of bytes, by number; undefined leaves the field out.
 * `numbers`: the same of varints.
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
    const [ofBytes, ofNumber] = [messages[tag], numbers[tag]];
    const writer = new PbfWriter(new Uint8Array(16));
    if (type === BYTES && ofBytes !== undefined) {
      const bytes = ofBytes(reader.readBytes());
      if (bytes === undefined) continue;
      writer.writeVarint(key);
      writer.writeVarint(bytes.length);
      parts.push(writer.finish(), bytes);
    } else if (type === VARINT && ofNumber !== undefined) {
      const before = reader.readVarint(true);
      const number = ofNumber(before);
      if (number === undefined) continue;
      writer.writeVarintField(tag, number);
      // As it is where it is unchanged: a JavaScript number does not hold every integer of 64 bits.
      parts.push(number === before ? message.subarray(start, reader.pos) : writer.finish());
    } else {
      reader.skip(key);
      parts.push(message.subarray(start, reader.pos));
    }
    if (reader.pos > reader.length) throw new RangeError('a field goes beyond its message');
  }
  return Buffer.concat(parts);
}
