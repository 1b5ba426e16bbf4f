/** The main job, read from top to bottom: folders → analyzed faces, written as a run. */
import type { RunManifest } from '../../domain/run';
import { imageNames } from '../../images/folder-labels';
import type { EngineCalls } from '../../protocol/engine';
import { RUN_VERSION, writeManifest } from '../../runs/run-files';
import { toImageRows } from '../../runs/run-images';
import { RunWriter } from '../../runs/run-writer';
import type { FaceStore } from '../../store/face-store';
import { writeImageLists } from '../../summaries/image-lists';
import { plural } from '../../text/numbers';
import { t } from '../../text/translate';
import { collectGarbage, GC_THRESHOLD_BYTES } from '../../util/collect-garbage';
import { codeOf, UserError } from '../../util/errors';
import { writeOutput } from '../../util/output-folder';
import { forgetRun } from '../open-runs';
import { withStore } from '../open-store';
import type { AnalysisPipeline } from '../pipeline/analysis-pipeline';
import { type ListedImages, listImages } from '../pipeline/list-images';
import { openPipeline } from '../pipeline/open-pipeline';
import { fileSha256 } from '../pipeline/pipeline-keys';
import { noteProvenance, reusableRun } from '../pipeline/reuse-run';
import { notStored, StoreBuffer } from '../pipeline/store-buffer';
import { refuseEmptiedFolders, refusePartialRun } from '../pipeline/vanished-folders';
import { Tally } from '../pipeline/tally';
import type { JobContext } from './job-context';
import { keepBeforeReplacing } from './kept-clusterings';
import { noImage } from './no-image';
import { LISTS_OUTPUT } from './outputs';

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
  if (context.host === 'process') notices.push(t(READ_IN_PROCESSES));
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
  const listed = await findImages(params, context);
  const scan = seconds();
  context.onProgress({ stage: 'load', done: 0, total: 0, failed: 0 });
  await using pipeline = await openPipeline(listed, { settings, bundled, store, signal, host });
  const open = seconds() - scan;
  const common = async (): Promise<CommonManifest> => ({
    id,
    createdAt: new Date().toISOString(),
    folders,
    settings,
    model: pipeline.file,
    modelSha256: await fileSha256(pipeline.file),
    embeddings: await embeddingsOf(pipeline),
    provider: pipeline.provider,
    trials: pipeline.trials,
    leftOut: listed.leftOut,
    notices: [...notices, ...pipeline.notices],
    timing: { ...pipeline.timing, scan, open, analyse: seconds() },
  });
  const analysis: Analysis = { params, listed, store, notices, pipeline, common };
  try {
    return (await reuseRun(analysis, signal)) ?? (await makeRun(analysis, context));
  } catch (error) {
    throw isDiskFull(error)
      ? new UserError(t("there is no space left on the disk for the run in '{0}'", params.runDir), {
          cause: error,
        })
      : error;
  }
}

async function embeddingsOf({
  embeddingModel,
}: AnalysisPipeline): Promise<RunManifest['embeddings']> {
  if (embeddingModel === undefined) return undefined;
  return { model: embeddingModel, modelSha256: await fileSha256(embeddingModel) };
}

/** What the manifest of a reused run and that of a new one are given alike. */
type CommonManifest = Pick<
  RunManifest,
  | 'id'
  | 'createdAt'
  | 'folders'
  | 'settings'
  | 'model'
  | 'modelSha256'
  | 'embeddings'
  | 'provider'
  | 'trials'
  | 'leftOut'
  | 'notices'
  | 'timing'
>;

interface Analysis extends Pick<Start, 'store' | 'notices'> {
  params: Params;
  listed: ListedImages;
  pipeline: AnalysisPipeline;
  common: () => Promise<CommonManifest>;
}

const isDiskFull = (error: unknown) => ['ENOSPC', 'EFBIG', 'EDQUOT'].includes(codeOf(error) ?? '');

