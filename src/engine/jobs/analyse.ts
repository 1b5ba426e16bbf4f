/** The main job, read from top to bottom: folders → described faces, kept. */
import type { Failure, RunManifest } from '../../domain/run';
import { IMAGE_EXTENSIONS } from '../../images/image-extensions';
import { chosenImages, scanImages } from '../../images/scan-folders';
import type { EngineCalls } from '../../protocol/engine';
import { STORE_VERSION, writeManifest } from '../../runs/run-files';
import { keptImages, RunWriter } from '../../runs/run-store';
import type { FaceStore } from '../../store/face-store';
import { collectGarbage, GC_THRESHOLD_BYTES } from '../../util/collect-garbage';
import { codeOf, UserError } from '../../util/errors';
import { forgetRun } from '../open-runs';
import { withStore } from '../open-store';
import { AnalysisPipeline } from '../pipeline/analysis-pipeline';
import { noteProvenance, reusableRun } from '../pipeline/reuse-run';
import { StoreBuffer } from '../pipeline/store-buffer';
import { refuseEmptiedFolders, refusePartialRun } from '../pipeline/vanished-folders';
import { releaseIdleThreads } from '../threads/prewarmed-threads';
import type { JobContext } from './job-context';

/** A notice for people. */
export const notKept = (problem: string): string =>
  `What was found could not be kept for the next run: ${problem}.`;

/** Likewise. */
const READ_IN_PROCESSES =
  'The engine failed while it read images. It was started again, with a process for each image worker; an image that is at fault is listed with those that cannot be used.';

/** Bytes in a gigabyte, as disks are sold. */
export const GIGABYTE = 1e9;

/**
 * Finds and describes every face of the folders and keeps them in `runDir`. What the store knows is
 * not read again.
 * @throws UserError where a folder or the model cannot be used, or no image can; CancelledError.
 * Nothing is left in `runDir` then, but
 * what was described stays in the store.
 */
export async function analyse(
  params: EngineCalls['analyse']['params'],
  context: JobContext,
): Promise<RunManifest> {
  const started = performance.now();
  const notices: string[] = [];
  if (context.host === 'process') notices.push(READ_IN_PROCESSES);
  const storeDir = params.settings.cache ? params.storeDir : null;
  return withStore(
    storeDir,
    (notice) => notices.push(notice),
    (store) => analyseFolders(params, context, { store, notices, started }),
  );
}

/** Lets threads go that were started for images to come. */
function dismissing(error: unknown): never {
  releaseIdleThreads();
  throw error;
}

/** What `analyse` has begun with. */
interface Begun {
  /** Undefined where nothing is kept between runs. */
  store: FaceStore | undefined;
  notices: string[];
  /** By the clock of `performance`. */
  started: number;
}

