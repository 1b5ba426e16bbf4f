/**
 * An image worker: reads and decodes images, finds and crops faces, and infers their attributes,
 * with a single-threaded session. Workers that share nothing use the cores better than a session of
 * several threads, which wait for one another at every layer. It runs as a thread of the engine, or
 * as a process where an image may crash it.
 */
import { isMainThread } from 'node:worker_threads';
import { parentEnd } from '../../channel/node-ports';
import { type CallContext, serve } from '../../channel/serve';
import type { CropSize } from '../../domain/faces';
import type { Framing } from '../../domain/networks';
import { type AlignmentCheckResult, checkAligned } from '../../faces/alignment-check';
import {
  type AnalyzedImages,
  analyzeImages,
  type AnalyzeOptions,
  type ImageRequest,
} from '../../faces/analyze-images';
import { type DetectionMode, isMostlyCrops } from '../../faces/choose-detection';
import { alignedFaces, facesOrCrops, searchedFaces } from '../../faces/detect';
import type { FaceFinder } from '../../faces/found-faces';
import { type FaceDetector, openDetector } from '../../faces/detector';
import { readBytes, readImage } from '../../images/encoded-image';
import { ImageError } from '../../images/image-error';
import type { ImageLimits } from '../../images/image-limits';
import { MemoryBudget } from '../../images/memory-budget';
import { type RenderedPhoto, renderPhoto, renderTile } from '../../images/render';
import { type AttributeModel, openModel } from '../../networks/model';
import { collectGarbage, GC_THRESHOLD_BYTES } from '../../util/collect-garbage';
import { hashOf } from '../../util/content-hash';
import { guardMemory } from '../../util/memory-guard';

/** Configuration of the search for faces. */
export interface SearchSetup {
  /** Path of the detector. */
  detector: string;
  minFaceScore: number;
  minFaceSize: number;
}

/** Configuration of the analysis of images. */
export interface ImageWorkerSetup {
  /** Size of the crops, in pixels. */
  crop: Framing;
  /** Path of the network for the CPU; undefined where another provider infers. */
  model: string | undefined;
  batchSize: number;
  mode: DetectionMode;
  search: SearchSetup;
  /** Whether contents are hashed, to recognize images of the store. */
  hashed: boolean;
  limits: ImageLimits;
  /** Memory budget that the threads of a process share; undefined for a process. */
  budget: SharedArrayBuffer | undefined;
}

/** A path, as bytes if it is not valid UTF-8. */
export type ImagePath = string | Uint8Array;

/** A rendered image, or why it cannot be rendered. */
export type Rendered<T> = T | { reason: string };

/** How an image is stored. */
export interface StoredForm extends CropSize {
  /** Exif's. */
  orientation: number;
}

export interface ImageWorkerCalls {
  setUp: { params: ImageWorkerSetup; result: undefined };
  /** Analyzes images. Progress: number of images that are done. */
  describe: {
    params: { images: ImageRequest[]; spare: SharedArrayBuffer | undefined };
    result: AnalyzedImages;
    progress: number;
  };
  /** Whether an image is one aligned face. */
  look: {
    params: { path: ImagePath; search: SearchSetup; crop: Framing; limits: ImageLimits };
    result: AlignmentCheckResult;
  };
  /** Hash of a file's content; undefined where it cannot be read. Decodes nothing. */
  hash: { params: { path: ImagePath; limits: ImageLimits }; result: string | undefined };
  renderPhoto: {
    params: { path: ImagePath; side: number; limits: ImageLimits };
    result: Rendered<RenderedPhoto>;
  };
  renderTile: {
    params: { path: ImagePath; size: CropSize; limits: ImageLimits };
    result: Rendered<{ pixels: Uint8Array<ArrayBuffer> }>;
  };
  /** Size of the upright image, and how it is stored. Decodes nothing. */
  storedForm: { params: { path: ImagePath; limits: ImageLimits }; result: Rendered<StoredForm> };
  /**
   * Ends the worker when its calls are done. (Terminating a thread inside ONNX Runtime would abort
   * the process.)
   */
  close: { params: undefined; result: undefined };
}

/** Images of a call that are decoded at a time; with libvips each takes tens of megabytes. */
const CONCURRENCY = { aligned: 4, searched: 2 };
/** Minimum time between messages of progress, in milliseconds. */
const PROGRESS_INTERVAL_MS = 500;

let network: { file: string; model: Promise<AttributeModel> } | undefined;
let finder: { key: string; detector: Promise<FaceDetector> } | undefined;
let options: Promise<AnalyzeOptions> | undefined;

