/**
 * Images → described faces, in their order: from the store what is known, from the describing
 * threads what is not. Stages overlap, and between them stand bounded queues, so memory does not
 * grow with the folder.
 */
import { pMapIterable } from 'p-map';
import type { LocatedFace } from '../../domain/faces';
import type { Provider, BundledModels } from '../../domain/networks';
import type { DetectionDecision } from '../../domain/run';
import type { AnalysisSettings } from '../../domain/settings';
import type { AnalysedImages, ImageResult, WantedImage } from '../../faces/analyse-images';
import { chooseDetection } from '../../faces/choose-detection';
import { type CropRef, placesIn, type Strip, type StripRef } from '../../images/crop-strips';
import type { FailureKind } from '../../images/image-error';
import { imageLimits } from '../../images/image-limits';
import type { Images, ImageFile } from '../../images/image-list';
import { MemoryBudget } from '../../images/memory-budget';
import { openModel } from '../../networks/model';
import { ProviderChain } from '../../networks/provider-chain';
import { chooseProvider, type ProviderChoice } from '../../networks/providers';
import {
  type Content,
  type StoredDescription,
  type FaceStore,
  type StoredDetections,
  type ModelInfo,
  modelInfoSchema,
} from '../../store/face-store';
import { type FileIdentity, type Identities, identitiesOf, identityOf } from '../../store/identity';
import { UserError } from '../../util/errors';
import { retireProcess } from '../retire';
import type { SearchSetup } from '../threads/image-worker';
import { ImageWorkerPool, imageWorkersFor, type WorkerHost } from '../threads/image-worker-pool';
import { InferenceWorkerPool } from '../threads/inference-worker-pool';
import { prewarm, releaseIdleThreads } from '../threads/prewarmed-threads';
import { Batches, type PendingFace } from './batches';
import { chooseModel } from './choose-model';
import { fileHash, finderKey, limitedKey, alignmentKey, modelKey } from './pipeline-keys';

/** A face with what the network says of it. */
interface AnalysedFace {
  /** Null where the image as a whole is the face. */
  located: LocatedFace | null;
  /** In [0, 1], one for each attribute. */
  probabilities: Float32Array;
  /** The aligned crop. */
  crop: CropRef;
}

export interface AnalysedImage {
  image: ImageFile;
  identity: FileIdentity | undefined;
  /** Of its content; empty where it is not to be kept. */
  hash: string;
  /** Of one that was known. */
  content: Content | undefined;
  /** How it was known: by path and times, by its content under another name, or not at all. */
  known: 'file' | 'content' | undefined;
  /** Why it cannot be used, and for how long that holds. */
  failure: { reason: string; kept: FailureKind } | undefined;
  faces: AnalysedFace[];
  /** Where the crops of a face that was not known lie in the strips of its batch. */
  places: { strip: number; at: number }[];
  /** Strips of the store that hold the crops of one that was. */
  keptStrips: number[];
}

/** Images described together. */
export interface AnalysedBatch {
  images: AnalysedImage[];
  /** Crops of those that were not known. */
  strips: Strip[];
}

export interface PipelineOptions {
  settings: AnalysisSettings;
  bundled: BundledModels;
  /** Undefined where nothing is kept between runs. */
  store: FaceStore | undefined;
  signal: AbortSignal;
  /** Where images are read. */
  host: WorkerHost;
}

/** Under what results are kept in the store. */
export interface StoreKeys {
  finder: string;
  /**
   * Instead of `finder` for images that are beyond the limits: with other limits they are tried
   * again.
   */
  limited: string;
  model: string;
}

/**
 * Images asked of a thread at a time: so many that the message costs nothing beside the work, so
 * few that progress moves.
 */
const CHUNK_IMAGES = { aligned: 16, searched: 2 };
/** Bytes asked of a thread at a time: large images take long. */
const CHUNK_BYTES = 1e6;
/** Known images that go along with them. */
const MAX_CACHED_PER_CHUNK = 256;
/**
 * Images that wait for what the network says, at most: known ones come fast, and few new faces
 * between them fill no batch for long.
 */
const MAX_WAITING = 4096;

/** What is known of an image before anything is read. */
interface Plan {
  image: ImageFile;
  identity: FileIdentity | undefined;
  content: Content | undefined;
  found: StoredDetections | undefined;
  described: StoredDescription | undefined;
}

