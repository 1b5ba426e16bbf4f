/** Commands for what lies outside a run: what is kept between runs, and CUDA's libraries. */
import { diagnoseCuda } from '../../cuda/diagnose';
import { installCuda } from '../../cuda/install';
import { CUDA_PACKAGES, librariesFolder } from '../../cuda/libraries';
import type { EngineClient } from '../../engine/client';
import { CancelledError } from '../../util/errors';
import { ask, type Log, showInformation, withProgress } from '../outlets';
import { readSettings } from '../settings/configuration';
import { signalOf } from './notification-progress';

/** `1.2 GB`. */
function bytesText(bytes: number): string {
  return bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : `${(bytes / 1e6).toFixed(0)} MB`;
}

/** Forgets what was found in images, after asking. */
export async function clearStore(engine: EngineClient, storeDir: string): Promise<void> {
  const { bytes, images } = await engine.call('storeSize', { storeDir });
  if (bytes === 0) {
    void showInformation('Face Clusters: nothing is kept between runs.');
    return;
  }
  const yes = 'Clear';
  const answer = await ask(
    'warning',
    `Clear what is kept of ${images.toLocaleString('en')} images (${bytesText(bytes)})?`,
    'The next run reads its images again. Clusters that are there stay, and no image is touched.',
    yes,
  );
  if (answer !== yes) return;
  await engine.call('clearStore', { storeDir });
  void showInformation(`Face Clusters: ${bytesText(bytes)} cleared.`);
}

/** Fetches ONNX Runtime's CUDA provider, then says what else is missing. */
export async function installCudaSupport(
  root: string,
  engine: EngineClient,
  log: Log,
): Promise<void> {
  const source = CUDA_PACKAGES[`${process.platform}-${process.arch}`];
  const folder = librariesFolder(root);
  const { cudaLibraries } = readSettings().settings;
  const before = await diagnoseCuda(folder, cudaLibraries);
  if (source === undefined) {
    void ask('warning', before.lines.join(' '), '');
    return;
  }
  const install = 'Download';
  const answer = await ask(
    'information',
    `Install CUDA support (${bytesText(source.size)})?`,
    [...before.lines, '', `From ${source.url}, checked by its SHA-512.`].join('\n'),
    install,
  );
  if (answer !== install) return;
  try {
    await withProgress('Install CUDA support', 'notification', async (report, token) => {
      let shown = 0;
      await installCuda(source, folder, {
        signal: signalOf(token),
        onProgress: (bytes) => {
          const percent = Math.floor((100 * bytes) / source.size);
          if (percent <= shown) return;
          report({
            increment: percent - shown,
            message: `${bytesText(bytes)} of ${bytesText(source.size)}`,
          });
          shown = percent;
        },
      });
    });
  } catch (error) {
    if (!(error instanceof CancelledError)) throw error;
    void showInformation('Face Clusters: cancelled; nothing was installed.');
    return;
  }
  engine.renew(); // the next processes find the libraries
  const { ready, lines } = await diagnoseCuda(folder, cudaLibraries);
  for (const line of lines) log.info(line);
  const summary = ready
    ? 'CUDA support is installed; the next run uses it if it gives what the CPU gives.'
    : 'CUDA support is installed, but something is missing.';
  void ask('information', `Face Clusters: ${summary}`, lines.join('\n'));
}
