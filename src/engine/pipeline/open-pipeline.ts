/** Opens a pipeline: chooses the network, the execution provider and the way faces are found. */
import * as z from 'zod';
import type { BundledModels } from '../../domain/networks';
import type { AnalysisSettings } from '../../domain/settings';
import {
  type AlignmentCheck,
  chooseDetection,
  type DetectionChoice,
} from '../../faces/choose-detection';
import { imageLimits } from '../../images/image-limits';
import type { Images } from '../../images/image-list';
import { MemoryBudget } from '../../images/memory-budget';
import { openModel } from '../../networks/model';
import { ProviderChain } from '../../networks/provider-chain';
import { chooseProvider, type ProviderChoice } from '../../networks/providers';
import { type FaceStore } from '../../store/face-store';
import type { Identities } from '../../store/identity';
import { type ModelInfo, modelInfoSchema } from '../../store/store-records';
import type { SearchSetup } from '../threads/image-worker';
import { ImageWorkerPool, type WorkerHost } from '../threads/image-worker-pool';
import { InferenceWorkerPool } from '../threads/inference-worker-pool';
import { AnalysisPipeline, closeWorkers } from './analysis-pipeline';
import { chooseModel } from './choose-model';
import { INFERENCE_WORKERS } from './infer-pending';
import type { ListedImages } from './list-images';
import {
  alignmentKey,
  fileHash,
  finderKey,
  limitedKey,
  modelKey,
  searchKey,
} from './pipeline-keys';

export interface PipelineOptions {
  settings: AnalysisSettings;
  bundled: BundledModels;
  /** Undefined where nothing is kept between runs. */
  store: FaceStore | undefined;
  signal: AbortSignal;
  /** Where images are read. */
  host: WorkerHost;
}

type ImagesWithIdentities = Pick<ListedImages, 'images' | 'identities'>;

/**
 * Reads no more of the images than is needed to choose how faces are found.
 * @throws UserError where a network cannot be used; CancelledError.
 */
export async function openPipeline(
  listed: ImagesWithIdentities,
  options: PipelineOptions,
): Promise<AnalysisPipeline> {
  const { settings, host } = options;
  const workers = new ImageWorkerPool(imageLimits(settings), host, listed.images.length);
  try {
    return await openWith(workers, listed, options);
  } catch (error) {
    await closeWorkers(workers);
    throw error;
  }
}

async function openWith(
  workers: ImageWorkerPool,
  { images, identities }: ImagesWithIdentities,
  options: PipelineOptions,
): Promise<AnalysisPipeline> {
  const { settings, bundled, store, signal } = options;
  const {
    choice,
    batchSize,
    notices,
    model: used,
    embeddingModel,
  } = await chooseModel(settings, bundled, store, images.length, signal);
  signal.throwIfAborted();
  const inferenceFile = choice.provider === 'cpu' ? choice.file : undefined;
  const hash = await fileHash(choice.file);
  const model = await modelInfo(choice, hash, store);
  // Without a search the detector's file is not read.
  const detector = settings.detect === 'never' ? '' : await fileHash(bundled.detector);
  const key = searchKey(detector, settings);
  const sample = { images, identities, workers, model, key };
  const detection = await decideDetection(sample, options);
  const finder = finderKey(detection.mode, key);
  const limits = imageLimits(settings);
  workers.setUp({
    crop: model.crop,
    model: inferenceFile,
    batchSize,
    mode: detection.mode,
    search: searchSetup(options),
    hashed: store !== undefined,
    limits,
    budget: MemoryBudget.withSize(limits.memoryBytes).memory,
  });
  return new AnalysisPipeline({
    images,
    identities,
    store,
    keys: { finder, limited: limitedKey(finder, limits), model: modelKey(hash, model.groups) },
    model,
    detection,
    batchSize,
    notices,
    embeddingModel,
    chain: providerChain(choice, batchSize, { ...options, settings: { ...settings, model: used } }),
    workers,
    signal,
  });
}

const checkSchema = z.object({ aligned: z.boolean(), size: z.string() }).nullable();

interface SearchSample {
  images: Images;
  identities: Identities;
  workers: ImageWorkerPool;
  model: ModelInfo;
  /** Of `searchKey`. */
  key: string;
}

/** Decides whether images are searched for faces; sampled images are noted in the store. */
async function decideDetection(
  { images, identities, workers, model, key }: SearchSample,
  options: PipelineOptions,
): Promise<DetectionChoice> {
  const { settings, store, signal } = options;
  const noteOf = (hash: string) => alignmentKey(hash, key, model.crop);
  const checked = new Map<string, AlignmentCheck | null>();
  const detection = await chooseDetection(
    images,
    settings,
    {
      known: (index) => {
        const [image, identity] = [images.at(index)!, identities.get(index)];
        const content = identity && store?.contentOfFile(image.path, identity);
        return content === undefined
          ? undefined
          : store?.typedNote(noteOf(content.hash), checkSchema);
      },
      check: async ({ path }) => {
        const { hash, check } = await workers.checkAligned(path, searchSetup(options), model.crop);
        if (hash !== undefined) checked.set(noteOf(hash), check);
        return check;
      },
      concurrency: workers.size,
    },
    signal,
  );
  for (const [name, check] of checked) store?.setNote(name, check);
  return detection;
}

function providerChain(
  choice: ProviderChoice,
  batchSize: number,
  { settings, bundled }: PipelineOptions,
): ProviderChain {
  return new ProviderChain(choice, {
    open: ({ file, provider }) =>
      InferenceWorkerPool.open(
        { file, provider, batchSize: provider === 'cpu' ? 0 : batchSize },
        INFERENCE_WORKERS[provider],
      ),
    next: (failed) => chooseProvider(settings, bundled, failed),
  });
}

function searchSetup({ settings, bundled }: PipelineOptions): SearchSetup {
  return {
    detector: bundled.detector,
    minFaceScore: settings.minFaceScore,
    minFaceSize: settings.minFaceSize,
  };
}

/** Input and outputs of a network: from the store, or by opening it. */
async function modelInfo(
  { file }: ProviderChoice,
  hash: string,
  store: FaceStore | undefined,
): Promise<ModelInfo> {
  const note = `network 2 ${hash}`;
  const stored = store?.typedNote(note, modelInfoSchema);
  if (stored !== undefined) return stored;
  const model = await openModel(file, { provider: 'cpu', threads: 1 });
  const { crop, attributes, thresholds, groups } = model;
  const info = { crop, attributes, thresholds, groups };
  await model.release();
  store?.setNote(note, info);
  return info;
}