/** A batch whose faces wait for their probabilities. */
interface PendingBatch extends AnalysedBatch {
  /** Faces that are still to be inferred. */
  pending: PendingFace[];
  /** Memory their crops lie in. */
  crops: Uint8Array[];
}

/**
 * What infers beside the describing threads: a GPU, with so many threads. While one copies a batch
 * to it, it computes another's.
 */
const INFERENCE_WORKERS: Record<Provider, number> = {
  cpu: 1,
  cuda: 2,
  dml: 1,
  coreml: 1,
  webgpu: 1,
};

export class AnalysisPipeline {
  /** Seconds spent in the threads, and in the network of another provider. */
  readonly timing = { decode: 0, infer: 0 };

  /** On the CPU the threads infer by themselves. */
  private readonly onThreads: boolean;
  private readonly chain: ProviderChain;
  /** Strips that were made so far. */
  private strips = 0;
  /** Strips of the store that are used. */
  private readonly keptStrips = new Map<number, StripRef>();

  private constructor(
    private readonly images: Images,
    readonly identities: Identities,
    private readonly options: PipelineOptions,
    choice: ProviderChoice,
    private readonly batchSize: number,
    readonly model: ModelInfo,
    readonly detection: DetectionDecision,
    readonly keys: StoreKeys,
    private readonly workers: ImageWorkerPool,
  ) {
    const { settings, bundled, store } = options;
    this.onThreads = choice.provider === 'cpu';
    this.chain = new ProviderChain(choice, {
      open: ({ file, provider }) =>
        InferenceWorkerPool.open(
          { file, provider, batchSize: provider === 'cpu' ? 0 : this.batchSize },
          INFERENCE_WORKERS[provider],
        ),
      next: (failed) => chooseProvider(settings, bundled, failed),
    });
    const limits = imageLimits(settings);
    workers.setUp({
      crop: model.crop,
      model: this.onThreads ? this.file : undefined,
      batchSize,
      search: detection.searched ? searchSetup(options) : undefined,
      hashed: store !== undefined,
      limits,
      budget: MemoryBudget.of(limits.memoryBytes).memory,
    });
  }

  /**
   * Lets threads load their code while the folders are still listed.
   * @param first image that was found, and `entries` of its folder.
   */
  static prewarm(
    first: ImageFile,
    entries: number,
    { store, host }: Pick<PipelineOptions, 'store' | 'host'>,
  ): void {
    if (host === 'thread' && isNew(first, store)) prewarm(imageWorkersFor(entries), undefined);
  }

  /**
   * Chooses network, provider and the way faces are found; reads no more of the images than it
   * must.
   * @throws UserError where a network cannot be used; CancelledError.
   */
  static async open(images: Images, options: PipelineOptions): Promise<AnalysisPipeline> {
    const workers = new ImageWorkerPool(imageLimits(options.settings), options.host, images.length);
    try {
      return await AnalysisPipeline.begin(images, options, workers);
    } catch (error) {
      releaseIdleThreads();
      await closeWorkers(workers);
      throw error;
    }
  }

  private static async begin(
    images: Images,
    options: PipelineOptions,
    workers: ImageWorkerPool,
  ): Promise<AnalysisPipeline> {
    const { settings, bundled, store, signal, host } = options;
    const { choice, batchSize } = await chooseModel(
      settings,
      bundled,
      store,
      images.length,
      signal,
    );
    signal.throwIfAborted();
    if (host === 'thread' && isNew(images.at(0), store)) {
      prewarm(imageWorkersFor(images.length), choice.provider === 'cpu' ? choice.file : undefined);
    }
    const identities = await identitiesOf(images, signal);
    const hash = await fileHash(choice.file);
    const model = await modelInfo(choice, hash, store);
    const searched = finderKey(
      settings.detect === 'never' ? undefined : await fileHash(bundled.detector),
      settings,
    );
    const noted = new Map<string, boolean | null>();
    const detection = await chooseDetection(
      images,
      settings,
      {
        known: (index) => {
          const [image, identity] = [images.at(index)!, identities.get(index)];
          const content = identity && store?.contentOf(image.path, identity);
          return content === undefined
            ? undefined
            : (store?.note(alignmentKey(content.hash, searched, model.crop)) as
                boolean | null | undefined);
        },
        check: async ({ path }) => {
          const look = await workers.look(path, searchSetup(options), model.crop);
          if (look.hash !== undefined)
            noted.set(alignmentKey(look.hash, searched, model.crop), look.aligned);
          return look.aligned;
        },
        concurrency: workers.size,
      },
      signal,
    );
    for (const [name, aligned] of noted) store?.setNote(name, aligned);
    const finder = detection.searched ? searched : finderKey(undefined, settings);
    const keys = {
      finder,
      limited: limitedKey(finder, imageLimits(settings)),
      model: modelKey(hash),
    };
    return new AnalysisPipeline(
      images,
      identities,
      options,
      choice,
      batchSize,
      model,
      detection,
      keys,
      workers,
    );
  }

