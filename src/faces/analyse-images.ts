/**
 * Stages 2 to 4 for a handful of images: files → their faces, cut out and, where a network is
 * given, described. What each of the engine's image workers does over and over
 * (engine/threads/image-worker.ts).
 */
import pMap from 'p-map';
import type { LocatedFace } from '../domain/faces';
import type { Framing } from '../domain/networks';
import { releaseBuffer, acquireBuffer } from '../images/buffer-pool';
import { encodeStrips, type Strip } from '../images/crop-strips';
import { encodedImage, readBytes } from '../images/decode';
import { type FailureKind, ImageError } from '../images/image-error';
import type { ImageLimits } from '../images/image-limits';
import type { MemoryBudget } from '../images/memory-budget';
import type { AttributeModel } from '../networks/model';
import { hashOf } from '../util/content-hash';
import { messageOf } from '../util/errors';
import { createMutex } from '../util/mutex';
import { isOneACore } from '../util/thread-count';
import { type FaceFinder, locatedFaces } from './detect';
import { isOverview } from './overview';

/** An image to be described. */
export interface WantedImage {
  /** A Uint8Array where the path is not valid UTF-8. */
  path: string | Uint8Array;
  /**
   * Hashes of images that are known already and have as many bytes: this file may be one of them
   * under another name.
   */
  candidates: readonly string[];
  /** Where its faces lie, where that is known already. */
  located: readonly LocatedFace[] | undefined;
}

/** What became of an image. */
export type ImageResult =
  | { kind: 'known'; hash: string }
  /** `hash` is of the content, empty where it was not asked for or could not be read. */
  | { kind: 'failed'; hash: string; reason: string; kept: FailureKind }
  | {
      kind: 'described';
      hash: string;
      /** Where each face lies; null where the image as a whole is one. */
      faces: (LocatedFace | null)[];
    };

/** A handful of images described. */
export interface AnalysedImages {
  /** One for each image, in their order. */
  images: ImageResult[];
  /** All their faces in order, as strips; see `encodeStrips`. */
  strips: Strip[];
  /**
   * RGB bytes of all their faces in order, `[faces, height, width, 3]`, for any thread to read;
   * undefined where a network was given.
   */
  crops: Uint8Array | undefined;
  /** Probabilities in [0, 1], `[faces, attributes]`; undefined where no network was given. */
  probabilities: Float32Array<ArrayBuffer> | undefined;
  /** Seconds spent in reading, decoding and finding, and in the network. */
  seconds: { decode: number; infer: number };
}

export interface AnalyseOptions {
  finder: FaceFinder;
  crop: Framing;
  model: AttributeModel | undefined;
  /** Faces the network is given at a time. */
  batchSize: number;
  /** Images decoded at a time. */
  concurrency: number;
  /** Whether contents are to be recognised. */
  hashed: boolean;
  limits: ImageLimits;
  /** Undefined where nobody else decodes at the same time. */
  budget: MemoryBudget | undefined;
}

/** Faces that memory for other threads holds, at least. */
const MIN_SHARED_FACES = 16;

/**
 * @param spare memory for the crops, where it is large enough and no network is given.
 * @param onImage called when an image has been decoded, or cannot be.
 * @throws whatever the network throws. An image that cannot be used is a result like any other.
 */
export async function analyseImages(
  wanted: readonly WantedImage[],
  options: AnalyseOptions,
  spare?: SharedArrayBuffer,
  onImage: () => void = () => undefined,
): Promise<AnalysedImages> {
  const start = performance.now();
  const faceBytes = options.crop.width * options.crop.height * 3;
  const length = wanted.length * faceBytes;
  const memory =
    options.model === undefined
      ? sharedMemory(length, spare, MIN_SHARED_FACES * faceBytes)
      : acquireBuffer(length).buffer;
  const place = (i: number) => Buffer.from(memory, i * faceBytes, faceBytes);
  const cut = await pMap(
    wanted,
    async (image, i) => {
      const result = await cutFaces(image, place(i), options);
      onImage();
      return result;
    },
    { concurrency: options.concurrency },
  );
  const decoded = performance.now();
  const { strips, crops, probabilities } = await inferLock(() =>
    inferAttributes(cut, memory, options),
  );
  releaseBuffer(new Uint8Array(memory));
  return {
    images: cut.map(({ result }) => result),
    strips,
    crops,
    probabilities,
    seconds: { decode: (decoded - start) / 1000, infer: (performance.now() - decoded) / 1000 },
  };
}

type CutImage = Awaited<ReturnType<typeof cutFaces>>;

/**
 * Encodes the crops of some images and describes them where there is a network.
 * @param memory where the only face of each image has its place.
 */
