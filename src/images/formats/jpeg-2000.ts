/**
 * JPEG 2000 (ISO/IEC 15444-1), in its file format or as a codestream alone, decoded by OpenJPEG.
 * The header is read here: OpenJPEG tells it only after decoding, and decodes files that are cut
 * short without a word.
 */
import { createRequire } from 'node:module';
import { t } from '../../text/translate';
import { ImageError } from '../image-error';
import { boxAt, boxesIn } from './boxes';
import type { DecodedPixels, PixelFormat, PixelHeader } from './pixel-format';
import { type EmscriptenModule, type EmscriptenOptions, WasmDecoder } from './wasm-decoder';

interface J2KDecoder {
  getEncodedBuffer(length: number): Uint8Array;
  decode(): void;
  /** Of the pixels, a copy. */
  getDecodedBuffer(): Uint8ClampedArray<ArrayBuffer>;
  getFrameInfo(): { width: number; height: number; componentCount: number; bitsPerSample: number };
  delete(): void;
}

interface OpenJpeg extends EmscriptenModule {
  J2KDecoder: new () => J2KDecoder;
}

const library = '@cornerstonejs/codec-openjpeg';
const decoder = new WasmDecoder<OpenJpeg>(
  () => createRequire(__filename).resolve(`${library}/decodewasm`),
  (options) => {
    const load = createRequire(__filename)(`${library}/decodewasmjs`) as (
      options: EmscriptenOptions,
    ) => Promise<OpenJpeg>;
    return load(options);
  },
);

/** Markers of a codestream: its start with the size, and a part of a tile. */
const START = 0xff4fff51;
const TILE_PART = 0xff90;
const HEADER_BYTES = 42;

interface Codestream {
  bytes: Buffer;
  /** Where it begins in the file. */
  start: number;
}

/** @throws Error where the file has none. */
function codestreamIn(bytes: Buffer): Codestream {
  const start = bytes.readUInt32BE(0) === START ? 0 : boxAt(bytes, ['jp2c'])?.start;
  const isThere =
    start !== undefined &&
    start + HEADER_BYTES <= bytes.length &&
    bytes.readUInt32BE(start) === START;
  if (!isThere) throw new Error(t('it has no codestream'));
  return { bytes: bytes.subarray(start), start };
}

/**
 * The size, as stored: the format has no orientation.
 * @throws ImageError where OpenJPEG's JavaScript cannot decode it.
 */
function header(file: Buffer): PixelHeader {
  const { bytes } = codestreamIn(file);
  const [right, bottom, left, top] = [8, 12, 16, 20].map((at) => bytes.readUInt32BE(at));
  const { components, bits, isSigned } = valuesIn(file, bytes);
  if (left !== 0 || top !== 0) throw unsupported(t('whose picture is not at the origin'));
  // OpenJPEG's JavaScript throws at any other number of components, once it has decoded them.
  const isRead = components === 1 ? bits <= 16 : components === 3 && bits <= 8;
  if (isSigned || !isRead)
    throw unsupported(
      isSigned
        ? t('of {0} components of signed {1} bits', components, bits)
        : t('of {0} components of {1} bits', components, bits),
    );
  assertComplete(bytes);
  return {
    width: right!,
    height: bottom!,
    depth: bits > 8 ? 'ushort' : 'uchar',
    profile: profileIn(file),
  };
}

/** What the decoder will give: the values of the codestream, or those of its palette. */
function valuesIn(
  file: Buffer,
  codestream: Buffer,
): { components: number; bits: number; isSigned: boolean } {
  const palette = boxAt(file, ['jp2h', 'pclr'])?.start;
  const [components, format] =
    palette === undefined
      ? [codestream.readUInt16BE(40), codestream[42]!]
      : [file.readUInt8(palette + 2), file.readUInt8(palette + 3)];
  return { components, bits: (format & 0x7f) + 1, isSigned: format > 0x7f };
}

const unsupported = (kind: string) =>
  new ImageError(t('it is a JPEG 2000 {0}, which cannot be decoded: save it as PNG or TIFF', kind));

/** @throws Error where parts of tiles are missing, which OpenJPEG would leave gray. */
function assertComplete(bytes: Buffer): void {
  let at = 2;
  while (at + 4 <= bytes.length && bytes.readUInt16BE(at) !== TILE_PART)
    at += 2 + bytes.readUInt16BE(at + 2);
  while (at + 10 <= bytes.length && bytes.readUInt16BE(at) === TILE_PART) {
    const length = bytes.readUInt32BE(at + 6);
    if (length === 0) return; // up to the end, wherever that is
    if (length < 12) throw new Error(t('a part of a tile has no content'));
    at += length;
  }
  if (at > bytes.length || at === 2) throw new Error(t('parts of it are missing'));
}

/** The first of its color specifications that is an ICC profile. */
function profileIn(bytes: Buffer): Buffer | undefined {
  const header = boxAt(bytes, ['jp2h']);
  if (header === undefined) return undefined;
  for (const { type, start, end } of boxesIn(bytes, header.start, header.end)) {
    const isProfile = type === 'colr' && (bytes[start] === 2 || bytes[start] === 3);
    if (isProfile) return bytes.subarray(start + 3, end);
  }
  return undefined;
}

async function decode(bytes: Buffer): Promise<DecodedPixels> {
  const { data, width, height, componentCount, bitsPerSample } = await decoder.use((openJpeg) => {
    const j2k = new openJpeg.J2KDecoder();
    j2k.getEncodedBuffer(bytes.length).set(bytes);
    j2k.decode();
    const decoded = { ...j2k.getFrameInfo(), data: new Uint8Array(j2k.getDecodedBuffer().buffer) };
    j2k.delete();
    if (decoded.width === 0) throw new Error(t('its decoder found an error'));
    return decoded;
  });
  if (componentCount === 1 && bitsPerSample > 8) {
    const values = new Uint16Array(data.buffer);
    return { data: scaled(values, bitsPerSample, 16), width, height, channels: 1 };
  }
  const channels = componentCount === 1 ? 1 : 3;
  return { data: scaled(data, bitsPerSample, 8), width, height, channels };
}

/** Brings values of fewer bits to their type's range. */
function scaled<T extends Uint8Array | Uint16Array>(values: T, bits: number, all: number): T {
  const factor = (2 ** all - 1) / (2 ** bits - 1);
  if (factor !== 1)
    for (const [i, value] of values.entries()) values[i] = Math.round(value * factor);
  return values;
}

export const JPEG_2000: PixelFormat = { name: 'a JPEG 2000', header, decode };
