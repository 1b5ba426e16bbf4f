import * as zlib from 'node:zlib';

/** Node.js has it since 20.15; it takes microseconds. */
const native = (zlib as { crc32?: typeof slowCrc32 }).crc32;

/**
 * CRC-32 (ISO 3309, with the reversed polynomial).
 * @param before that of the bytes before these.
 */
export const crc32: (bytes: Uint8Array, before?: number) => number = native ?? slowCrc32;

/** For older versions of Node.js. */
function slowCrc32(bytes: Uint8Array, before = 0): number {
  let crc = before ^ 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return (crc ^ 0xffffffff) >>> 0;
}
