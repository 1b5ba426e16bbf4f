/** The main job, read from top to bottom: folders → analyzed faces, written as a run. */
import type { Failure, RunManifest } from '../../domain/run';
import { SUPPORTED_FORMATS } from '../../images/image-format';
import type { Images } from '../../images/image-list';
import { selectImages, scanImages } from '../../images/scan-folders';
import type { EngineCalls } from '../../protocol/engine';
import { RUN_VERSION, writeManifest } from '../../runs/run-files';
import { toImageRows } from '../../runs/run-images';
import { RunWriter } from '../../runs/run-writer';
import type { FaceStore } from '../../store/face-store';
import { collectGarbage, GC_THRESHOLD_BYTES } from '../../util/collect-garbage';
import { codeOf, UserError } from '../../util/errors';
import { forgetRun } from '../open-runs';
import { withStore } from '../open-store';
import type { AnalysisPipeline } from '../pipeline/analysis-pipeline';
import type { AnalyzedImage } from '../pipeline/analyzed-image';
import { openPipeline, prewarmWorkers } from '../pipeline/open-pipeline';
import { noteProvenance, reusableRun } from '../pipeline/reuse-run';
import { notStored, StoreBuffer } from '../pipeline/store-buffer';
import { refuseEmptiedFolders, refusePartialRun } from '../pipeline/vanished-folders';
import { releaseIdleThreads } from '../threads/prewarmed-threads';
import type { JobContext } from './job-context';

type Params = EngineCalls['analyze']['params'];

/** A notice for people. */
const READ_IN_PROCESSES =
  'The engine failed while it read images. It was started again, with a process for each image worker; an image that is at fault is listed with those that cannot be used.';

/**
 * Finds every face of the folders, infers their attributes and writes them into `runDir`. Images
 * that the store holds are not read again.
 * @throws UserError where a folder or the model cannot be used, or no image can; CancelledError.
 * `runDir` is left as it was then, but results stay in the store.
 */
export async function analyze(params: Params, context: JobContext): Promise<RunManifest> {
  const started = performance.now();
  const notices: string[] = [];
  if (context.host === 'process') notices.push(READ_IN_PROCESSES);
  const storeDir = params.settings.cache ? params.storeDir : null;
  return withStore(
    storeDir,
    (notice) => notices.push(notice),
    (store) => analyzeFolders(params, context, { store, notices, started }),
  );
}

/** State at the start of the job. */
interface Start {
  /** Undefined where nothing is kept between runs. */
  store: FaceStore | undefined;
  /** Problems that did not stop the job, for people. */
  notices: string[];
  /** By the clock of `performance`. */
  started: number;
}

async function analyzeFolders(
  params: Params,
  context: JobContext,
  { store, notices, started }: Start,
): Promise<RunManifest> {
  const { id, folders, settings, bundled } = params;
  const { signal, host } = context;
  const seconds = () => (performance.now() - started) / 1000;
  const { images, failures } = await listImages(params, context, store).catch(releaseAndThrow);
  const scan = seconds();
  await using pipeline = await openPipeline(images, { settings, bundled, store, signal, host });
  const open = seconds() - scan;
  const common = (): CommonManifest => ({
    id,
    createdAt: new Date().toISOString(),
    folders,
    settings,
    model: pipeline.file,
    provider: pipeline.provider,
    trials: pipeline.trials,
    detection: pipeline.detection,
    notices: [...notices, ...pipeline.notices],
    timing: { ...pipeline.timing, scan, open, analyse: seconds() },
  });
  const analysis: Analysis = { params, images, failures, store, notices, pipeline, common };
  try {
    return (await reuseRun(analysis, signal)) ?? (await makeRun(analysis, context));
  } catch (error) {
    throw isDiskFull(error)
      ? new UserError(`there is no space left on the disk for the run in '${params.runDir}'`, {
          cause: error,
        })
      : error;
  }
}

/** What the manifest of a reused run and that of a new one are given alike. */
type CommonManifest = Pick<
  RunManifest,
  | 'id'
  | 'createdAt'
  | 'folders'
  | 'settings'
  | 'model'
  | 'provider'
  | 'trials'
  | 'detection'
  | 'notices'
  | 'timing'
>;

interface Analysis extends Pick<Start, 'store' | 'notices'> {
  params: Params;
  images: Images;
  /** Folders that could not be read. */
  failures: Failure[];
  pipeline: AnalysisPipeline;
  common: () => CommonManifest;
}

const isDiskFull = (error: unknown) => ['ENOSPC', 'EFBIG', 'EDQUOT'].includes(codeOf(error) ?? '');

/** Ends the threads that were started for images to come. */
function releaseAndThrow(error: unknown): never {
  releaseIdleThreads();
  throw error;
}

