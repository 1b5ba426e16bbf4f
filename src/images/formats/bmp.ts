/**
 * BMP of Windows and OS/2, with 1 to 32 bits a pixel, with and without run lengths. No package
 * reads all kinds and says what is wrong: bmp-ts misplaces run lengths and lacks OS/2, fast-bmp
 * lacks palettes and rows from the top, @cwasm/nsbmp calls every failure the same.
 */
import { t } from '../../text/translate';
import { own } from '../../util/own';
import { ImageError } from '../image-error';
import { runLengths } from './bmp-run-lengths';
import type { DecodedPixels, PixelFormat, PixelHeader } from './pixel-format';

/** Length of the header of the file, before that of the bitmap. */
const FILE_HEADER = 14;
/** Header of OS/2 1, with sides of 16 bits and colors of three bytes. */
const OS2_HEADER = 12;
/** Those of OS/2 2, whose compressions have other numbers from 3 on. */
const OS2_2_HEADERS = [16, 64];
/** Headers from which on masks are inside; with the mask of alpha; with a profile. */
const MASKS_HEADER = 52;
const ALPHA_HEADER = 56;
const PROFILE_HEADER = 124;
const EMBEDDED_PROFILE = 'DEBM';

const PLAIN = 0;
const RUN_LENGTHS_8 = 1;
const RUN_LENGTHS_4 = 2;
const MASKS = 3;
const ALPHA_MASKS = 6;
/** Bits of a pixel by compression; with masks 16 or 32. */
const BITS: Readonly<Record<number, number[]>> = {
  [PLAIN]: [1, 2, 4, 8, 16, 24, 32],
  [RUN_LENGTHS_8]: [8],
  [RUN_LENGTHS_4]: [4],
};
/** For users. */
const OTHER_COMPRESSIONS = { 4: 'a JPEG', 5: 'a PNG' } as const;

interface BmpHeader {
  /** Length of the header of the bitmap. */
  length: number;
  width: number;
  height: number;
  /** Whether the first row is the upper one; otherwise it is the lower one. */
  isTopDown: boolean;
  bits: number;
  compression: number;
  /** Where the pixels begin in the file. */
  start: number;
}

function headerOf(bytes: Buffer): BmpHeader {
  const length = bytes.readUInt32LE(FILE_HEADER);
  const start = bytes.readUInt32LE(10);
  if (length === OS2_HEADER) {
    const [width, height] = [bytes.readUInt16LE(18), bytes.readUInt16LE(20)];
    const bits = bytes.readUInt16LE(24);
    return { length, width, height, isTopDown: false, bits, compression: PLAIN, start };
  }
  const height = bytes.readInt32LE(22);
  return {
    length,
    width: bytes.readInt32LE(18),
    height: Math.abs(height),
    isTopDown: height < 0,
    bits: bytes.readUInt16LE(28),
    compression: length === 16 ? PLAIN : bytes.readUInt32LE(30),
    start,
  };
}

/** @throws ImageError where the kind is not read. */
function header(bytes: Buffer): PixelHeader {
  const { width, height, bits, compression, length } = headerOf(bytes);
  const isRead = OS2_2_HEADERS.includes(length)
    ? compression <= RUN_LENGTHS_4
    : compression <= MASKS || compression === ALPHA_MASKS;
  if (!isRead) {
    const known = own(OTHER_COMPRESSIONS, String(compression));
    const what = known === undefined ? t('compression {0}', compression) : t(known);
    throw new ImageError(
      t('it is a BMP with {0} inside, which cannot be read: save it as PNG', what),
    );
  }
  const expected = BITS[compression] ?? [16, 32];
  if (!expected.includes(bits) || width < 1)
    throw new Error(t('expected {0} bits a pixel, got {1}', expected.join(', '), bits));
  return { width, height, depth: 'uchar', profile: profileIn(bytes, length) };
}

function profileIn(bytes: Buffer, length: number): Buffer | undefined {
  if (length < PROFILE_HEADER) return undefined;
  if (bytes.toString('latin1', FILE_HEADER + 56, FILE_HEADER + 60) !== EMBEDDED_PROFILE)
    return undefined;
  const start = FILE_HEADER + bytes.readUInt32LE(FILE_HEADER + 112);
  return bytes.subarray(start, start + bytes.readUInt32LE(FILE_HEADER + 116));
}