  get provider(): Provider {
    return this.chain.choice.provider;
  }

  get file(): string {
    return this.chain.choice.file;
  }

  /** What went wrong and was got around, for people. */
  get notices(): readonly string[] {
    return this.chain.notices;
  }

  /**
   * Whether another provider than the one chosen at first went on, with what may be another
   * network.
   */
  get fellBack(): boolean {
    return this.chain.fellBack;
  }

  get trials(): ProviderChoice['trials'] {
    return this.chain.choice.trials;
  }

  /**
   * Every image, in order.
   * @throws CancelledError through the signal; whatever the network throws on the last provider. An
   * image that cannot be used is a result.
   */
  async *results(): AsyncGenerator<AnalysedBatch> {
    const { signal } = this.options;
    for await (const batch of this.inferred(this.describedChunks())) {
      signal.throwIfAborted();
      yield batch;
    }
  }

  async close(): Promise<void> {
    releaseIdleThreads();
    await closeWorkers(this.workers);
    await this.chain.release();
  }

  private async *describedChunks(): AsyncGenerator<PendingBatch> {
    const { signal } = this.options;
    const chunks = pMapIterable(
      this.chunks(),
      (chunk) => {
        signal.throwIfAborted();
        return this.describeChunk(chunk);
      },
      { concurrency: this.workers.concurrency, backpressure: 2 * this.workers.concurrency },
    );
    yield* chunks;
  }

  /** Images in handfuls, with what the store knows of them. */
  private *chunks(): Generator<Plan[]> {
    const size = this.detection.searched ? CHUNK_IMAGES.searched : CHUNK_IMAGES.aligned;
    let chunk: Plan[] = [];
    let unknown = 0;
    let bytes = 0;
    let i = 0;
    for (const image of this.images) {
      const plan = this.planFor(image, this.identities.get(i++));
      if (!isCached(plan)) {
        unknown += 1;
        bytes += plan.identity?.size ?? 0;
      }
      chunk.push(plan);
      if (unknown < size && bytes < CHUNK_BYTES && chunk.length < MAX_CACHED_PER_CHUNK) continue;
      yield chunk;
      chunk = [];
      unknown = 0;
      bytes = 0;
    }
    if (chunk.length > 0) yield chunk;
  }

  private planFor(image: ImageFile, identity: FileIdentity | undefined): Plan {
    const content = identity && this.options.store?.contentOf(image.path, identity);
    return { image, identity, content, ...this.kept(content) };
  }

  private kept(content: Content | undefined): Pick<Plan, 'found' | 'described'> {
    const { store } = this.options;
    if (store === undefined || content === undefined)
      return { found: undefined, described: undefined };
    const found =
      store.foundIn(content, this.keys.finder) ?? store.foundIn(content, this.keys.limited);
    const described =
      found !== undefined && 'faces' in found
        ? store.describedBy(content, this.keys.finder, this.keys.model, {
            faces: found.faces.length,
            attributes: this.model.attributes.length,
          })
        : undefined;
    const lost = described?.crops.some(({ strip }) => this.keptStrip(strip) === undefined);
    return { found, described: lost === true ? undefined : described };
  }

