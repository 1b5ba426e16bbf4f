import * as zlib from 'node:zlib';

/** Node.js has it since 20.15; it takes microseconds. */
const native = (zlib as { crc32?: (data: Uint8Array) => number }).crc32;

/** CRC-32 (ISO 3309, with the reversed polynomial). */
export const crc32: (bytes: Uint8Array) => number = native ?? slowCrc32;

/** For older versions of Node.js. */
function slowCrc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return (crc ^ 0xffffffff) >>> 0;
}
