/**
 * JPEG XL (ISO/IEC 18181), decoded by libjxl, which turns the image upright. The size is read here:
 * libjxl would decode before it tells. Two packages hold libjxl: one is several times as fast,
 * but gives neither transparency nor colors other than sRGB, and the other does.
 */
import { t } from '../../text/translate';
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

interface FastLibjxl extends EmscriptenModule {
  JpegXLDecoder: new () => {
    getEncodedBuffer(length: number): Uint8Array;
    decode(): void;
    /** Of the decoder's memory. */
    getDecodedBuffer(): Uint8Array;
    getFrameInfo(): { width: number; height: number; componentCount: number };
    delete(): void;
  };
}

const decoderOf = <Module extends EmscriptenModule>(wasm: string, script: string) =>
  new WasmDecoder<Module>(
    () => createRequire(__filename).resolve(wasm),
    async (options) => {
      const library: unknown = await import(script);
      return (library as Library<Module>).default(options);
    },
  );

interface Library<Module> {
  default: (options: EmscriptenOptions) => Promise<Module>;
}

const decoder = decoderOf<Libjxl>(
  '@jsquash/jxl/codec/dec/jxl_dec.wasm',
  '@jsquash/jxl/codec/dec/jxl_dec.js',
);
const fastDecoder = decoderOf<FastLibjxl>(
  '@cornerstonejs/codec-libjxl/decodewasm',
  '@cornerstonejs/codec-libjxl/decodewasmjs',
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
  throw new Error(t('it has no codestream'));
}

/** Reads bits, the lowest of each byte first. */
class Bits {
  private at = 16; // after the signature

  constructor(private readonly bytes: Buffer) {}

  read(count: number): number {
    let value = 0;
    for (let i = 0; i < count; i++, this.at++) {
      const byte = this.bytes[this.at >> 3];
      if (byte === undefined) throw new Error(t('its header is cut short'));
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

/** Whether libjxl gives sRGB of 8 bits by itself, and there is nothing but color. */
interface JxlHeader extends PixelHeader {
  isPlain: boolean;
}

function header(bytes: Buffer): JxlHeader {
  const bits = new Bits(codestream(bytes).subarray(0, HEADER_BYTES));
  const isSmall = bits.read(1) === 1;
  const side = () => (isSmall ? 8 * (bits.read(5) + 1) : bits.read(SIZE_BITS[bits.read(2)]!) + 1);
  const height = side();
  const ratio = bits.read(3);
  const width = ratio === 0 ? side() : Math.floor(height * RATIOS[ratio]! + 1e-9);
  const { isPlain, orientation } = metadata(bits);
  const [across, down] = orientation >= FIRST_SWAPPED ? [height, width] : [width, height];
  return { width: across, height: down, depth: 'uchar', isPlain };
}

/** Reads the fields in their order, as far as they are needed. */
function metadata(bits: Bits): { isPlain: boolean; orientation: number } {
  const isDefault = bits.read(1) === 1;
  if (isDefault) return { isPlain: true, orientation: 1 };
  const hasMore = bits.read(1) === 1;
  const orientation = hasMore ? bits.read(3) + 1 : 1;
  // Another size to be shown in, a preview, an animation.
  const isStill = !hasMore || bits.read(3) === 0;
  const isPlain =
    isStill &&
    bits.read(1) === 0 && // whole numbers
    bits.read(2) === 0 && // of 8 bits
    bits.read(1) >= 0 && // how they are computed
    bits.read(2) === 0 && // no further channels
    bits.read(1) >= 0 && // how colors are coded
    isSrgb(bits);
  return { isPlain, orientation };
}

/** Numbers of ITU-T H.273, but 0 and 1 of color spaces, which are RGB and gray. */
const RGB = 0;
const GRAY = 1;
const D65 = 1;
const SRGB_PRIMARIES = 1;
const SRGB_TRANSFER = 13;

/** Reads how colors are described: the default, a profile, or numbers. */
function isSrgb(bits: Bits): boolean {
  const isDefault = bits.read(1) === 1;
  if (isDefault) return true;
  const hasProfile = bits.read(1) === 1;
  if (hasProfile) return false;
  const space = enumValue(bits);
  if ((space !== RGB && space !== GRAY) || enumValue(bits) !== D65) return false;
  if (space === RGB && enumValue(bits) !== SRGB_PRIMARIES) return false;
  const hasGamma = bits.read(1) === 1;
  return !hasGamma && enumValue(bits) === SRGB_TRANSFER;
}

function enumValue(bits: Bits): number {
  const kind = bits.read(2);
  return kind < 2 ? kind : kind === 2 ? 2 + bits.read(4) : 18 + bits.read(6);
}

async function decode(bytes: Buffer): Promise<DecodedPixels> {
  if (header(bytes).isPlain) return decodePlain(bytes);
  const image = await decoder.use((libjxl) => {
    const decoded = libjxl.decode(bytes);
    if (decoded === null) throw new Error(t('its decoder found an error'));
    return decoded;
  });
  const { data, width, height } = image;
  return { data: new Uint8Array(data.buffer), width, height, channels: 4 };
}

function decodePlain(bytes: Buffer): Promise<DecodedPixels> {
  return fastDecoder.use((libjxl) => {
    const jxl = new libjxl.JpegXLDecoder();
    jxl.getEncodedBuffer(bytes.length).set(bytes);
    jxl.decode();
    const { width, height, componentCount } = jxl.getFrameInfo();
    const data = new Uint8Array(jxl.getDecodedBuffer()); // a copy
    jxl.delete();
    return { data, width, height, channels: componentCount === 1 ? 1 : 3 };
  });
}

export const JPEG_XL: PixelFormat = { name: 'a JPEG XL', header, decode };
