/**
 * A checksum after each strip. LMDB does not check values, and a damaged JPEG would be noticed only
 * when its faces are shown. Strips of older versions have none, and are recognized by their last
 * bytes.
 */
import { crc32 } from '../util/crc32';

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
const checksum = (bytes: Buffer, length: number) => crc32(bytes.subarray(0, length));

/** Whether bytes end with the marker EOI, as every JPEG does. */
const endsWithMarker = (bytes: Buffer) =>
  bytes.length >= 2 && bytes.readUInt16BE(bytes.length - 2) === 0xffd9;
