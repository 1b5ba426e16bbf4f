/** Which execution provider of ONNX Runtime runs the network, and why. */
import { cudaLibrary, isCudaInstalled, librariesFolder } from '../cuda/libraries';
import type { Provider, ProviderTrial, BundledModels } from '../domain/networks';
import type { AnalysisSettings } from '../domain/settings';
import { messageOf, UserError } from '../util/errors';
import { onnxruntime } from './lazy-onnxruntime';
import { runInChildProcess } from './tool-process';
/**
 * Time a provider has to prove itself, its compilation of shaders or kernels included, in
 * milliseconds.
 */
const PROBE_LIMIT = 30_000;

/** An execution provider and the network that runs on it best. */
export interface ProviderChoice {
  provider: Provider;
  /** Path of the ONNX file. */
  file: string;
  trials: ProviderTrial[];
}

/** The network for a provider: the one the setting names, else the bundled one. */
const fileFor = (provider: Provider, modelSetting: string, bundled: BundledModels): string =>
  modelSetting || (provider === 'cpu' ? bundled.cpu : bundled.gpu);

/**
 * Chooses the provider the setting asks for. With `auto`: cuda, then the platform's own (dml on
 * Windows, coreml on macOS), then webgpu, each only if it gives what the CPU gives on a test batch
 * and is at least as fast, in a process of its own (a driver that crashes takes nothing along);
 * else cpu.
 * @param settings `model`: path of an ONNX file, or empty for the bundled weights.
 * @param after only providers after this one, which has failed.
 * @throws UserError where a provider that was asked for by name is out of the question.
 */
export async function chooseProvider(
  { provider, model }: Pick<AnalysisSettings, 'provider' | 'model'>,
  bundled: BundledModels,
  after?: Provider,
): Promise<ProviderChoice> {
  if (provider !== 'auto' && after === undefined) {
    const missing = unavailable(provider);
    if (missing !== undefined)
      throw new UserError(`the execution provider '${provider}' cannot be used: ${missing}`);
    return {
      provider,
      file: fileFor(provider, model, bundled),
      trials: [{ provider, used: true, reason: 'chosen in the settings' }],
    };
  }
  const trials: ProviderTrial[] = [];
  const all = candidates();
  for (const candidate of after === undefined ? all : all.slice(all.indexOf(after) + 1)) {
    const file = fileFor(candidate, model, bundled);
    const reason =
      unavailable(candidate) ??
      (await probeInProcess(candidate, file, fileFor('cpu', model, bundled)));
    if (reason === undefined) {
      trials.push({
        provider: candidate,
        used: true,
        reason: 'the first that gives what the CPU gives on a test batch, and is as fast',
      });
      return { provider: candidate, file, trials };
    }
    trials.push({ provider: candidate, used: false, reason });
  }
  trials.push({ provider: 'cpu', used: true, reason: 'works everywhere' });
  return { provider: 'cpu', file: fileFor('cpu', model, bundled), trials };
}

function candidates(): Provider[] {
  if (process.platform === 'win32') return ['cuda', 'dml', 'webgpu'];
  if (process.platform === 'darwin') return ['coreml', 'webgpu'];
  return ['cuda', 'webgpu'];
}

/** Why a provider is out of the question here, or undefined. */
export function unavailable(provider: Provider): string | undefined {
  if (provider === 'cpu') return undefined;
  const backend = onnxruntime()
    .listSupportedBackends()
    .find(({ name }) => name === provider);
  if (backend === undefined)
    return `this build of ONNX Runtime (${process.platform}-${process.arch}) does not have it`;
  if (provider === 'cuda' && !isCudaInstalled()) {
    return `its library ${cudaLibrary} is not installed in ${librariesFolder()}: see 'Install CUDA Support'`;
  }
  return undefined;
}

const proven = new Map<string, Promise<string | undefined>>();

/** Runs `probe` (probe.ts) in a process of its own; remembered as long as this process lives. */
function probeInProcess(
  provider: Provider,
  file: string,
  reference: string,
): Promise<string | undefined> {
  const key = `${provider}\n${file}`;
  let result = proven.get(key);
  if (result === undefined) {
    result = runInChildProcess('probe', { provider, file, reference }, PROBE_LIMIT).then(
      (reason) => (reason === '' ? undefined : reason),
      messageOf,
    );
    proven.set(key, result);
  }
  return result;
}
