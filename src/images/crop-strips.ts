/**
 * Crops as they are kept: a JPEG of several faces, one below the other, takes less space and fewer
 * calls than as many single ones, and is read as fast when all faces are wanted.
 */
import type { CropSize } from '../domain/faces';
import { sharp } from './lazy-sharp';
import { encodeJpeg } from './plain-jpeg';

/** Faces a strip, at most. */
export const STRIP = 16;
const QUALITY = 80;

export interface Strip {
  jpeg: Uint8Array<ArrayBuffer>;
  faces: number;
}

/** A strip of this run or of an earlier one. */
export interface StripRef {
  /** The same for all faces of the strip. */
  key: string;
  read: () => Uint8Array;
}

/** Where the crop of a face is. */
export interface CropRef {
  strip: StripRef;
  at: number;
}

/**
 * Number of the strip and place in it of each of `faces` faces that lie in strips one after the
 * other.
 */
export function placesIn(strips: readonly Strip[]): { strip: number; at: number }[] {
  return strips.flatMap(({ faces }, strip) =>
    Array.from({ length: faces }, (_, at) => ({ strip, at })),
  );
}

/**
 * Encodes crops as strips. The faces of an image lie in one strip, or begin one where they are
 * more: strips can be kept together with whole images.
 * @param crops RGB bytes `[faces, height, width, 3]`.
 * @param images number of faces of each image, in order.
 */
export async function encodeStrips(
  crops: Uint8Array,
  images: readonly number[],
  size: CropSize,
): Promise<Strip[]> {
  const counts: number[] = [];
  let current = 0;
  for (const faces of images) {
    if (current > 0 && current + faces > STRIP) {
      counts.push(current);
      current = 0;
    }
    current += faces;
    for (; current > STRIP; current -= STRIP) counts.push(STRIP);
  }
  if (current > 0) counts.push(current);
  const faceBytes = size.width * size.height * 3;
  const strips: Strip[] = [];
  let from = 0;
  for (const faces of counts) {
    const pixels = Buffer.from(
      crops.buffer,
      crops.byteOffset + from * faceBytes,
      faces * faceBytes,
    );
    strips.push({ jpeg: await encode(pixels, size.width, size.height * faces, QUALITY), faces });
    from += faces;
  }
  return strips;
}

/** A JPEG in memory of its own, so that it can be given to another thread. */
export async function encode(
  pixels: Buffer,
  width: number,
  height: number,
  quality: number,
): Promise<Uint8Array<ArrayBuffer>> {
  return (
    encodeJpeg(pixels, width, height, quality) ??
    new Uint8Array(await encodeBySharp(pixels, width, height, quality))
  );
}

const encodeBySharp = (
  pixels: Buffer,
  width: number,
  height: number,
  quality: number,
): Promise<Buffer> =>
  sharp(pixels, { raw: { width, height, channels: 3 } })
    .jpeg({ quality })
    .toBuffer();
