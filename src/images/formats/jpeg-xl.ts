/**
 * JPEG XL (ISO/IEC 18181), decoded by libjxl, which turns the image upright and converts its colors
 * to sRGB of 8 bits. The size is read here, since libjxl would decode before it tells.
 */
import { createRequire } from 'node:module';
import { boxesIn } from './boxes';
import type { DecodedPixels, PixelFormat, PixelHeader } from './pixel-format';
import { type EmscriptenModule, type EmscriptenOptions, WasmDecoder } from './wasm-decoder';

interface Libjxl extends EmscriptenModule {
  /** @returns null where the image is damaged. */
  decode(
    bytes: Uint8Array,
  ): { data: Uint8ClampedArray<ArrayBuffer>; width: number; height: number } | null;
}

interface Library {
  default: (options: EmscriptenOptions) => Promise<Libjxl>;
}

const decoder = new WasmDecoder<Libjxl>(
  () => createRequire(__filename).resolve('@jsquash/jxl/codec/dec/jxl_dec.wasm'),
  async (options) => {
    const library: unknown = await import('@jsquash/jxl/codec/dec/jxl_dec.js');
    return (library as Library).default(options);
  },
);

/** Begins a codestream. */
const SIGNATURE = 0xff0a;
/** Enough for the sizes and the orientation. */
const HEADER_BYTES = 32;

/** The codestream, or its first part, of a file with or without boxes. */
function codestream(bytes: Buffer): Buffer {
  if (bytes.length >= 2 && bytes.readUInt16BE(0) === SIGNATURE) return bytes;
  for (const { type, start, end } of boxesIn(bytes)) {
    if (type === 'jxlc') return bytes.subarray(start, end);
    if (type === 'jxlp') return bytes.subarray(start + 4, end); // the part's number comes first
  }
  throw new Error('it has no codestream');
}

/** Reads bits, the lowest of each byte first. */
class Bits {
  private at = 16; // after the signature

  constructor(private readonly bytes: Buffer) {}

  read(count: number): number {
    let value = 0;
    for (let i = 0; i < count; i++, this.at++) {
      const byte = this.bytes[this.at >> 3];
      if (byte === undefined) throw new Error('its header is cut short');
      value += ((byte >> (this.at & 7)) & 1) * 2 ** i;
    }
    return value;
  }
}

/** Widths per height by the number in the header; the first means that the width follows. */
const RATIOS = [0, 1, 12 / 10, 4 / 3, 3 / 2, 16 / 9, 5 / 4, 2];
/** Bits of a size by the number before it. */
const SIZE_BITS = [9, 13, 18, 30];
/** Orientations, as in Exif, from here on swap width and height. */
const FIRST_SWAPPED = 5;

function header(bytes: Buffer): PixelHeader {
  const bits = new Bits(codestream(bytes).subarray(0, HEADER_BYTES));
  const isSmall = bits.read(1) === 1;
  const side = () => (isSmall ? 8 * (bits.read(5) + 1) : bits.read(SIZE_BITS[bits.read(2)]!) + 1);
  const height = side();
  const ratio = bits.read(3);
  const width = ratio === 0 ? side() : Math.floor(height * RATIOS[ratio]! + 1e-9);
  const hasOrientation = bits.read(1) === 0 && bits.read(1) === 1;
  const isSwapped = hasOrientation && bits.read(3) + 1 >= FIRST_SWAPPED;
  return isSwapped
    ? { width: height, height: width, depth: 'uchar' }
    : { width, height, depth: 'uchar' };
}

async function decode(bytes: Buffer): Promise<DecodedPixels> {
  const image = await decoder.use((libjxl) => {
    const decoded = libjxl.decode(bytes);
    if (decoded === null) throw new Error('its decoder found an error');
    return decoded;
  });
  const { data, width, height } = image;
  return { data: new Uint8Array(data.buffer), width, height, channels: 4 };
}

export const JPEG_XL: PixelFormat = { name: 'a JPEG XL', header, decode };
