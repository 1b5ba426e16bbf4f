/** Texts about the execution provider that ran the network. */
import type { ProviderTrial } from '../domain/networks';
import { own } from '../util/own';

/** By `Provider`. */
const NAMES: Readonly<Record<string, string>> = {
  cuda: 'CUDA',
  dml: 'DirectML',
  coreml: 'Core ML',
  webgpu: 'WebGPU',
  cpu: 'CPU',
};

/**
 * Summaries of the reasons in `src/networks/providers.ts`, `probe.ts` and `provider-chain.ts`. Of
 * several that apply to a list of trials, the first in this list counts.
 */
const REASONS: readonly { pattern: RegExp; summary: string }[] = [
  { pattern: /^it failed: /, summary: 'GPU failed during the run' },
  { pattern: /^its output on a test batch/, summary: 'GPU results differ' },
  { pattern: /^it is slower than the CPU/, summary: 'no faster GPU found' },
];

/** Reasons of providers for which this machine has no device or no library. */
const ABSENT = /is not installed|does not have it|\badapter\b|no CUDA-capable device/i;

/**
 * One plain line: `CUDA (GPU)`, or `CPU (no GPU found)`.
 * @param provider the one that was used, as in the manifest of the run.
 * @param trials empty in runs that do not record them.
 */
export function providerText(provider: string, trials: readonly ProviderTrial[] = []): string {
  const name = nameOf(provider);
  if (provider === 'coreml') return `${name} (Apple GPU or Neural Engine)`;
  if (provider !== 'cpu') return `${name} (GPU)`;
  const reason = reasonForCpu(trials);
  return reason === undefined ? name : `${name} (${reason})`;
}

/** One line for each provider that was considered: why it was used, or why it was passed over. */
export function providerDetails(trials: readonly ProviderTrial[]): string[] {
  return trials.map(
    ({ provider, used, reason }) =>
      `${nameOf(provider)} ${used ? 'used' : 'passed over'}: ${reason.replaceAll(/\s+/g, ' ')}`,
  );
}

/** Runs come from files: a provider may have any name. */
const nameOf = (provider: string) => own(NAMES, provider) ?? provider;

function reasonForCpu(trials: readonly ProviderTrial[]): string | undefined {
  if (trials.length === 0) return undefined;
  const passedOver = trials.filter(({ provider, used }) => provider !== 'cpu' && !used);
  if (passedOver.length === 0) return 'chosen in the settings';
  const known = REASONS.find(({ pattern }) =>
    passedOver.some(({ reason }) => pattern.test(reason)),
  );
  if (known !== undefined) return known.summary;
  return passedOver.every(({ reason }) => ABSENT.test(reason))
    ? 'no GPU found'
    : 'GPU cannot be used';
}
