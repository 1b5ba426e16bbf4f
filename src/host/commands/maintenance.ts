/** Commands that concern no single run: the cache and CUDA support. */
import { diagnoseCuda } from '../../cuda/diagnose';
import { installCuda } from '../../cuda/install';
import { CUDA_PACKAGES, librariesFolder } from '../../cuda/libraries';
import type { EngineClient } from '../../engine/client';
import { count, decimal, plural } from '../../text/numbers';
import { t } from '../../text/translate';
import { CancelledError } from '../../util/errors';
import { ask, type Log, type ProgressReport, showInformation, withProgress } from '../outlets';
import { readSettings } from '../settings/configuration';
import { withSignal } from './notification-progress';

/** `1.2 GB`. */
function bytesText(bytes: number): string {
  return bytes >= 1e9 ? `${decimal(bytes / 1e9, 1)} GB` : `${count(Math.round(bytes / 1e6))} MB`;
}

/** Clears the cache after asking. */
export async function clearCache(engine: EngineClient, storeDir: string): Promise<void> {
  const { bytes, images } = await engine.call('storeSize', { storeDir });
  if (bytes === 0) {
    void showInformation(t('Face Clusters: the cache is empty.'));
    return;
  }
  const clear = t('Clear');
  const answer = await ask(
    'warning',
    t('Clear the cache of {0} ({1})?', plural(images, 'image'), bytesText(bytes)),
    t('The next run reads its images again. Existing clusters stay, and no image is touched.'),
    clear,
  );
  if (answer !== clear) return;
  await engine.call('clearStore', { storeDir });
  void showInformation(t('Face Clusters: the cache was cleared ({0}).', bytesText(bytes)));
}

/** Downloads the CUDA provider of ONNX Runtime, then reports what else is missing. */
export async function installCudaSupport(
  root: string,
  engine: EngineClient,
  log: Log,
): Promise<void> {
  const source = CUDA_PACKAGES[`${process.platform}-${process.arch}`];
  const folder = librariesFolder(root);
  const { cudaLibraries } = readSettings().settings;
  const before = await diagnoseCuda(folder, cudaLibraries);
  if (source === undefined || !before.hasDriver) {
    const [reason = '', ...others] = before.lines;
    const detail = source === undefined ? others : [t('Faces are analyzed on the CPU.'), ...others];
    void ask('warning', reason, detail.join('\n'));
    return;
  }
  const download = t('Download');
  const answer = await ask(
    'information',
    t('Install CUDA support ({0})?', bytesText(source.size)),
    [...before.lines, '', t('From {0}, checked by its SHA-512.', source.url)].join('\n'),
    download,
  );
  if (answer !== download || !(await downloadWithProgress(source, folder))) return;
  engine.renew(); // so that new processes find the libraries
  const { ready, lines } = await diagnoseCuda(folder, cudaLibraries);
  for (const line of lines) log.info(line);
  const summary = ready
    ? t('CUDA support is installed; the next run uses it if its results match those of the CPU.')
    : t('CUDA support is installed, but something else is missing.');
  void ask('information', `Face Clusters: ${summary}`, lines.join('\n'));
}

/** @returns false if the user cancelled. */
async function downloadWithProgress(
  source: Parameters<typeof installCuda>[0],
  folder: string,
): Promise<boolean> {
  try {
    await withProgress(t('Install CUDA support'), 'notification', (report, token) =>
      withSignal(token, (signal) =>
        installCuda(source, folder, { signal, onProgress: byteReporter(source.size, report) }),
      ),
    );
    return true;
  } catch (error) {
    if (!(error instanceof CancelledError)) throw error;
    void showInformation(t('Face Clusters: cancelled; nothing was installed.'));
    return false;
  }
}

/** Reports downloaded bytes, once per percent. */
function byteReporter(size: number, report: (value: ProgressReport) => void) {
  let shown = 0;
  return (bytes: number) => {
    const percent = Math.floor((100 * bytes) / size);
    if (percent <= shown) return;
    report({
      increment: percent - shown,
      message: t('{0} of {1}', bytesText(bytes), bytesText(size)),
    });
    shown = percent;
  };
}