/** @throws UserError where a folder cannot be used, or there is no image. */
async function findImages(
  { runDir, folders, settings }: Params,
  { signal, onProgress }: JobContext,
): Promise<ListedImages> {
  const listed = await listImages(
    folders,
    settings,
    {
      signal,
      onFound: (done) => {
        onProgress({ stage: 'scan', done, total: 0, failed: 0 });
      },
    },
    (found) => refuseEmptiedFolders(runDir, folders, found),
  );
  if (listed.images.length === 0) throw noImage(folders, listed);
  return listed;
}

/** Renews the manifest of the run in `runDir`, if a new run would come out the same. */
async function reuseRun(
  { params: { runDir, folders }, listed, store, pipeline, common }: Analysis,
  signal: AbortSignal,
): Promise<RunManifest | undefined> {
  const { images, identities, failures } = listed;
  if (store === undefined || failures.length > 0) return undefined;
  const { keys } = pipeline;
  const run = await reusableRun(runDir, { folders, images, identities, keys }, store);
  if (run === undefined) return undefined;
  signal.throwIfAborted();
  const manifest = { ...run, ...(await common()), known: images.length };
  forgetRun(runDir); // its manifest is about to be replaced
  await writeManifest(runDir, manifest);
  return manifest;
}

async function makeRun(analysis: Analysis, context: JobContext): Promise<RunManifest> {
  const { runDir, folders, settings, lists } = analysis.params;
  const { listed, store, notices, pipeline } = analysis;
  const { images, identities } = listed;
  await using buffer = store && StoreBuffer.of(pipeline, store, settings);
  const writer = await RunWriter.create(runDir, pipeline.model.crop);
  try {
    const tally = new Tally(listed.failures, imageNames(folders));
    await writeResults(analysis, { writer, buffer, tally }, context);
    const problem = await buffer?.finish();
    if (problem !== undefined) notices.push(notStored(problem));
    await refusePartialRun(runDir, folders, images, tally.failures);
    const manifest = await manifestOf(analysis, tally, writer.faces);
    if (manifest.faces === 0) {
      if (lists !== undefined) await writeLists(manifest, lists);
      throw noFace(manifest);
    }
    const unkept = await keepBeforeReplacing(runDir);
    if (unkept !== undefined) (manifest.notices ??= []).push(unkept);
    forgetRun(runDir); // an older run in this place is about to be replaced
    await writer.finish(manifest, toImageRows(images, identities));
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

async function writeResults(
  { listed: { images }, pipeline }: Analysis,
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

async function manifestOf(
  { params: { runDir }, listed: { images }, store, pipeline, common }: Analysis,
  { failed, cached, crops, failures, withoutFace, remarks }: Tally,
  faces: number,
): Promise<RunManifest> {
  const { model, keys, fellBack, detection } = pipeline;
  const searched = detection.mode.kind !== 'crops' && crops < images.length - failed;
  return {
    ...(await common()),
    version: RUN_VERSION,
    modelAttributes: model.attributes,
    thresholds: model.thresholds,
    groups: model.groups,
    images: {
      found: images.length,
      read: images.length - failed,
      failed,
      withoutFace: withoutFace.length,
    },
    known: cached,
    remarks,
    detection: { searched, reason: detection.reason, crops },
    failures,
    faceless: withoutFace,
    faces,
    crop: model.crop,
    ...(store !== undefined && !fellBack ? { made: noteProvenance(store, runDir, keys) } : {}),
  };
}

/** Lists the images and why each has no face; the message names only the first. */
async function writeLists(
  manifest: RunManifest,
  { outDir, overwrite }: NonNullable<Params['lists']>,
): Promise<void> {
  await writeOutput(outDir, { kind: LISTS_OUTPUT, overwrite }, (write) =>
    writeImageLists(write, manifest),
  );
}

function noFace({ images, failures }: RunManifest): UserError {
  const [first] = failures;
  if (images.read > 0 || first === undefined)
    return new UserError(t('there is no face in {0}', plural(images.read, 'image')));
  const found = plural(images.found, 'image');
  return new UserError(
    t("of {0} none can be used; the first, '{1}': {2}", found, first.image, first.reason),
  );
}
