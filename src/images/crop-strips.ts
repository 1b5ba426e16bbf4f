/**
 * Strips: JPEGs with the crops of several faces, one below the other. A strip takes less space and
 * fewer calls than single JPEGs, and is read as fast when all of its faces are needed.
 */
import type { CropSize } from '../domain/faces';
import { acquireBuffer, releaseBuffer } from './buffer-pool';
import { sharp } from './lazy-sharp';
import type { Pixels } from './pixels';
import { decodePlainJpegInto, encodeJpeg } from './plain-jpeg';

/** Faces of a strip, at most. */
export const MAX_STRIP_FACES = 16;
const QUALITY = 80;
/** JPEG quality of single faces. Their strips were compressed before. */
export const FACE_QUALITY = 90;

export interface Strip {
  jpeg: Uint8Array<ArrayBuffer>;
  faces: number;
}

/** Refers to a strip of this run or of an earlier one. */
export interface StripRef {
  /** Identifies the strip. */
  key: string;
  read: () => Uint8Array;
}

/** Refers to the crop of a face. */
export interface CropRef {
  strip: StripRef;
  /** Index of the face in the strip. */
  at: number;
}

/** @returns index of the strip, and index in the strip, of each face. */
export function facePlaces(strips: readonly Strip[]): { strip: number; at: number }[] {
  return strips.flatMap(({ faces }, strip) =>
    Array.from({ length: faces }, (_, at) => ({ strip, at })),
  );
}

/**
 * Encodes crops as strips. No image's faces begin in one strip and end in another, unless they fill
 * strips of their own: then strips can be stored and removed together with whole images.
 * @param crops RGB bytes, `[faces, height, width, 3]`.
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
    if (current > 0 && current + faces > MAX_STRIP_FACES) {
      counts.push(current);
      current = 0;
    }
    current += faces;
    for (; current > MAX_STRIP_FACES; current -= MAX_STRIP_FACES) counts.push(MAX_STRIP_FACES);
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
    strips.push({ jpeg: await encodeRgb(pixels, size.width, size.height * faces, QUALITY), faces });
    from += faces;
  }
  return strips;
}

/**
 * Decodes all faces of a strip, in this thread if it is a plain JPEG, as all are that this program
 * writes.
 * @param size of a face.
 * @returns RGB bytes `[faces, size.height, size.width, 3]`, one face below the other; their memory
 * comes from the pool (images/buffer-pool.ts).
 * @throws Error where it is damaged, or too large or too narrow for a strip.
 */
export async function decodeStrip(jpeg: Uint8Array, size: CropSize): Promise<Pixels> {
  const pixels = decodePlain(jpeg, size) ?? (await decodeWithSharp(jpeg, size));
  if (pixels.width !== size.width)
    throw new Error(`it is ${pixels.width} pixels wide: expected ${size.width}`);
  return pixels;
}

function decodePlain(jpeg: Uint8Array, size: CropSize): Pixels | undefined {
  const data = acquireBuffer(size.width * size.height * 3 * MAX_STRIP_FACES);
  const decoded = decodePlainJpegInto(jpeg, data);
  if (decoded !== undefined)
    return { data: data.subarray(0, decoded.width * decoded.height * 3), ...decoded };
  releaseBuffer(data);
  return undefined;
}

async function decodeWithSharp(jpeg: Uint8Array, size: CropSize): Promise<Pixels> {
  const limitInputPixels = size.width * size.height * MAX_STRIP_FACES;
  const { data, info } = await sharp(jpeg, { limitInputPixels })
    .toColourspace('srgb')
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  if (info.channels !== 3) throw new Error(`it has ${info.channels} channels: expected 3`);
  return { data, width: info.width, height: info.height };
}

/**
 * Encodes RGB bytes as a JPEG.
 * @param quality in [1, 100].
 * @returns bytes in an ArrayBuffer of their own, which can be transferred to another thread.
 */
export async function encodeRgb(
  pixels: Buffer,
  width: number,
  height: number,
  quality: number,
): Promise<Uint8Array<ArrayBuffer>> {
  return (
    encodeJpeg(pixels, width, height, quality) ??
    new Uint8Array(await encodeWithSharp(pixels, width, height, quality))
  );
}

const encodeWithSharp = (
  pixels: Buffer,
  width: number,
  height: number,
  quality: number,
): Promise<Buffer> =>
  sharp(pixels, { raw: { width, height, channels: 3 } })
    .jpeg({ quality })
    .toBuffer();
