/**
 * Stages 2 to 4 for a handful of images: files → their faces, cut out and, where a network is given, described. What each of the engine's
 * describing threads does over and over (engine/describer.ts).
 */
import * as crypto from 'node:crypto';
import pMap from 'p-map';
import { messageOf } from '../errors';
import { oneAtATime } from '../one-at-a-time';
import { giveBack } from './buffers';
import { encodedImage, ImageError, readBytes } from './decode';
import { type FaceFinder, type LocatedFace, locatedFaces } from './detect';
import type { Framing } from './framing';
import type { AttributeModel } from './model';
import { isOverview } from './overview';
import { encodeStrips, type Strip } from './strips';
import { isOneACore } from './threads';

/** An image to be described. */
export interface WantedImage {
  /** A Uint8Array where the path is not valid UTF-8. */
  path: string | Uint8Array;
  /** Hashes of images that are known already and have as many bytes: this file may be one of them under another name. */
  candidates: readonly string[];
  /** Where its faces lie, where that is known already. */
  located: readonly LocatedFace[] | undefined;
}

/** What became of an image. */
export type ImageResult =
  | { kind: 'known'; hash: string }
  /** `hash` is empty where the failure does not lie in the file's content. */
  | { kind: 'failed'; hash: string; reason: string }
  | {
      kind: 'described';
      hash: string;
      /** Where each face lies; null where the image as a whole is one. */
      faces: (LocatedFace | null)[];
    };

/** A handful of images described. */
export interface DescribedImages {
  /** One for each image, in their order. */
  images: ImageResult[];
  /** All their faces in order, as strips; see `encodeStrips`. */
  strips: Strip[];
  /** RGB bytes of all their faces in order, `[faces, height, width, 3]`, for any thread to read; undefined where a network was given. */
  crops: Uint8Array<SharedArrayBuffer> | undefined;
  /** Probabilities in [0, 1], `[faces, attributes]`; undefined where no network was given. */
  probabilities: Float32Array<ArrayBuffer> | undefined;
  /** Seconds spent in reading, decoding and finding, and in the network. */
  seconds: { decode: number; infer: number };
}

export interface DescribeOptions {
  finder: FaceFinder;
  crop: Framing;
  model: AttributeModel | undefined;
  /** Faces the network is given at a time. */
  batchSize: number;
  /** Images decoded at a time. */
  concurrency: number;
  /** Whether contents are to be recognised. */
  hashed: boolean;
}

/** Faces that memory for other threads holds, at least. */
const SHARED = 16;

/** Short enough for millions of keys, long enough that two images never share one: 128 bits of SHA-256, in hexadecimal. */
export const hashOf = (bytes: Uint8Array): string => sha256(bytes).slice(0, 32);

/** In one call where Node has it (20.12): an object for each small file takes as long as its hash. */
const oneCall = (crypto as { hash?: typeof crypto.hash }).hash;
const sha256 = (bytes: Uint8Array) => oneCall?.('sha256', bytes, 'hex') ?? crypto.createHash('sha256').update(bytes).digest('hex');

/**
 * @param spare memory for the crops, where it is large enough and no network is given.
 * @throws whatever the network throws. An image that cannot be used is a result like any other.
 */
export async function describeImages(
  wanted: readonly WantedImage[],
  options: DescribeOptions,
  spare?: SharedArrayBuffer,
): Promise<DescribedImages> {
  const start = performance.now();
  const cut = await pMap(wanted, (image) => cutOut(image, options), { concurrency: options.concurrency });
  const decoded = performance.now();
  const { strips, crops, probabilities } = await alone(() => describeCrops(cut, options, spare));
  return {
    images: cut.map(({ result }) => result),
    strips,
    crops,
    probabilities,
    seconds: { decode: (decoded - start) / 1000, infer: (performance.now() - decoded) / 1000 },
  };
}

type Cut = Awaited<ReturnType<typeof cutOut>>;

/** Encodes the crops of some images and describes them where there is a network. */
async function describeCrops(
  cut: readonly Cut[],
  { crop, model, batchSize }: DescribeOptions,
  spare: SharedArrayBuffer | undefined,
): Promise<Omit<DescribedImages, 'images' | 'seconds'>> {
  const faceBytes = crop.width * crop.height * 3;
  const all = cut.flatMap((each) => each.crops);
  const crops = bufferOf(all.length * faceBytes);
  all.forEach((pixels, i) => {
    crops.set(pixels, i * faceBytes);
    giveBack(pixels);
  });
  const counts = cut.map((each) => each.crops.length);
  const strips = await encodeStrips(crops, counts, crop);
  if (model === undefined) return { strips, crops: shared(crops, spare, SHARED * faceBytes), probabilities: undefined };
  const width = model.attributes.length;
  const probabilities = new Float32Array(all.length * width);
  for (let from = 0; from < all.length; from += batchSize) {
    const count = Math.min(batchSize, all.length - from);
    probabilities.set(await model.infer(crops.subarray(from * faceBytes), count), from * width);
  }
  return { strips, crops: undefined, probabilities };
}

/** Used again and again: a new one each time would cost its zeroing, and the collector's time. */
let kept = new Uint8Array();

function bufferOf(length: number): Uint8Array<ArrayBuffer> {
  if (kept.length < length) kept = new Uint8Array(length);
  return kept.subarray(0, length);
}

/** @param grain memory is taken in multiples of this, so that most of it fits what comes next. */
function shared(bytes: Uint8Array, spare: SharedArrayBuffer | undefined, grain: number): Uint8Array<SharedArrayBuffer> {
  const enough = spare !== undefined && spare.byteLength >= bytes.length;
  const memory = enough ? spare : new SharedArrayBuffer(Math.max(1, Math.ceil(bytes.length / grain)) * grain);
  const copy = new Uint8Array(memory, 0, bytes.length);
  copy.set(bytes);
  return copy;
}

/** One after the other: there is one such buffer, and one network. */
const alone = oneAtATime();
/** Of images that this thread decodes. */
const inTurn = oneAtATime();

async function cutOut(image: WantedImage, { finder, crop, hashed }: DescribeOptions): Promise<{ result: ImageResult; crops: Buffer[] }> {
  let hash = '';
  try {
    const bytes = await readBytes({ path: typeof image.path === 'string' ? image.path : Buffer.from(image.path) });
    if (hashed) {
      hash = hashOf(bytes);
      if (image.candidates.includes(hash)) return { result: { kind: 'known', hash }, crops: [] };
    }
    const encoded = await encodedImage(bytes);
    const cut = async () => {
      const found = image.located === undefined ? await finder(encoded) : locatedFaces(encoded, image.located, crop);
      const crops: Buffer[] = [];
      for (const region of found.regions) crops.push(await found.crop(region));
      found.release();
      return { crops, faces: found.regions.map(({ located }) => located ?? null) };
    };
    // What this thread decodes by itself is done in turn: more of it at a time would take more memory, and no less time.
    const { crops, faces } = encoded.plainJpeg && isOneACore && isOverview(encoded) ? await inTurn(cut) : await cut();
    return { result: { kind: 'described', hash, faces }, crops };
  } catch (error) {
    // One bad image never stops a run; a defect of ours on one image does not either, and is told just as clearly.
    if (error instanceof ImageError) return { result: { kind: 'failed', hash: error.kept ? hash : '', reason: error.message }, crops: [] };
    return { result: { kind: 'failed', hash: '', reason: `unexpected failure: ${messageOf(error)}` }, crops: [] };
  }
}
