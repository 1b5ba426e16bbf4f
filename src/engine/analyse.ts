/** The main job, read from top to bottom: folders → described faces, kept. */
import { availableParallelism } from 'node:os';
import { UserError } from '../errors';
import { chooseFinder } from '../faces/choose-finder';
import { describeFaces, type PipelineTiming } from '../faces/pipeline';
import { openOnProvider, type Provider } from '../faces/providers';
import { chooseImages, type Failure, IMAGE_EXTENSIONS, scanImages } from '../faces/scan';
import type { EngineCalls, Progress, RunManifest } from '../protocol';
import type { AnalysisSettings } from '../settings/settings';
import { STORE_VERSION } from '../store/run-files';
import { RunWriter } from '../store/run-store';
import { forgetRun } from './runs';

export interface JobContext {
  signal: AbortSignal;
  onProgress: (progress: Progress) => void;
}

/** Faces a batch where the setting leaves it open: what was fastest on CPUs (see docs/benchmarks.md) and on GPUs. */
const BATCH_SIZE: Record<Provider, number> = { cpu: 8, webgpu: 32, cuda: 128, dml: 128, coreml: 128 };

/** Faces a batch. */
export function batchSizeFor({ batchSize }: Pick<AnalysisSettings, 'batchSize'>, provider: Provider): number {
  return batchSize > 0 ? batchSize : BATCH_SIZE[provider];
}

/**
 * Finds and describes every face of the folders and keeps them in `runDir`.
 * @throws UserError where a folder or the model cannot be used, or no image can; CancelledError. Nothing is left in `runDir` then.
 */
export async function analyse(
  { runDir, id, folders, settings, bundled }: EngineCalls['analyse']['params'],
  { signal, onProgress }: JobContext,
): Promise<RunManifest> {
  const started = performance.now();
  const seconds = () => (performance.now() - started) / 1000;

  const opening = openOnProvider(settings, bundled);
  opening.catch(() => undefined); // thrown where it is awaited
  const scan = await scanImages(folders, {
    signal,
    onFound: (done) => {
      onProgress({ stage: 'scan', done, total: 0, failed: 0 });
    },
  });
  const images = chooseImages(scan.images, settings);
  const scanned = seconds();
  if (images.length === 0) {
    const unreadable = scan.failures.length > 0 ? ` (${String(scan.failures.length)} folders could not be read)` : '';
    throw new UserError(
      `no images in ${folders.map((folder) => `'${folder}'`).join(', ')}${unreadable}: expected files ending in ${[...IMAGE_EXTENSIONS].join(', ')}`,
    );
  }

  const { model, file, trials } = await opening;
  const opened = seconds();

  const failures: Failure[] = [...scan.failures];
  const faceless: string[] = [];
  const timing: PipelineTiming = { decode: 0, infer: 0 };
  let read = 0;
  let failed = 0;
  const writer = await RunWriter.create(runDir, model.crop);
  let release: (() => Promise<void>) | undefined;
  try {
    const { finder, detection, ...chosen } = await chooseFinder(images, settings, model, bundled, signal);
    release = chosen.release;
    const batches = describeFaces(images, {
      model,
      finder,
      batchSize: batchSizeFor(settings, model.provider),
      concurrency: 2 * availableParallelism() + 4,
      signal,
      timing,
      onFailure: (failure) => {
        failures.push(failure);
        failed += 1;
      },
      onFaceless: (image) => faceless.push(image.name),
      onImage: () => {
        read += 1;
        onProgress({ stage: 'infer', done: read, total: images.length, failed });
      },
    });
    for await (const batch of batches) await writer.append(batch);
    signal.throwIfAborted();

    const manifest: RunManifest = {
      version: STORE_VERSION,
      id,
      createdAt: new Date().toISOString(),
      folders,
      settings,
      model: file,
      modelAttributes: model.attributes,
      provider: model.provider,
      trials,
      detection,
      images: { found: images.length, read: images.length - failed, failed, withoutFace: faceless.length },
      failures,
      faceless,
      faces: writer.faces,
      crop: model.crop,
      timing: { scan: scanned, open: opened - scanned, decode: timing.decode, infer: timing.infer, analyse: seconds() },
    };
    if (manifest.faces === 0) throw noFace(manifest);
    forgetRun(runDir); // an older run in this place is about to be replaced
    await writer.finish(manifest);
    return manifest;
  } catch (error) {
    await writer.abandon();
    throw error;
  } finally {
    await release?.();
    await model.release();
  }
}

function noFace({ images, failures }: RunManifest): UserError {
  const [first] = failures;
  if (images.read > 0 || first === undefined) return new UserError(`none of the ${String(images.read)} images shows a face`);
  return new UserError(`none of the ${String(images.found)} images can be used; the first, '${first.image}': ${first.reason}`);
}
