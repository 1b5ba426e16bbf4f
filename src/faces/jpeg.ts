/**
 * The short way for most photos there are: a JPEG that is not to be turned and whose colours are known is decoded by libjpeg-turbo itself. libvips,
 * which decodes everything else, uses the same library, but setting up its pipeline takes several times as long as decoding a small image.
 */
import { createRequire } from 'node:module';
import type * as Turbo from '@julusian/jpeg-turbo';
import { giveBack, takeBuffer } from './buffers';
import type { Pixels } from './crop';
import type { CropSize } from './framing';
import { isOneACore } from './threads';

/** Images of fewer pixels are decoded at once: going to another thread and back would take longer. */
const AT_ONCE = 300_000;

type Library = typeof Turbo;
let library: Library | null | undefined;

/** The library, or null where it has no build for this platform: libvips then decodes everything. */
function turbo(): Library | null {
  if (library === undefined) {
    try {
      library = createRequire(__filename)('@julusian/jpeg-turbo') as Library;
    } catch {
      library = null;
    }
  }
  return library;
}

const isDecodedAtOnce = ({ width, height }: CropSize) => isOneACore || width * height < AT_ONCE;

/**
 * @param width, height of the image, by its header.
 * @returns its pixels, which may be given back (faces/buffers.ts), or undefined where it is damaged or anything but plain: libvips is to be asked then, and
 *   its word counts.
 */
export async function decodePlainJpeg(bytes: Buffer, width: number, height: number): Promise<Pixels | undefined> {
  const { FORMAT_RGB: format, decompress, decompressSync } = turbo() ?? {};
  if (decompress === undefined || decompressSync === undefined || format === undefined) return undefined;
  const data = takeBuffer(width * height * 3);
  try {
    const decoded = isDecodedAtOnce({ width, height })
      ? decompressSync(bytes, data, { format })
      : await decompress(bytes, data, { format });
    if (decoded.width === width && decoded.height === height) return { data, width, height };
  } catch {
    // libvips decides whether the file is damaged, and words it
  }
  giveBack(data);
  return undefined;
}

/**
 * Encodes RGB bytes, into memory of its own; undefined where the library has no build for this platform.
 * @param quality in [1, 100].
 */
export function encodeJpeg(data: Buffer, width: number, height: number, quality: number): Uint8Array<ArrayBuffer> | undefined {
  const { FORMAT_RGB: format, SAMP_420: subsampling, compressSync, bufferSize } = turbo() ?? {};
  if (compressSync === undefined || bufferSize === undefined || format === undefined || subsampling === undefined) return undefined;
  const largest = bufferSize({ width, height, subsampling });
  if (output.length < largest) output = Buffer.allocUnsafeSlow(largest);
  return new Uint8Array(compressSync(data, output, { format, width, height, subsampling, quality }));
}

/** What the encoder writes to: it asks for as much as an image may take at worst, which is too much to be allocated each time. */
let output = Buffer.alloc(0);

/** What the markers of a JPEG say of it. */
export interface JpegHeader {
  /** 1 for grey, 3 for colour. */
  components: 1 | 3;
  /** The segments that hold its ICC profile, as they stand in the file; empty where it has none. */
  profile: Buffer;
}

const START_OF_IMAGE = 0xffd8;
const APP2 = 0xe2;
const START_OF_SCAN = 0xda;

/**
 * Reads the markers of a JPEG of 8-bit grey or colour, up to the first scan (ITU-T T.81, annex B).
 * @returns undefined for anything else: other formats, CMYK, lossless and arithmetic coding.
 */
export function jpegHeader(bytes: Buffer): JpegHeader | undefined {
  if (bytes.length < 4 || bytes.readUInt16BE(0) !== START_OF_IMAGE) return undefined;
  let components: number | undefined;
  const profile: Buffer[] = [];
  let at = 2;
  while (at + 9 < bytes.length && bytes[at] === 0xff) {
    const marker = bytes[at + 1]!;
    if (marker === 0xff) {
      at += 1; // fill bytes
      continue;
    }
    if (marker === START_OF_SCAN) break;
    const end = at + 2 + bytes.readUInt16BE(at + 2);
    if (marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc) {
      // SOF0 to SOF2: baseline, extended and progressive. The others are lossless or arithmetic.
      if (marker > 0xc2 || bytes[at + 4] !== 8) return undefined;
      components = bytes[at + 9];
    }
    if (marker === APP2 && bytes.toString('latin1', at + 4, at + 15) === 'ICC_PROFILE') profile.push(bytes.subarray(at, end));
    at = end;
  }
  if (components !== 1 && components !== 3) return undefined;
  return { components, profile: Buffer.concat(profile) };
}
