/**
 * The stages from image files to described faces, overlapped: while one batch is in the network, the images of the next are
 * decoded on the other threads. Between the stages stand bounded queues, so memory does not grow with the folder.
 */
import { pMapIterable } from 'p-map';
import { messageOf } from '../errors';
import { ImageError, readImage } from './decode';
import type { FaceFinder, FaceRegion } from './detect';
import type { AttributeModel } from './model';
import type { Failure, ImageFile } from './scan';

/** A face as it comes out of decoding. */
interface Crop {
  image: ImageFile;
  /** 0-based index of the face within its image. */
  index: number;
  region: FaceRegion;
  /** RGB bytes of the model's input size. */
  pixels: Buffer;
}

/** A batch of faces with what the network says of them. Its buffers are used again for the next batch. */
export interface DescribedBatch {
  faces: Omit<Crop, 'pixels'>[];
  /** RGB bytes, `[faces, height, width, 3]`. */
  crops: Uint8Array;
  /** Probabilities in [0, 1], `[faces, attributes]`. */
  probabilities: Float32Array;
}

export interface PipelineOptions {
  model: AttributeModel;
  finder: FaceFinder;
  batchSize: number;
  /** Images decoded at a time. */
  concurrency: number;
  signal: AbortSignal;
  onFailure: (failure: Failure) => void;
  /** An image was read and holds no face. */
  onFaceless: (image: ImageFile) => void;
  onImage: () => void;
  /** Seconds spent, added to as they pass. */
  timing: PipelineTiming;
}

export interface PipelineTiming {
  /** Time the network waited for pixels. */
  decode: number;
  /** Time in the network. */
  infer: number;
}

/**
 * Describes every face of `images`, in their order.
 * @throws CancelledError through `signal`; whatever the network throws. An image that cannot be used is told of through `onFailure`.
 */
export async function* describeFaces(images: Iterable<ImageFile>, options: PipelineOptions): AsyncGenerator<DescribedBatch> {
  const { model, batchSize, timing } = options;
  const faceBytes = model.crop.width * model.crop.height * 3;
  const crops = new Uint8Array(batchSize * faceBytes);
  let faces: DescribedBatch['faces'] = [];

  const describe = async (): Promise<DescribedBatch> => {
    const start = performance.now();
    const probabilities = await model.infer(crops, faces.length);
    timing.infer += (performance.now() - start) / 1000;
    const batch = { faces, crops: crops.subarray(0, faces.length * faceBytes), probabilities };
    faces = [];
    return batch;
  };

  let waiting = performance.now();
  for await (const decoded of decodeAll(images, options)) {
    timing.decode += (performance.now() - waiting) / 1000;
    for (const { pixels, ...face } of decoded) {
      crops.set(pixels, faces.length * faceBytes);
      faces.push(face);
      if (faces.length === batchSize) yield await describe();
    }
    options.signal.throwIfAborted();
    waiting = performance.now();
  }
  if (faces.length > 0) yield await describe();
}

/** Faces of each image, in the images' order; decoding runs ahead of the reader by a bounded number of images. */
function decodeAll(images: Iterable<ImageFile>, options: PipelineOptions): AsyncIterable<Crop[]> {
  const { concurrency, batchSize } = options;
  const decode = async (image: ImageFile): Promise<Crop[]> => {
    options.signal.throwIfAborted();
    try {
      const crops = await cropsOf(image, options);
      if (crops.length === 0) options.onFaceless(image);
      return crops;
    } catch (error) {
      if (options.signal.aborted) throw error;
      // One bad image never stops a run; a defect of ours on one image does not either, and is told just as clearly.
      const reason = error instanceof ImageError ? error.message : `unexpected failure: ${messageOf(error)}`;
      options.onFailure({ image: image.name, reason });
      return [];
    } finally {
      options.onImage();
    }
  };
  return pMapIterable(images, decode, { concurrency, backpressure: concurrency + 2 * batchSize });
}

async function cropsOf(image: ImageFile, { finder }: PipelineOptions): Promise<Crop[]> {
  const found = await finder(await readImage(image));
  const crops: Crop[] = [];
  for (const [index, region] of found.regions.entries()) crops.push({ image, index, region, pixels: await found.crop(region) });
  return crops;
}
