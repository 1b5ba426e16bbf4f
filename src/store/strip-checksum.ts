/**
 * A checksum behind each strip: LMDB looks at no value, and a damaged JPEG would be met only when its faces are shown.
 * It goes by a few bytes of each sector of a disk, which are lost as a whole: one of all bytes would take a tenth of
 * the time of a known image. Strips of older versions have none; what they end with tells.
 */

const BYTES = 4;
/** Of the disks that have the smallest. */
const SECTOR = 512;

export function withChecksum(jpeg: Uint8Array): Buffer {
  const bytes = Buffer.allocUnsafe(jpeg.length + BYTES);
  bytes.set(jpeg);
  bytes.writeUInt32LE(checksum(bytes, jpeg.length), jpeg.length);
  return bytes;
}

/** @returns undefined where the bytes are not what was written. */
export function withoutChecksum(bytes: Buffer): Buffer | undefined {
  const length = bytes.length - BYTES;
  if (length > 0 && bytes.readUInt32LE(length) === checksum(bytes, length)) return bytes.subarray(0, length);
  return endsJpeg(bytes) ? bytes : undefined;
}

/** FNV-1a, of four bytes at a time, of what lies before an end. */
function checksum(bytes: Buffer, end: number): number {
  let hash = 0x811c9dc5 ^ end;
  for (let at = 0; at + BYTES <= end; at += SECTOR) {
    const four = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
    hash = Math.imul(hash ^ four, 0x01000193);
  }
  return hash >>> 0;
}

/** The marker EOI, which is the last thing in every strip. */
const endsJpeg = (bytes: Buffer) => bytes.length >= 2 && bytes.readUInt16BE(bytes.length - 2) === 0xffd9;
