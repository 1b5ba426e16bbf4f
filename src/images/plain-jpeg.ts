/**
 * Decodes plain JPEGs (upright, with known colors), as most photos are, with libjpeg-turbo alone.
 * libvips, which decodes everything else, uses the same library, but setting up its pipeline takes
 * several times as long as decoding a small image.
 */
import { createRequire } from 'node:module';
import type * as Turbo from '@julusian/jpeg-turbo';
import type { CropSize } from '../domain/faces';
import { isOneACore } from '../util/thread-count';
import { releaseBuffer, acquireBuffer } from './buffer-pool';
import type { Pixels } from './pixels';

/** Images with fewer pixels are decoded synchronously: handing them to another thread is slower. */
const MAX_SYNC_PIXELS = 300_000;

type Library = typeof Turbo;
let library: Library | null | undefined;

/** @returns null where the library has no build for this platform. libvips then does its work. */
function loadTurbo(): Library | null {
  if (library === undefined) {
    try {
      library = createRequire(__filename)('@julusian/jpeg-turbo') as Library;
    } catch {
      library = null;
    }
  }
  return library;
}

const isDecodedSync = ({ width, height }: CropSize) =>
  isOneACore || width * height < MAX_SYNC_PIXELS;

/**
 * @param width width of the image according to its header; `height` likewise.
 * @returns pixels whose memory comes from the pool (images/buffer-pool.ts); undefined where the
 * image is damaged or not plain, which libvips then decides.
 */
export async function decodePlainJpeg(
  bytes: Buffer,
  width: number,
  height: number,
): Promise<Pixels | undefined> {
  const { FORMAT_RGB: format, decompress, decompressSync } = loadTurbo() ?? {};
  if (decompress === undefined || decompressSync === undefined || format === undefined)
    return undefined;
  const data = acquireBuffer(width * height * 3);
  try {
    const decoded = isDecodedSync({ width, height })
      ? decompressSync(bytes, data, { format })
      : await decompress(bytes, data, { format });
    if (decoded.width === width && decoded.height === height) return { data, width, height };
  } catch {
    // libvips decides whether the file is damaged, and its message is reported
  }
  releaseBuffer(data);
  return undefined;
}

/**
 * Decodes a JPEG in this thread, whatever its header says of its size, but for one that does not
 * fit.
 * @param into memory for the pixels, RGB bytes.
 * @returns the size of the image; undefined where it is damaged, too large, or not plain.
 */
export function decodePlainJpegInto(bytes: Uint8Array, into: Buffer): CropSize | undefined {
  const { FORMAT_RGB: format, decompressSync } = loadTurbo() ?? {};
  if (decompressSync === undefined || format === undefined) return undefined;
  try {
    const { width, height } = decompressSync(asBuffer(bytes), into, { format });
    return { width, height };
  } catch {
    return undefined; // libvips decides whether the file is damaged, and its message is reported
  }
}

const asBuffer = ({ buffer, byteOffset, byteLength }: Uint8Array) =>
  Buffer.from(buffer, byteOffset, byteLength);

/**
 * Encodes RGB bytes, `[height, width, 3]`.
 * @param quality in [1, 100].
 * @returns undefined where the library has no build for this platform.
 */
export function encodeJpeg(
  data: Buffer,
  width: number,
  height: number,
  quality: number,
): Uint8Array<ArrayBuffer> | undefined {
  const { FORMAT_RGB: format, SAMP_420: subsampling, compressSync, bufferSize } = loadTurbo() ?? {};
  if (
    compressSync === undefined ||
    bufferSize === undefined ||
    format === undefined ||
    subsampling === undefined
  )
    return undefined;
  const largest = bufferSize({ width, height, subsampling });
  if (encoderOutput.length < largest) encoderOutput = Buffer.allocUnsafeSlow(largest);
  return new Uint8Array(
    compressSync(data, encoderOutput, { format, width, height, subsampling, quality }),
  );
}

/**
 * Reused: the encoder needs room for the largest possible result, too much to allocate each time.
 */
let encoderOutput = Buffer.alloc(0);