async function analyseFolders(
  { runDir, id, folders, settings, bundled }: EngineCalls['analyse']['params'],
  { signal, onProgress, host }: JobContext,
  { store, notices, started }: Begun,
): Promise<RunManifest> {
  const seconds = () => (performance.now() - started) / 1000;
  const scan = await scanImages(folders, {
    signal,
    onFound: (done) => {
      onProgress({ stage: 'scan', done, total: 0, failed: 0 });
    },
    onFirst: (image, entries) => {
      AnalysisPipeline.prewarm(image, entries, { store, host });
    },
  }).catch(dismissing);
  await refuseEmptiedFolders(runDir, folders, scan.images).catch(dismissing);
  const images = chosenImages(scan.images, settings);
  const scanned = seconds();
  if (images.length === 0) {
    const unreadable =
      scan.failures.length > 0
        ? ` (${String(scan.failures.length)} folders could not be read)`
        : '';
    throw new UserError(
      `no images in ${folders.map((folder) => `'${folder}'`).join(', ')}${unreadable}: expected files ending in ${[...IMAGE_EXTENSIONS].join(', ')}`,
    );
  }

  const description = await AnalysisPipeline.open(images, {
    settings,
    bundled,
    store,
    signal,
    host,
  });
  let writer: RunWriter | undefined;
  let buffer: StoreBuffer | undefined;
  try {
    const opened = seconds();
    const { keys, identities } = description;
    const common = () => ({
      id,
      createdAt: new Date().toISOString(),
      folders,
      settings,
      model: description.file,
      provider: description.provider,
      trials: description.trials,
      detection: description.detection,
      notices: [...notices, ...description.notices],
      timing: { ...description.timing, scan: scanned, open: opened - scanned, analyse: seconds() },
    });
    const unchanged =
      store && scan.failures.length === 0
        ? await reusableRun(runDir, { folders, images, identities, keys }, store)
        : undefined;
    if (unchanged !== undefined) {
      signal.throwIfAborted();
      const manifest = { ...unchanged, ...common(), known: images.length };
      forgetRun(runDir); // its manifest is about to be replaced
      await writeManifest(runDir, manifest);
      return manifest;
    }
    const failures: Failure[] = [...scan.failures];
    const faceless: string[] = [];
    const counts = { read: 0, failed: 0, known: 0 };
    buffer = store && StoreBuffer.of(description, store, settings.cacheLimit * GIGABYTE);
    writer = await RunWriter.create(runDir, description.model.crop);
    onProgress({ stage: 'infer', done: 0, total: images.length, failed: 0 });
    for await (const batch of description.results()) {
      for (const each of batch.images) {
        const { image, known, failure, faces } = each;
        counts.read += 1;
        if (known !== undefined) counts.known += 1;
        if (failure !== undefined) {
          failures.push({ image: image.name, reason: failure.reason });
          counts.failed += 1;
        } else if (faces.length === 0) faceless.push(image.name);
        await writer.append(each);
      }
      await buffer?.add(batch);
      // A GPU makes so much of it that collecting would hold up this thread, and takes more memory
      // for its batches anyway.
      collectGarbage(description.provider === 'cpu' ? GC_THRESHOLD_BYTES : 4 * GC_THRESHOLD_BYTES);
      onProgress({
        stage: 'infer',
        done: counts.read,
        total: images.length,
        failed: counts.failed,
      });
    }
    signal.throwIfAborted();
    const problem = await buffer?.finish();
    if (problem !== undefined) notices.push(notKept(problem));
    await refusePartialRun(runDir, folders, images, failures);

    const manifest: RunManifest = {
      ...common(),
      version: STORE_VERSION,
      modelAttributes: description.model.attributes,
      thresholds: description.model.thresholds,
      images: {
        found: images.length,
        read: images.length - counts.failed,
        failed: counts.failed,
        withoutFace: faceless.length,
      },
      known: counts.known,
      failures,
      faceless,
      faces: writer.faces,
      crop: description.model.crop,
      ...(store !== undefined && !description.fellBack
        ? { made: noteProvenance(store, runDir, keys) }
        : {}),
    };
    if (manifest.faces === 0) throw noFace(manifest);
    forgetRun(runDir); // an older run in this place is about to be replaced
    await writer.finish(manifest, keptImages(images, identities));
    return manifest;
  } catch (error) {
    await writer?.abandon();
    throw diskFull(error)
      ? new UserError(`there is no space left on the disk for the run in '${runDir}'`, {
          cause: error,
        })
      : error;
  } finally {
    await buffer?.end();
    await description.close();
  }
}

const diskFull = (error: unknown) => ['ENOSPC', 'EFBIG', 'EDQUOT'].includes(codeOf(error) ?? '');

function noFace({ images, failures }: RunManifest): UserError {
  const [first] = failures;
  if (images.read > 0 || first === undefined)
    return new UserError(`none of the ${String(images.read)} images shows a face`);
  return new UserError(
    `none of the ${String(images.found)} images can be used; the first, '${first.image}': ${first.reason}`,
  );
}