function networkOf(file: string): Promise<AttributeModel> {
  if (network?.file !== file) {
    network = { file, model: openModel(file, { provider: 'cpu', threads: 1 }) };
    network.model.catch(() => undefined); // whoever awaits it gets the error
  }
  return network.model;
}

function detectorOf(file: string): Promise<FaceDetector> {
  if (finder?.key !== file) finder = { key: file, detector: openDetector(file, 'cpu', 1) };
  return finder.detector;
}

async function finderOf({ mode, search, crop }: ImageWorkerSetup): Promise<FaceFinder> {
  switch (mode.kind) {
    case 'crops':
      return alignedFaces(crop);
    case 'photos':
      return searchedFaces(await detectorOf(search.detector), crop, search);
    case 'each': {
      // Where all images are crops, the detector is not needed.
      const find: FaceFinder = async (image) =>
        searchedFaces(await detectorOf(search.detector), crop, search)(image);
      return facesOrCrops(mode.cropSizes, find, crop);
    }
  }
}

async function optionsOf(setup: ImageWorkerSetup): Promise<AnalyzeOptions> {
  const { crop, model: file, batchSize, hashed, limits, budget } = setup;
  const model = file === undefined ? undefined : await networkOf(file);
  return {
    finder: await finderOf(setup),
    crop,
    model,
    batchSize,
    concurrency: isMostlyCrops(setup.mode) ? CONCURRENCY.aligned : CONCURRENCY.searched,
    hashed,
    limits,
    budget: budget && new MemoryBudget(budget),
  };
}

async function describe(
  { images, spare }: ImageWorkerCalls['describe']['params'],
  { onProgress, transfer }: CallContext<number>,
): Promise<AnalyzedImages> {
  if (options === undefined) throw new Error('expected `setUp` before `describe`');
  let done = 0;
  let reported = performance.now();
  const onImage = () => {
    done += 1;
    if (performance.now() - reported < PROGRESS_INTERVAL_MS) return;
    reported = performance.now();
    onProgress(done);
  };
  const given = await options;
  // What waits for memory is not silent: the parent would take the thread for one that hangs.
  const waiting = setInterval(() => {
    if (given.budget?.isWaiting === true) onProgress(done);
  }, PROGRESS_INTERVAL_MS);
  const result = await analyzeImages(images, given, spare, onImage).finally(() => {
    clearInterval(waiting);
  });
  // Each thread has a heap of its own, so each collects a part of the engine's threshold.
  collectGarbage((3 * GC_THRESHOLD_BYTES) / 8);
  transfer(...result.strips.map(({ jpeg }) => jpeg.buffer));
  if (result.probabilities !== undefined) transfer(result.probabilities.buffer);
  return result;
}

/** The result, or why the image cannot be used. */
async function orReason<T>(work: Promise<T>): Promise<Rendered<T>> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof ImageError) return { reason: error.message };
    throw error;
  }
}

const image = (path: ImagePath) => ({ path: typeof path === 'string' ? path : Buffer.from(path) });

const port = parentEnd();
serve<ImageWorkerCalls>(port, {
  setUp: async (setup) => {
    options = optionsOf(setup);
    await options.catch(() => undefined); // `describe` throws the error
    return undefined;
  },
  describe,
  look: async ({ path, search, crop, limits }) => {
    const find = searchedFaces(await detectorOf(search.detector), crop, search);
    return checkAligned(image(path), find, crop, limits);
  },
  hash: async ({ path, limits }) => {
    const bytes = await orReason(readBytes(image(path), limits));
    return 'reason' in bytes ? undefined : hashOf(bytes);
  },
  renderPhoto: ({ path, side, limits }) => orReason(renderPhoto(image(path), side, limits)),
  renderTile: async ({ path, size, limits }) => {
    const pixels = await orReason(renderTile(image(path), size, limits));
    return 'reason' in pixels ? pixels : { pixels };
  },
  storedForm: async ({ path, limits }) => {
    const read = await orReason(readImage(image(path), limits));
    if ('reason' in read) return read;
    const { width, height, orientation } = read;
    return { width, height, orientation };
  },
  close: async () => {
    await options?.catch(() => undefined); // thrown already
    const model = await network?.model.catch(() => undefined); // likewise
    const detector = await finder?.detector.catch(() => undefined); // likewise
    await model?.release();
    await detector?.release();
    setImmediate(port.close); // after the answer
    return undefined;
  },
});

if (isMainThread) {
  const [, , memory] = process.argv;
  guardMemory(Number(memory));
  port.onClose(() => process.exit(0));
}