async function inferAttributes(
  cut: readonly CutImage[],
  memory: ArrayBuffer | SharedArrayBuffer,
  { crop, model, batchSize }: AnalyseOptions,
): Promise<Omit<AnalysedImages, 'images' | 'seconds'>> {
  const faceBytes = crop.width * crop.height * 3;
  const counts = cut.map((each) => each.crops.length);
  const faces = counts.reduce((sum, count) => sum + count, 0);
  const crops = counts.every((count) => count === 1)
    ? new Uint8Array(memory, 0, faces * faceBytes)
    : gatherCrops(cut, memory, faces * faceBytes);
  const strips = await encodeStrips(crops, counts, crop);
  if (model === undefined)
    return {
      strips,
      crops: asShared(crops, memory, MIN_SHARED_FACES * faceBytes),
      probabilities: undefined,
    };
  const width = model.attributes.length;
  const probabilities = new Float32Array(faces * width);
  for (let from = 0; from < faces; from += batchSize) {
    const count = Math.min(batchSize, faces - from);
    probabilities.set(await model.infer(crops.subarray(from * faceBytes), count), from * width);
  }
  return { strips, crops: undefined, probabilities };
}

/** Used again and again: a new one each time would cost its zeroing, and the collector's time. */
let gatherBuffer = new Uint8Array();

function reusedBuffer(length: number): Uint8Array<ArrayBuffer> {
  if (gatherBuffer.length < length) gatherBuffer = new Uint8Array(length);
  return gatherBuffer.subarray(0, length);
}

/**
 * Crops one after the other, where not every image has just one.
 * @param memory what lies there is not given back.
 */
function gatherCrops(
  cut: readonly CutImage[],
  memory: ArrayBuffer | SharedArrayBuffer,
  length: number,
): Uint8Array<ArrayBuffer> {
  const all = reusedBuffer(length);
  let at = 0;
  for (const crop of cut.flatMap(({ crops }) => crops)) {
    all.set(crop, at);
    at += crop.length;
    if (crop.buffer !== memory) releaseBuffer(crop);
  }
  return all;
}

/** @param grain memory is taken in multiples of this, so that most of it fits what comes next. */
function sharedMemory(
  length: number,
  spare: SharedArrayBuffer | undefined,
  grain: number,
): SharedArrayBuffer {
  const enough = spare !== undefined && spare.byteLength >= length;
  return enough ? spare : new SharedArrayBuffer(Math.max(1, Math.ceil(length / grain)) * grain);
}

/**
 * Bytes in shared memory: those that lie there, or a copy.
 * @param memory for the copy, where it is large enough.
 */
function asShared(
  bytes: Uint8Array,
  memory: ArrayBuffer | SharedArrayBuffer,
  grain: number,
): Uint8Array<SharedArrayBuffer> {
  if (bytes.buffer instanceof SharedArrayBuffer) return bytes as Uint8Array<SharedArrayBuffer>;
  const copy = new Uint8Array(
    sharedMemory(bytes.length, memory instanceof SharedArrayBuffer ? memory : undefined, grain),
    0,
    bytes.length,
  );
  copy.set(bytes);
  return copy;
}

/** One after the other: there is one such buffer, and one network. */
const inferLock = createMutex();
/** Of images that this thread decodes. */
const cropLock = createMutex();

/** @param place where the crop is to lie, if it is the image's only one. */
async function cutFaces(
  image: WantedImage,
  place: Buffer,
  { finder, crop, hashed, limits, budget }: AnalyseOptions,
): Promise<{ result: ImageResult; crops: Buffer[] }> {
  let hash = '';
  try {
    const bytes = await readBytes(
      { path: typeof image.path === 'string' ? image.path : Buffer.from(image.path) },
      limits,
    );
    if (hashed) {
      hash = hashOf(bytes);
      if (image.candidates.includes(hash)) return { result: { kind: 'known', hash }, crops: [] };
    }
    const encoded = await encodedImage(bytes, limits);
    const cut = async () => {
      const found =
        image.located === undefined
          ? await finder(encoded)
          : locatedFaces(encoded, image.located, crop);
      const crops: Buffer[] = [];
      const into = found.regions.length === 1 ? place : undefined;
      for (const region of found.regions) crops.push(await found.crop(region, into));
      found.release();
      return { crops, faces: found.regions.map(({ located }) => located ?? null) };
    };
    // What this thread decodes by itself is done in turn: more of it at a time would take more
    // memory, and no less time.
    const inItsTurn = () =>
      encoded.plainJpeg && isOneACore && isOverview(encoded) ? cropLock(cut) : cut();
    const { crops, faces } = await (budget === undefined
      ? inItsTurn()
      : budget.with(encoded.memory, inItsTurn));
    return { result: { kind: 'described', hash, faces }, crops };
  } catch (error) {
    // One bad image never stops a run; a defect of ours on one image does not either, and is told
    // just as clearly.
    const [reason, kept] =
      error instanceof ImageError
        ? [error.message, error.kept]
        : [`unexpected failure: ${messageOf(error)}`, 'now' as const];
    return { result: { kind: 'failed', hash, reason, kept }, crops: [] };
  }
}
