/** Texts about the execution provider that ran the network. */
import type { ProviderTrial, Rejection } from '../domain/networks';
import { said } from '../text/said';
import { t } from '../text/translate';
import { own } from '../util/own';

/** By `Provider`. */
const NAMES: Readonly<Record<string, string>> = {
  cuda: 'CUDA',
  dml: 'DirectML',
  coreml: 'Core ML',
  webgpu: 'WebGPU',
  cpu: 'CPU',
};

/** Of several that apply to a list of trials, the first counts. */
const REASONS = [
  ['failed', 'GPU failed during the run'],
  ['differs', 'GPU results differ'],
  ['slower', 'no faster GPU found'],
  ['unusable', 'GPU cannot be used'],
  ['absent', 'no GPU found'],
] as const satisfies readonly [Rejection, string][];

/**
 * One plain line: `CUDA (GPU)`, or `CPU (no GPU found)`.
 * @param provider the one that was used, as in the manifest of the run.
 * @param trials empty in runs that do not record them; without rejections in older ones.
 */
export function providerText(provider: string, trials: readonly ProviderTrial[] = []): string {
  const name = nameOf(provider);
  if (provider === 'coreml') return t('{0} (Apple GPU or Neural Engine)', name);
  if (provider !== 'cpu') return `${name} (GPU)`;
  const reason = reasonForCpu(trials);
  return reason === undefined ? name : `${name} (${reason})`;
}

/** For developers: why each provider that was considered was used or passed over, a line each. */
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
  if (passedOver.length === 0) return t('chosen in the settings');
  const reason = REASONS.find(([each]) => passedOver.some(({ rejection }) => rejection === each));
  return reason && t(reason[1]);
}

/** For people: why providers were passed over, a line each. */
export const passedOver = (trials: readonly ProviderTrial[]): string[] =>
  trials
    .filter(({ used }) => !used)
    .map((trial) => `${nameOf(trial.provider)}: ${plainReason(trial)}`);

/** Native libraries tell the place in their source, too. */
const OF_SOURCE = /::|\.(?:cc|cpp|h):\d|lambda/;

function plainReason({ reason, rejection }: ProviderTrial): string {
  const text = reason.replaceAll(/\s+/g, ' ').replace(/^.*\[ONNXRuntimeError\] : \d+ : \w+ : /, '');
  if (!OF_SOURCE.test(text)) return said(text);
  return rejection === 'absent' ? t('no device was found') : t('it does not work on this computer');
}
