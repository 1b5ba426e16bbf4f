/**
 * A checksum behind each strip: LMDB looks at no value, and a damaged JPEG would be met only when
 * its faces are shown. Strips of older versions have none; what they end with tells.
 */
import * as zlib from 'node:zlib';

const BYTES = 4;

export function withChecksum(jpeg: Uint8Array): Buffer {
  const bytes = Buffer.allocUnsafe(jpeg.length + BYTES);
  bytes.set(jpeg);
  bytes.writeUInt32LE(checksum(bytes, jpeg.length), jpeg.length);
  return bytes;
}

/** @returns undefined where the bytes are not what was written. */
export function withoutChecksum(bytes: Buffer): Buffer | undefined {
  const length = bytes.length - BYTES;
  if (length > 0 && bytes.readUInt32LE(length) === checksum(bytes, length))
    return bytes.subarray(0, length);
  return endsJpeg(bytes) ? bytes : undefined;
}

/** CRC-32 of what lies before an end; Node has it since 20.15, where it takes microseconds. */
function checksum(bytes: Buffer, end: number): number {
  const part = bytes.subarray(0, end);
  return native?.(part) ?? crc32(part);
}

const native = (zlib as { crc32?: (data: Uint8Array) => number }).crc32;

/** The same for older versions (ISO 3309, with the reversed polynomial). */
function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return (crc ^ 0xffffffff) >>> 0;
}

/** The marker EOI, which is the last thing in every strip. */
const endsJpeg = (bytes: Buffer) =>
  bytes.length >= 2 && bytes.readUInt16BE(bytes.length - 2) === 0xffd9;