function decode(bytes: Buffer): DecodedPixels {
  const bmp = headerOf(bytes);
  const { width, height, bits } = bmp;
  if (bits <= 8) return { data: ofPalette(bytes, bmp), width, height, channels: 3 };
  if (bits === 24) return { data: ofBytes(bytes, bmp), width, height, channels: 3 };
  return ofMasks(bytes, bmp);
}

/** The bytes of each row, the upper row first. Rows are padded to four bytes. */
function* rows(bytes: Buffer, { width, height, bits, isTopDown, start }: BmpHeader) {
  const stride = Math.ceil((width * bits) / 32) * 4;
  const used = Math.ceil((width * bits) / 8);
  for (let y = 0; y < height; y++) {
    const at = start + (isTopDown ? y : height - 1 - y) * stride;
    if (at + used > bytes.length) throw new Error(t('rows are missing'));
    yield { y, row: bytes.subarray(at, at + used) };
  }
}

function ofPalette(bytes: Buffer, bmp: BmpHeader): Uint8Array {
  const { width, height, bits, compression, length, start } = bmp;
  const entry = length === OS2_HEADER ? 3 : 4;
  const first = FILE_HEADER + length;
  const last = Math.min(start, bytes.length, first + entry * 2 ** bits);
  const palette = new Uint8Array(3 * 256); // colors beyond its end are black
  for (let at = first, i = 0; at + 3 <= last; at += entry, i++)
    palette.set([bytes[at + 2]!, bytes[at + 1]!, bytes[at]!], 3 * i);
  const rgb = new Uint8Array(width * height * 3);
  const paint = (pixel: number, index: number) => {
    rgb.set(palette.subarray(3 * index, 3 * index + 3), 3 * pixel);
  };
  if (compression !== PLAIN) {
    const indices = runLengths(bytes.subarray(start), width, height, bits);
    for (let y = 0; y < height; y++) {
      const from = (bmp.isTopDown ? y : height - 1 - y) * width;
      for (let x = 0; x < width; x++) paint(y * width + x, indices[from + x]!);
    }
    return rgb;
  }
  const perByte = 8 / bits;
  for (const { y, row } of rows(bytes, bmp)) {
    for (let x = 0; x < width; x++) {
      const shift = 8 - bits - (x % perByte) * bits;
      paint(y * width + x, (row[Math.floor(x / perByte)]! >> shift) & (2 ** bits - 1));
    }
  }
  return rgb;
}

function ofBytes(bytes: Buffer, bmp: BmpHeader): Uint8Array {
  const { width, height } = bmp;
  const rgb = new Uint8Array(width * height * 3);
  for (const { y, row } of rows(bytes, bmp)) {
    const from = y * width * 3;
    for (let x = 0; x < 3 * width; x += 3) {
      rgb[from + x] = row[x + 2]!;
      rgb[from + x + 1] = row[x + 1]!;
      rgb[from + x + 2] = row[x]!;
    }
  }
  return rgb;
}

/** Masks of red, green, blue and alpha, which say which bits of a pixel are theirs. */
function masksOf(bytes: Buffer, { bits, compression, length }: BmpHeader): number[] {
  if (compression === PLAIN) return bits === 16 ? [0x7c00, 0x3e0, 0x1f] : [0xff0000, 0xff00, 0xff];
  const hasAlpha = compression === ALPHA_MASKS || length >= ALPHA_HEADER;
  const count = length < MASKS_HEADER && compression === MASKS ? 3 : hasAlpha ? 4 : 3;
  const masks = Array.from({ length: count }, (_, i) =>
    bytes.readUInt32LE(FILE_HEADER + 40 + 4 * i),
  );
  return masks[3] === 0 ? masks.slice(0, 3) : masks;
}

function ofMasks(bytes: Buffer, bmp: BmpHeader): DecodedPixels {
  const { width, height, bits } = bmp;
  const channels = masksOf(bytes, bmp).map((mask) => {
    const shift = mask === 0 ? 0 : Math.log2((mask & -mask) >>> 0);
    const most = mask >>> shift;
    return { mask, shift, factor: most === 0 ? 0 : 255 / most };
  });
  const data = new Uint8Array(width * height * channels.length);
  let at = 0;
  for (const { row } of rows(bytes, bmp)) {
    for (let x = 0; x < width; x++) {
      const value = bits === 16 ? row.readUInt16LE(2 * x) : row.readUInt32LE(4 * x);
      for (const { mask, shift, factor } of channels)
        data[at++] = Math.round(((value & mask) >>> shift) * factor);
    }
  }
  return { data, width, height, channels: channels.length === 4 ? 4 : 3 };
}

export const BMP: PixelFormat = { name: 'a BMP', header, decode };
