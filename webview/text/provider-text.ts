import type { RunManifest } from '../../src/domain/run';

const NAMES: Readonly<Record<string, string>> = {
  cuda: 'NVIDIA GPU (CUDA)',
  dml: 'GPU (DirectML)',
  coreml: 'Core ML',
  webgpu: 'GPU (WebGPU)',
  cpu: 'CPU',
};

/** The hardware of an analysis in plain words: `CPU (no GPU was usable)`. */
export function providerText({
  provider,
  trials,
}: Pick<RunManifest, 'provider' | 'trials'>): string {
  const name = Object.hasOwn(NAMES, provider) ? NAMES[provider]! : provider;
  const triedGpu = trials.some((trial) => trial.provider !== 'cpu');
  return provider === 'cpu' && triedGpu ? `${name} (no GPU was usable)` : name;
}
