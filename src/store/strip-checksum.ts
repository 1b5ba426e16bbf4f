/**
 * A checksum after each strip. LMDB does not check values, and a damaged JPEG would be noticed only
 * when its faces are shown. Strips of older versions have none, and are recognized by their last
 * bytes.
 */
import * as zlib from 'node:zlib';

const CHECKSUM_BYTES = 4;

export function withChecksum(jpeg: Uint8Array): Buffer {
  const bytes = Buffer.allocUnsafe(jpeg.length + CHECKSUM_BYTES);
  bytes.set(jpeg);
  bytes.writeUInt32LE(checksum(bytes, jpeg.length), jpeg.length);
  return bytes;
}

/** @returns the JPEG; undefined where the bytes are damaged. */
export function withoutChecksum(bytes: Buffer): Buffer | undefined {
  const length = bytes.length - CHECKSUM_BYTES;
  if (length > 0 && bytes.readUInt32LE(length) === checksum(bytes, length))
    return bytes.subarray(0, length);
  return endsWithMarker(bytes) ? bytes : undefined;
}

/** CRC-32 of the first `length` bytes. */
function checksum(bytes: Buffer, length: number): number {
  const part = bytes.subarray(0, length);
  return native?.(part) ?? crc32(part);
}

/** Node.js has it since 20.15; it takes microseconds. */
const native = (zlib as { crc32?: (data: Uint8Array) => number }).crc32;

/** CRC-32 for older versions of Node.js (ISO 3309, with the reversed polynomial). */
function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return (crc ^ 0xffffffff) >>> 0;
}

/** Whether bytes end with the marker EOI, as every JPEG does. */
const endsWithMarker = (bytes: Buffer) =>
  bytes.length >= 2 && bytes.readUInt16BE(bytes.length - 2) === 0xffd9;