  private async describeChunk(chunk: readonly Plan[]): Promise<PendingBatch> {
    const { store } = this.options;
    const images = chunk.map((plan) =>
      isCached(plan) ? this.knownImage(plan, 'file') : undefined,
    );
    const strips: Strip[] = [];
    const pending: PendingFace[] = [];
    const crops: PendingBatch['crops'] = [];
    const located = chunk.map(({ found }) => locatedIn(found));
    for (let again = false; ; again = true) {
      const open = [...images.keys()].filter((i) => images[i] === undefined);
      if (open.length === 0) return { images: images as AnalysedImage[], strips, pending, crops };
      const wanted = open.map((i): WantedImage => {
        const { image, identity } = chunk[i]!;
        return {
          path: image.path,
          // Contents that are known, but not all that is wanted of them, are described after all.
          candidates:
            again || identity === undefined || store === undefined
              ? []
              : store.candidates(identity.size),
          located: located[i],
        };
      });
      const described = await this.workers.describe(wanted);
      this.timing.decode += described.seconds.decode;
      this.timing.infer += described.seconds.infer;
      const take = this.facesOf(described, strips.length, pending);
      strips.push(...described.strips);
      if (described.crops !== undefined) crops.push(described.crops);
      for (const [position, result] of described.images.entries()) {
        const index = open[position]!;
        images[index] = this.imageOf(chunk[index]!, result, take);
        if (result.kind === 'known')
          located[index] = locatedIn(this.kept(this.contentOf(chunk[index]!, result.hash)).found);
      }
    }
  }

  /**
   * Gives the faces of what a thread described, image by image.
   * @param before strips of the batch that come before its own.
   */
  private facesOf(
    { strips, crops, probabilities }: AnalysedImages,
    before: number,
    pending: PendingFace[],
  ) {
    const width = this.model.attributes.length;
    const places = placesIn(strips);
    const refs = strips.map(({ jpeg }): StripRef => ({
      key: `new ${this.strips++}`,
      read: () => jpeg,
    }));
    let next = 0;
    return (faces: readonly (LocatedFace | null)[]): Pick<AnalysedImage, 'faces' | 'places'> => {
      const own = places.slice(next, next + faces.length);
      const described = faces.map((located, i): AnalysedFace => {
        const at = next + i;
        const face = {
          located,
          probabilities:
            probabilities?.subarray(at * width, (at + 1) * width) ?? new Float32Array(),
          crop: { strip: refs[own[i]!.strip]!, at: own[i]!.at },
        };
        if (crops !== undefined)
          pending.push({
            face,
            pixels: crops.subarray(at * this.faceBytes, (at + 1) * this.faceBytes),
          });
        return face;
      });
      next += faces.length;
      return {
        faces: described,
        places: own.map(({ strip, at }) => ({ strip: before + strip, at })),
      };
    };
  }

  private get faceBytes() {
    return this.model.crop.width * this.model.crop.height * 3;
  }

  /** @returns undefined for an image whose content is known, but not all that is wanted of it. */
  private imageOf(
    { image, identity }: Plan,
    result: ImageResult,
    take: (faces: readonly (LocatedFace | null)[]) => Pick<AnalysedImage, 'faces' | 'places'>,
  ): AnalysedImage | undefined {
    const base = {
      image,
      identity,
      hash: result.hash,
      content: undefined,
      known: undefined,
      failure: undefined,
      faces: [],
      places: [],
      keptStrips: [],
    };
    switch (result.kind) {
      case 'failed':
        return { ...base, hash: result.kept === 'now' ? '' : result.hash, failure: result };
      case 'known': {
        const content = this.contentOf({ identity }, result.hash);
        const plan = { image, identity, content, ...this.kept(content) };
        return isCached(plan) ? this.knownImage(plan, 'content') : undefined;
      }
      case 'described':
        return { ...base, ...take(result.faces) };
    }
  }

  private contentOf({ identity }: Pick<Plan, 'identity'>, hash: string): Content | undefined {
    return identity && this.options.store?.contentWith(identity.size, hash);
  }

  private knownImage(
    { image, identity, content, found, described }: Plan,
    known: 'file' | 'content',
  ): AnalysedImage {
    const base = { image, identity, content, hash: content?.hash ?? '', known, places: [] };
    if (found === undefined || 'reason' in found) {
      return {
        ...base,
        failure: found && { reason: found.reason, kept: 'content' },
        faces: [],
        keptStrips: [],
      };
    }
    const width = this.model.attributes.length;
    const { crops, probabilities } = described ?? { crops: [], probabilities: new Float32Array() };
    const faces = found.faces.map((located, i): AnalysedFace => {
      const { strip, at } = crops[i]!;
      return {
        located,
        probabilities: probabilities.subarray(i * width, (i + 1) * width),
        crop: { strip: this.keptStrip(strip)!, at },
      };
    });
    return {
      ...base,
      failure: undefined,
      faces,
      keptStrips: [...new Set(crops.map(({ strip }) => strip))],
    };
  }

