/** Chooses the execution provider of ONNX Runtime that runs the network. */
import { cudaLibrary, isCudaInstalled, librariesFolder } from '../cuda/libraries';
import type { Provider, ProviderTrial, BundledModels } from '../domain/networks';
import type { AnalysisSettings } from '../domain/settings';
import { t } from '../text/translate';
import { messageOf, UserError } from '../util/errors';
import { onnxruntime } from './lazy-onnxruntime';
import type { ProbeProblem } from './probe';
import { runInChildProcess } from './tool-process';

/** Time limit of a probe in milliseconds, including the compilation of shaders or kernels. */
const PROBE_LIMIT_MS = 30_000;

/** An execution provider and the network for it. */
export interface ProviderChoice {
  provider: Provider;
  /** Path of the ONNX file. */
  file: string;
  trials: ProviderTrial[];
}

/** The network that the setting names, or the bundled one for the provider. */
const fileFor = (provider: Provider, modelSetting: string, bundled: BundledModels): string =>
  modelSetting || (provider === 'cpu' ? bundled.cpu : bundled.gpu);

/**
 * Chooses the provider that the setting names. `auto` tries cuda, then the platform's own (dml on
 * Windows, coreml on macOS), then webgpu, and takes the first that gives the CPU's results on a
 * test batch and is at least as fast, or else cpu. The tests run in child processes, since drivers
 * may crash.
 * @param settings `model`: path of an ONNX file, or empty for the bundled networks.
 * @param after a provider that failed: only those after it are tried.
 * @throws UserError where the provider that the setting names cannot be used.
 */
export async function chooseProvider(
  { provider, model }: Pick<AnalysisSettings, 'provider' | 'model'>,
  bundled: BundledModels,
  after?: Provider,
): Promise<ProviderChoice> {
  if (provider !== 'auto' && after === undefined) {
    const missing = unavailableReason(provider);
    if (missing !== undefined)
      throw new UserError(t("the execution provider '{0}' cannot be used: {1}", provider, missing));
    return {
      provider,
      file: fileFor(provider, model, bundled),
      trials: [{ provider, used: true, reason: t('chosen in the settings') }],
    };
  }
  const trials: ProviderTrial[] = [];
  const all = autoProviders();
  for (const candidate of after === undefined ? all : all.slice(all.indexOf(after) + 1)) {
    const file = fileFor(candidate, model, bundled);
    const missing = unavailableReason(candidate);
    const problem: ProbeProblem | undefined =
      missing === undefined
        ? await probeInChildProcess(candidate, file, fileFor('cpu', model, bundled))
        : { rejection: 'absent', reason: missing };
    if (problem === undefined) {
      trials.push({
        provider: candidate,
        used: true,
        reason: t('the first that gives what the CPU gives on a test batch, and is as fast'),
      });
      return { provider: candidate, file, trials };
    }
    trials.push({ provider: candidate, used: false, ...problem });
  }
  trials.push({ provider: 'cpu', used: true, reason: t('works everywhere') });
  return { provider: 'cpu', file: fileFor('cpu', model, bundled), trials };
}

/** Providers that `auto` tries, in order; cpu follows them. */
function autoProviders(): Provider[] {
  if (process.platform === 'win32') return ['cuda', 'dml', 'webgpu'];
  if (process.platform === 'darwin') return ['coreml', 'webgpu'];
  return ['cuda', 'webgpu'];
}

/** @returns why a provider cannot be used on this machine; undefined where it can. */
export function unavailableReason(provider: Provider): string | undefined {
  if (provider === 'cpu') return undefined;
  const backend = onnxruntime()
    .listSupportedBackends()
    .find(({ name }) => name === provider);
  if (backend === undefined)
    return t(
      'this build of ONNX Runtime ({0}) does not have it',
      `${process.platform}-${process.arch}`,
    );
  if (provider === 'cuda' && !isCudaInstalled()) {
    return t(
      "its library {0} is not installed in {1}: see 'Install CUDA Support'",
      cudaLibrary,
      librariesFolder(),
    );
  }
  return undefined;
}

/** Results of probes in this process. */
const probed = new Map<string, Promise<ProbeProblem | undefined>>();

/** @returns why the provider should not be used; undefined where it should. See `probe`. */
function probeInChildProcess(
  provider: Provider,
  file: string,
  reference: string,
): Promise<ProbeProblem | undefined> {
  const key = `${provider}\n${file}`;
  let result = probed.get(key);
  if (result === undefined) {
    result = runInChildProcess('probe', { provider, file, reference }, PROBE_LIMIT_MS).catch(
      (error: unknown) => ({ rejection: 'unusable', reason: messageOf(error) }),
    );
    probed.set(key, result);
  }
  return result;
}
