/**
 * Stages 2 to 4 for a few images: files → crops of their faces and, if a network is given, the
 * attributes of the faces. This is the main task of image workers (engine/threads/image-worker.ts).
 */
import pMap from 'p-map';
import type { CropSize, LocatedFace } from '../domain/faces';
import type { Framing } from '../domain/networks';
import type { Remarks } from '../domain/run';
import { releaseBuffer, acquireBuffer } from '../images/buffer-pool';
import { encodeStrips, type Strip } from '../images/crop-strips';
import { encodedImage, readBytes } from '../images/encoded-image';
import { type FailureValidity, ImageError } from '../images/image-error';
import type { ImageLimits } from '../images/image-limits';
import type { MemoryBudget } from '../images/memory-budget';
import type { AttributeModel } from '../networks/model';
import { t } from '../text/translate';
import { hashOf } from '../util/content-hash';
import { messageOf } from '../util/errors';
import { createMutex } from '../util/mutex';
import { isOneACore } from '../util/thread-count';
import { locatedFaces } from './detect';
import type { FaceFinder } from './found-faces';
import { isOverview } from './overview';

/** An image to analyze. */
export interface ImageRequest {
  /** A Uint8Array where the path is not valid UTF-8. */
  path: string | Uint8Array;
  /** Hashes of cached images of the same size in bytes: this may be one of them, renamed. */
  candidates: readonly string[];
  /** Its faces, if they were located before. */
  located: readonly LocatedFace[] | undefined;
}

/** Result for an image. `hash` is that of its content, undefined where it was not computed. */
export type ImageResult =
  /** The content is that of a candidate. */
  | { kind: 'known'; hash: string }
  | {
      kind: 'failed';
      hash: string | undefined;
      reason: string;
      validity: FailureValidity;
      /** See ImageError. */
      isDoubtful: boolean;
    }
  | {
      kind: 'described';
      hash: string | undefined;
      /** Null where the image as a whole is one aligned face. */
      faces: (LocatedFace | null)[];
      /** Of the upright image, in pixels. */
      size: CropSize;
      remarks: Remarks;
    };

/** Results for a few images. */
export interface AnalyzedImages {
  /** One for each image, in their order. */
  images: ImageResult[];
  /** Crops of all their faces in order; see `encodeStrips`. */
  strips: Strip[];
  /**
   * RGB bytes of all their faces in order, `[faces, height, width, 3]`, in shared memory; undefined
   * if a network was given.
   */
  crops: Uint8Array | undefined;
  /** Probabilities in [0, 1], `[faces, attributes]`; undefined if no network was given. */
  probabilities: Float32Array<ArrayBuffer> | undefined;
  /** Seconds for reading, decoding and detection, and for the network. */
  seconds: { decode: number; infer: number };
}

export interface AnalyzeOptions {
  finder: FaceFinder;
  crop: Framing;
  /** Undefined where inference workers run the network. */
  model: AttributeModel | undefined;
  /** Faces per batch of the network. */
  batchSize: number;
  /** Images decoded at a time. */
  concurrency: number;
  /** Whether to hash the contents of the files, and to look for them in the candidates. */
  hashed: boolean;
  limits: ImageLimits;
  /** Shared with the other threads; undefined where there are none. */
  budget: MemoryBudget | undefined;
}

/** Shared memory for crops has room for a multiple of this number of faces. */
const MIN_SHARED_FACES = 16;

/**
 * @param spare memory for the crops, used if it is large enough and no network is given.
 * @param onImage called after each image that was decoded or failed.
 * @throws what the network throws. An image that cannot be used is a result of kind `failed`.
 */
export async function analyzeImages(
  wanted: readonly ImageRequest[],
  options: AnalyzeOptions,
  spare?: SharedArrayBuffer,
  onImage: () => void = () => undefined,
): Promise<AnalyzedImages> {
  const start = performance.now();
  const faceBytes = options.crop.width * options.crop.height * 3;
  const length = wanted.length * faceBytes;
  const memory =
    options.model === undefined
      ? sharedMemory(length, spare, MIN_SHARED_FACES * faceBytes)
      : acquireBuffer(length).buffer;
  const place = (i: number) => Buffer.from(memory, i * faceBytes, faceBytes);
  const cutImages = await pMap(
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
    inferAttributes(cutImages, memory, options),
  );
  releaseBuffer(new Uint8Array(memory));
  return {
    images: cutImages.map(({ result }) => result),
    strips,
    crops,
    probabilities,
    seconds: { decode: (decoded - start) / 1000, infer: (performance.now() - decoded) / 1000 },
  };
}

type CutImage = Awaited<ReturnType<typeof cutFaces>>;

/**
 * Encodes the crops of some images and infers their attributes, if a network is given.
 * @param memory contains the crops of images with a single face, each at the index of its image.
 */
async function inferAttributes(
  cut: readonly CutImage[],
  memory: ArrayBuffer | SharedArrayBuffer,
  { crop, model, batchSize }: AnalyzeOptions,
): Promise<Omit<AnalyzedImages, 'images' | 'seconds'>> {
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

/** Reused: each new buffer would be zeroed first, and be work for the garbage collector. */
let gatherBuffer = new Uint8Array();

function reusedBuffer(length: number): Uint8Array<ArrayBuffer> {
  if (gatherBuffer.length < length) gatherBuffer = new Uint8Array(length);
  return gatherBuffer.subarray(0, length);
}

/**
 * Copies crops one after the other, for images that do not all have a single face.
 * @param memory crops in it are not released to the pool.
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

/** @param grain bytes; sizes are multiples of this, so that most memory can be reused. */
function sharedMemory(
  length: number,
  spare: SharedArrayBuffer | undefined,
  grain: number,
): SharedArrayBuffer {
  const enough = spare !== undefined && spare.byteLength >= length;
  return enough ? spare : new SharedArrayBuffer(Math.max(1, Math.ceil(length / grain)) * grain);
}

/**
 * @param memory for the copy, if it is shared and large enough.
 * @returns the bytes themselves if they are in shared memory, else a copy.
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

/** Batches infer one after the other: they share `gatherBuffer` and the network. */
const inferLock = createMutex();
/** Images that this thread decodes by itself are cut one after the other. */
const cropLock = createMutex();

/** @param place memory for the crop, if the image has a single face. */
async function cutFaces(
  image: ImageRequest,
  place: Buffer,
  { finder, crop, hashed, limits, budget }: AnalyzeOptions,
): Promise<{ result: ImageResult; crops: Buffer[] }> {
  let hash: string | undefined;
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
    // Decoding several images at a time in this thread would take more memory, but no less time.
    const cutInTurn = () =>
      encoded.plainJpeg && isOneACore && isOverview(encoded) ? cropLock(cut) : cut();
    const { crops, faces } = await (budget === undefined
      ? cutInTurn()
      : budget.run(encoded.memory, cutInTurn));
    const { width, height, remarks } = encoded;
    return { result: { kind: 'described', hash, faces, size: { width, height }, remarks }, crops };
  } catch (error) {
    // Neither a bad image nor a defect of this program on one image stops a run. Both are reported.
    const { message, validity, isDoubtful } =
      error instanceof ImageError
        ? error
        : new ImageError(t('unexpected failure: {0}', messageOf(error)), { validity: 'thisRun' });
    return { result: { kind: 'failed', hash, reason: message, validity, isDoubtful }, crops: [] };
  }
}
