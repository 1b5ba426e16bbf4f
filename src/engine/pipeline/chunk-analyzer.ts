/** Analyzes a chunk of images: the cache provides what it holds, and a worker reads the rest. */
import type { LocatedFace } from '../../domain/faces';
import type { AnalyzedImages, ImageResult, ImageRequest } from '../../faces/analyze-images';
import { facePlaces, type Strip, type StripRef } from '../../images/crop-strips';
import type { ModelInfo } from '../../store/store-records';
import type { ImageWorkerPool } from '../threads/image-worker-pool';
import type { AnalyzedBatch, AnalyzedFace, AnalyzedImage, ReadImage } from './analyzed-image';
import type { PendingFace } from './batches';
import { type CacheEntry, type ImageCache, isComplete, locatedFacesOf } from './image-cache';

/** A batch, some faces of which wait for their attributes. */
export interface PendingBatch extends AnalyzedBatch {
  /** Faces whose attributes are still to be inferred. */
  pending: PendingFace[];
  /** Memory that holds their crops. */
  crops: Uint8Array[];
}

export class ChunkAnalyzer {
  /** Seconds the workers spent, all together. */
  readonly seconds = { decode: 0, infer: 0 };
  /** Strips made so far. */
  private strips = 0;

  constructor(
    private readonly workers: ImageWorkerPool,
    private readonly cache: ImageCache,
    private readonly model: ModelInfo,
  ) {}

  /** @throws what the network throws. */
  async analyze(chunk: readonly CacheEntry[]): Promise<PendingBatch> {
    const images = chunk.map((entry): AnalyzedImage | undefined =>
      isComplete(entry) ? this.cache.resultFrom(entry, 'file') : undefined,
    );
    const batch = { strips: [], pending: [], crops: [] };
    const located = chunk.map(locatedFacesOf);
    // Where the store knows the content of an image, but lacks a part of its result, the first
    // answer is only the hash. The image is requested again then, without candidates, and analyzed.
    for (let isFirst = true; ; isFirst = false) {
      const open = [...images.keys()].filter((i) => images[i] === undefined);
      if (open.length === 0) return { images: images as AnalyzedImage[], ...batch };
      const wanted = open.map((i): ImageRequest => {
        const { image, identity } = chunk[i]!;
        const candidates = isFirst ? this.cache.candidatesFor(identity) : [];
        return { path: image.path, candidates, located: located[i] };
      });
      const answer = await this.workers.analyze(wanted);
      const faces = this.takeFaces(answer, batch);
      for (const [position, result] of answer.images.entries()) {
        const index = open[position]!;
        if (result.kind === 'known') {
          const entry = this.cache.lookUpContent(chunk[index]!, result.hash);
          if (isComplete(entry)) images[index] = this.cache.resultFrom(entry, 'content');
          located[index] = locatedFacesOf(entry);
        } else images[index] = imageFrom(chunk[index]!, result, faces);
      }
    }
  }

  /** Adds what a worker found to a batch. @returns its faces. */
  private takeFaces(
    answer: AnalyzedImages,
    batch: { strips: Strip[]; pending: PendingFace[]; crops: Uint8Array[] },
  ): FaceSequence {
    this.seconds.decode += answer.seconds.decode;
    this.seconds.infer += answer.seconds.infer;
    const refs = answer.strips.map(({ jpeg }): StripRef => ({
      key: `new ${this.strips++}`,
      read: () => jpeg,
    }));
    const faces = new FaceSequence(answer, refs, batch.strips.length, this.model, batch.pending);
    batch.strips.push(...answer.strips);
    if (answer.crops !== undefined) batch.crops.push(answer.crops);
    return faces;
  }
}

/** The faces of a worker's answer, which are taken image by image. */
class FaceSequence {
  private next = 0;
  private readonly places: ReturnType<typeof facePlaces>;
  private readonly faceBytes: number;

  /**
   * @param refs to the strips of the answer.
   * @param firstStrip number of the first of them in its batch.
   * @param pending takes the faces whose attributes are still to be inferred.
   */
  constructor(
    private readonly answer: AnalyzedImages,
    private readonly refs: readonly StripRef[],
    private readonly firstStrip: number,
    private readonly model: ModelInfo,
    private readonly pending: PendingFace[],
  ) {
    this.places = facePlaces(answer.strips);
    this.faceBytes = model.crop.width * model.crop.height * 3;
  }

  /** Takes the faces of the next image. */
  take(located: readonly (LocatedFace | null)[]): Pick<ReadImage, 'faces' | 'places'> {
    const own = this.places.slice(this.next, this.next + located.length);
    const faces = located.map((each, i) => this.faceAt(this.next + i, each));
    this.next += located.length;
    return {
      faces,
      places: own.map(({ strip, at }) => ({ strip: this.firstStrip + strip, at })),
    };
  }

  private faceAt(position: number, located: LocatedFace | null): AnalyzedFace {
    const { crops, probabilities } = this.answer;
    const width = this.model.attributes.length;
    const { strip, at } = this.places[position]!;
    const face = {
      located,
      probabilities:
        probabilities?.subarray(position * width, (position + 1) * width) ?? new Float32Array(),
      crop: { strip: this.refs[strip]!, at },
    };
    if (crops !== undefined) {
      const start = position * this.faceBytes;
      this.pending.push({ face, pixels: crops.subarray(start, start + this.faceBytes) });
    }
    return face;
  }
}

function imageFrom(
  { image, identity }: CacheEntry,
  result: Exclude<ImageResult, { kind: 'known' }>,
  faces: FaceSequence,
): AnalyzedImage {
  const { hash } = result;
  if (result.kind === 'described') {
    return {
      kind: 'analyzed',
      image,
      identity,
      hash,
      failure: undefined,
      size: result.size,
      remarks: result.remarks,
      ...faces.take(result.faces),
    };
  }
  const { reason, validity } = result;
  return {
    kind: 'failed',
    image,
    identity,
    hash: validity === 'thisRun' ? undefined : hash,
    validity,
    failure: reason,
    remarks: {},
    faces: [],
  };
}
