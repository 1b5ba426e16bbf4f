/**
 * A checksum behind each strip: LMDB looks at no value, and a damaged JPEG would be met only when its faces are shown.
 * Strips of older versions have none; what they end with tells.
 */
import * as zlib from 'node:zlib';

const BYTES = 4;
/** Node.js has it since 20.15. */
const crc32 = (zlib as { crc32?: typeof zlib.crc32 }).crc32;

export function withChecksum(jpeg: Buffer): Buffer {
  if (crc32 === undefined) return jpeg;
  const bytes = Buffer.allocUnsafe(jpeg.length + BYTES);
  bytes.set(jpeg);
  bytes.writeUInt32LE(crc32(jpeg), jpeg.length);
  return bytes;
}

/** @returns undefined where the bytes are not what was written. */
export function withoutChecksum(bytes: Buffer): Buffer | undefined {
  const jpeg = bytes.subarray(0, -BYTES);
  const isCheckable = bytes.length > BYTES && (crc32 !== undefined || endsJpeg(jpeg));
  if (isCheckable && (crc32 === undefined || crc32(jpeg) === bytes.readUInt32LE(jpeg.length))) return jpeg;
  return endsJpeg(bytes) ? bytes : undefined;
}

/** The marker EOI, which is the last thing in every strip. */
const endsJpeg = (bytes: Buffer) => bytes.length >= 2 && bytes.readUInt16BE(bytes.length - 2) === 0xffd9;