/** @throws UserError where a folder cannot be used, or there is no image. */
async function listImages(
  { runDir, folders, settings }: Params,
  { signal, onProgress, host }: JobContext,
  store: FaceStore | undefined,
): Promise<{ images: Images; failures: Failure[] }> {
  const scan = await scanImages(folders, {
    signal,
    onFound: (done) => {
      onProgress({ stage: 'scan', done, total: 0, failed: 0 });
    },
    onFirst: (image, entries) => {
      prewarmWorkers(image, entries, { store, host });
    },
  });
  await refuseEmptiedFolders(runDir, folders, scan.images);
  const images = selectImages(scan.images, settings);
  if (images.length > 0) return { images, failures: scan.failures };
  const unreadable =
    scan.failures.length > 0 ? ` (${scan.failures.length} folders could not be read)` : '';
  throw new UserError(
    `no images in ${folders.map((folder) => `'${folder}'`).join(', ')}${unreadable}: ` +
      `expected files of ${SUPPORTED_FORMATS}`,
  );
}

/** Renews the manifest of the run in `runDir`, if a new run would come out the same. */
async function reuseRun(
  { params: { runDir, folders }, images, failures, store, pipeline, common }: Analysis,
  signal: AbortSignal,
): Promise<RunManifest | undefined> {
  if (store === undefined || failures.length > 0) return undefined;
  const { identities, keys } = pipeline;
  const run = await reusableRun(runDir, { folders, images, identities, keys }, store);
  if (run === undefined) return undefined;
  signal.throwIfAborted();
  const manifest = { ...run, ...common(), known: images.length };
  forgetRun(runDir); // its manifest is about to be replaced
  await writeManifest(runDir, manifest);
  return manifest;
}

async function makeRun(analysis: Analysis, context: JobContext): Promise<RunManifest> {
  const { runDir, folders, settings } = analysis.params;
  const { images, store, notices, pipeline } = analysis;
  await using buffer = store && StoreBuffer.of(pipeline, store, settings);
  const writer = await RunWriter.create(runDir, pipeline.model.crop);
  try {
    const tally = new Tally(analysis.failures);
    await writeResults(analysis, { writer, buffer, tally }, context);
    const problem = await buffer?.finish();
    if (problem !== undefined) notices.push(notStored(problem));
    await refusePartialRun(runDir, folders, images, tally.failures);
    const manifest = manifestOf(analysis, tally, writer.faces);
    if (manifest.faces === 0) throw noFace(manifest);
    forgetRun(runDir); // an older run in this place is about to be replaced
    await writer.finish(manifest, toImageRows(images, pipeline.identities));
    return manifest;
  } catch (error) {
    await writer.abandon();
    throw error;
  }
}

/** Where the results of the pipeline go. */
interface Sinks {
  writer: RunWriter;
  buffer: StoreBuffer | undefined;
  tally: Tally;
}

/** Counts results, by what became of the images. */
class Tally {
  read = 0;
  failed = 0;
  cached = 0;
  readonly failures: Failure[];
  readonly withoutFace: string[] = [];

  /** @param failures those of the folders. */
  constructor(failures: readonly Failure[]) {
    this.failures = [...failures];
  }

  add({ kind, image, failure, faces }: AnalyzedImage): void {
    this.read += 1;
    if (kind === 'cached') this.cached += 1;
    if (failure !== undefined) {
      this.failures.push({ image: image.name, reason: failure });
      this.failed += 1;
    } else if (faces.length === 0) this.withoutFace.push(image.name);
  }
}

async function writeResults(
  { images, pipeline }: Analysis,
  { writer, buffer, tally }: Sinks,
  { signal, onProgress }: JobContext,
): Promise<void> {
  const report = () => {
    const { read: done, failed } = tally;
    onProgress({ stage: 'infer', done, total: images.length, failed });
  };
  report();
  for await (const batch of pipeline.results()) {
    for (const image of batch.images) {
      tally.add(image);
      await writer.append(image);
    }
    await buffer?.add(batch);
    // With a GPU there is so much garbage that collecting it often would hold up this thread, and
    // the batches take more memory anyway.
    collectGarbage(pipeline.provider === 'cpu' ? GC_THRESHOLD_BYTES : 4 * GC_THRESHOLD_BYTES);
    report();
  }
  signal.throwIfAborted();
}

function manifestOf(
  { params: { runDir }, images, store, pipeline, common }: Analysis,
  { failed, cached, failures, withoutFace }: Tally,
  faces: number,
): RunManifest {
  const { model, keys, fellBack } = pipeline;
  return {
    ...common(),
    version: RUN_VERSION,
    modelAttributes: model.attributes,
    thresholds: model.thresholds,
    images: {
      found: images.length,
      read: images.length - failed,
      failed,
      withoutFace: withoutFace.length,
    },
    known: cached,
    failures,
    faceless: withoutFace,
    faces,
    crop: model.crop,
    ...(store !== undefined && !fellBack ? { made: noteProvenance(store, runDir, keys) } : {}),
  };
}

function noFace({ images, failures }: RunManifest): UserError {
  const [first] = failures;
  if (images.read > 0 || first === undefined)
    return new UserError(`none of the ${images.read} images shows a face`);
  return new UserError(
    `none of the ${images.found} images can be used; the first, '${first.image}': ${first.reason}`,
  );
}
