/**
 * The short way for most photos there are: a JPEG that is not to be turned and whose colours are
 * known is decoded by libjpeg-turbo itself. libvips, which decodes everything else, uses the same
 * library, but setting up its pipeline takes several times as long as decoding a small image.
 */
import { createRequire } from 'node:module';
import type * as Turbo from '@julusian/jpeg-turbo';
import type { CropSize } from '../domain/faces';
import { isOneACore } from '../util/thread-count';
import { releaseBuffer, acquireBuffer } from './buffer-pool';
import type { Pixels } from './pixels';

/**
 * Images of fewer pixels are decoded at once: going to another thread and back would take longer.
 */
const AT_ONCE = 300_000;

type Library = typeof Turbo;
let library: Library | null | undefined;

/**
 * The library, or null where it has no build for this platform: libvips then decodes everything.
 */
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
 * @returns its pixels, which may be given back (images/buffer-pool.ts), or undefined where it is
 * damaged or anything but plain: libvips is to be asked then, and
 * its word counts.
 */
export async function decodePlainJpeg(
  bytes: Buffer,
  width: number,
  height: number,
): Promise<Pixels | undefined> {
  const { FORMAT_RGB: format, decompress, decompressSync } = turbo() ?? {};
  if (decompress === undefined || decompressSync === undefined || format === undefined)
    return undefined;
  const data = acquireBuffer(width * height * 3);
  try {
    const decoded = isDecodedAtOnce({ width, height })
      ? decompressSync(bytes, data, { format })
      : await decompress(bytes, data, { format });
    if (decoded.width === width && decoded.height === height) return { data, width, height };
  } catch {
    // libvips decides whether the file is damaged, and words it
  }
  releaseBuffer(data);
  return undefined;
}

/**
 * Encodes RGB bytes, into memory of its own; undefined where the library has no build for this
 * platform.
 * @param quality in [1, 100].
 */
export function encodeJpeg(
  data: Buffer,
  width: number,
  height: number,
  quality: number,
): Uint8Array<ArrayBuffer> | undefined {
  const { FORMAT_RGB: format, SAMP_420: subsampling, compressSync, bufferSize } = turbo() ?? {};
  if (
    compressSync === undefined ||
    bufferSize === undefined ||
    format === undefined ||
    subsampling === undefined
  )
    return undefined;
  const largest = bufferSize({ width, height, subsampling });
  if (output.length < largest) output = Buffer.allocUnsafeSlow(largest);
  return new Uint8Array(
    compressSync(data, output, { format, width, height, subsampling, quality }),
  );
}

/**
 * What the encoder writes to: it asks for as much as an image may take at worst, which is too much
 * to be allocated each time.
 */
let output = Buffer.alloc(0);
