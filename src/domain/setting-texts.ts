/** Settings and their changes in words. */
import { plural } from '../text/numbers';
import { t } from '../text/translate';
import { own } from '../util/own';
import { METHOD_NAMES } from './method-names';
import type { Settings } from './settings';

/** Names of the settings that the panel and the commands change. */
const NAMES = {
  method: 'method',
  clusters: 'clusters',
  attributes: 'attributes',
  weights: 'weights',
  weightsFrom: 'weights from',
  features: 'features',
  thresholds: 'thresholds',
  copies: 'copies',
  preset: 'preset',
  restarts: 'restarts',
  linkage: 'linkage',
  metric: 'metric',
  threshold: 'threshold',
  branchingFactor: 'branching factor',
  affinity: 'affinity',
  gamma: 'gamma',
  neighbors: 'neighbors',
  assignLabels: 'assign labels',
  eps: 'eps',
  minSamples: 'min samples',
  xi: 'xi',
  minClusterSize: 'min cluster size',
  model: 'model',
} as const satisfies Partial<Record<keyof Settings, string>>;

/** `minClusterSize` → `min cluster size`. */
export function settingName(key: string): string {
  const name = own(NAMES, key);
  if (name !== undefined) return t(name);
  return key.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

export function settingText(value: unknown): string {
  if (Array.isArray(value)) return plural(value.length, 'attribute');
  if (value === '') return t('the default');
  const method = typeof value === 'string' ? own(METHOD_NAMES, value) : undefined;
  if (method !== undefined) return t(method);
  return typeof value === 'string' || typeof value === 'number' ? String(value) : t('custom');
}

/** 'Changed clusters from 16 to 5, method from K-Means to Birch'. */
export function changeText(before: Settings | Partial<Settings>, after: Partial<Settings>): string {
  const keys = Object.keys(after) as (keyof Settings)[];
  const texts = keys.map((key) =>
    t('{0} from {1} to {2}', settingName(key), settingText(before[key]), settingText(after[key])),
  );
  return t('Changed {0}', texts.join(', '));
}