  /** A strip of the store, or undefined where it is gone. */
  private keptStrip(id: number): StripRef | undefined {
    let strip = this.keptStrips.get(id);
    if (strip === undefined && this.options.store?.hasStrip(id)) {
      const read = () => {
        const jpeg = this.options.store?.strip(id);
        if (jpeg === undefined)
          throw new UserError(
            'what was kept between runs was cleared in the middle of a run: run it again',
          );
        return jpeg;
      };
      strip = { key: `kept ${id}`, read };
      this.keptStrips.set(id, strip);
    }
    return strip;
  }

  // ------------------------------------------------------------------- networks of other providers

  /**
   * Fills in what the threads did not infer: the network's batches are formed across images, and
   * run while the next are described.
   */
  private async *inferred(chunks: AsyncIterable<PendingBatch>): AsyncGenerator<AnalysedBatch> {
    if (this.onThreads) {
      yield* chunks;
      return;
    }
    const batches = new Batches(this.chain, this.batchSize, this.model.attributes.length);
    const waiting: PendingBatch[] = [];
    const atATime = INFERENCE_WORKERS[this.provider] + 1;
    for await (const chunk of chunks) {
      waiting.push(chunk);
      batches.add(chunk.pending);
      const full = waiting.reduce((sum, { images }) => sum + images.length, 0) >= MAX_WAITING;
      if (full) batches.flush();
      while (batches.busy > (full ? 0 : atATime)) await batches.next();
      yield* this.finished(waiting);
    }
    batches.flush();
    while (batches.busy > 0) await batches.next();
    this.timing.infer += batches.seconds;
    yield* this.finished(waiting);
  }

  /** Those at the beginning whose faces all have their probabilities. */
  private *finished(waiting: PendingBatch[]): Generator<AnalysedBatch> {
    const width = this.model.attributes.length;
    while (waiting[0]?.pending.every(({ face }) => face.probabilities.length === width) === true) {
      const batch = waiting.shift()!;
      for (const crops of batch.crops) this.workers.release(crops);
      // What another network says is not to be kept as this one's word.
      if (this.chain.fellBack)
        for (const image of batch.images) if (image.known === undefined) image.hash = '';
      yield batch;
    }
  }
}

function searchSetup({ settings, bundled }: PipelineOptions): SearchSetup {
  return {
    detector: bundled.detector,
    minFaceScore: settings.minFaceScore,
    minFaceSize: settings.minFaceSize,
  };
}

/** A worker that hangs in a native call goes on until the process ends. */
async function closeWorkers(workers: ImageWorkerPool): Promise<void> {
  await workers.close();
  if (workers.abandoned > 0) retireProcess();
}

/** Whether an image was never described, by its path: so are the others then, most likely. */
function isNew(image: ImageFile | undefined, store: FaceStore | undefined): boolean {
  const identity = image && identityOf(image.path);
  return (
    image !== undefined &&
    (identity === undefined || store?.contentOf(image.path, identity) === undefined)
  );
}

/** Whether nothing is to be read of an image. */
const isCached = ({ found, described }: Plan): boolean =>
  found !== undefined && ('reason' in found || found.faces.length === 0 || described !== undefined);

/** Where the faces of an image lie, where it was searched before. */
function locatedIn(found: StoredDetections | undefined): LocatedFace[] | undefined {
  if (found === undefined || !('faces' in found)) return undefined;
  const located = found.faces.filter((face) => face !== null);
  return located.length === found.faces.length && located.length > 0 ? located : undefined;
}

/** Input and outputs of a network: from the store, or by opening it. */
async function modelInfo(
  { file }: ProviderChoice,
  hash: string,
  store: FaceStore | undefined,
): Promise<ModelInfo> {
  const note = `network ${hash}`;
  const known = store?.noteOf(note, modelInfoSchema);
  if (known !== undefined) return known;
  const model = await openModel(file, { provider: 'cpu', threads: 1 });
  const info = { crop: model.crop, attributes: model.attributes, thresholds: model.thresholds };
  await model.release();
  store?.setNote(note, info);
  return info;
}
