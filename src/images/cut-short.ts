/**
 * Recognizes images that were cut short by their own structure: a download that broke off, a card
 * that was pulled out. Decoders notice as well, but their messages seldom say so.
 */
import { count } from '../text/numbers';
import { t } from '../text/translate';
import type { ImageFormat } from './image-format';
import { hasEndMarker } from './jpeg-markers';

export const END_MARKER_MISSING = 'its end marker is missing';

/** @returns what is missing, as in 'its header announces 300 bytes, the file has 200'. */
export function whatIsMissing(bytes: Buffer, format: ImageFormat): string | undefined {
  try {
    return MISSING[format]?.(bytes);
  } catch (error) {
    if (error instanceof RangeError) return t('it ends within its header');
    throw error;
  }
}

/** Formats whose structure tells it. */
const MISSING: Partial<Record<ImageFormat, (bytes: Buffer) => string | undefined>> = {
  jpeg: (bytes) => (hasEndMarker(bytes) ? undefined : t(END_MARKER_MISSING)),
  png: missingInPng,
  webp: (bytes) => announced(8 + bytes.readUInt32LE(4), bytes),
  gif: (bytes) => (endsWith(bytes, 0x3b) ? undefined : t(END_MARKER_MISSING)),
  avif: missingInBoxes,
  heic: missingInBoxes,
  tiff: missingInTiff,
};

const announced = (expected: number, { length }: Buffer) =>
  expected > length
    ? t('its header announces {0} bytes, the file has {1}', count(expected), count(length))
    : undefined;

/** Some programs pad files with zeros. */
function endsWith(bytes: Buffer, marker: number): boolean {
  let last = bytes.length - 1;
  while (last > 0 && bytes[last] === 0) last -= 1;
  return bytes[last] === marker;
}

/** Walks through the chunks (ISO/IEC 15948, 5.3): the last one is IEND. */
function missingInPng(bytes: Buffer): string | undefined {
  for (let at = 8; at + 8 <= bytes.length;) {
    const type = bytes.toString('latin1', at + 4, at + 8);
    if (type === 'IEND') return undefined;
    at += 12 + bytes.readUInt32BE(at);
    if (at > bytes.length) return missingPart(t('its chunk {0}', type), at, bytes);
  }
  return t('its last chunk, IEND, is missing');
}

const missingPart = (what: string, end: number, { length }: Buffer) =>
  t('{0} ends at byte {1}, the file has {2}', what, count(end), count(length));

/** Walks through the boxes at the top level (ISO/IEC 14496-12, 4.2). */
function missingInBoxes(bytes: Buffer): string | undefined {
  for (let at = 0; at < bytes.length;) {
    const size = bytes.readUInt32BE(at);
    const type = bytes.toString('latin1', at + 4, at + 8);
    if (size === 0) return undefined; // it reaches to the end
    const length = size === 1 ? Number(bytes.readBigUInt64BE(at + 8)) : size;
    if (length < 8 || !/^[\x20-\x7e]{4}$/.test(type)) return undefined; // damaged, not cut short
    at += length;
    if (at > bytes.length) return missingPart(t("its part '{0}'", type), at, bytes);
  }
  return undefined;
}

/** Only the place of the first directory is checked. */
function missingInTiff(bytes: Buffer): string | undefined {
  const isLittle = bytes[0] === 0x49;
  const u16 = (at: number) => (isLittle ? bytes.readUInt16LE(at) : bytes.readUInt16BE(at));
  const u32 = (at: number) => (isLittle ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at));
  if (u16(2) !== 42) return undefined; // BigTIFF
  const directory = u32(4);
  if (directory + 2 > bytes.length) return missingPart(t('its directory'), directory + 2, bytes);
  const end = directory + 2 + 12 * u16(directory);
  if (end > bytes.length) return missingPart(t('its directory'), end, bytes);
  return undefined;
}
