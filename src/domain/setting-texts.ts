/** Settings and their changes in words. */
import { plural } from '../text/numbers';
import { own } from '../util/own';
import { METHOD_NAMES } from './method-names';
import type { Settings } from './settings';

/** `minClusterSize` → `min cluster size`. */
export const settingName = (key: string): string =>
  key.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);

export function settingText(value: unknown): string {
  if (Array.isArray(value)) return plural(value.length, 'attribute');
  if (value === '') return 'the default';
  const method = typeof value === 'string' ? own(METHOD_NAMES, value) : undefined;
  if (method !== undefined) return method;
  return typeof value === 'string' || typeof value === 'number' ? String(value) : 'custom';
}

/** 'Changed clusters from 16 to 5, method from K-Means to Birch'. */
export function changeText(before: Settings | Partial<Settings>, after: Partial<Settings>): string {
  const keys = Object.keys(after) as (keyof Settings)[];
  const texts = keys.map(
    (key) => `${settingName(key)} from ${settingText(before[key])} to ${settingText(after[key])}`,
  );
  return `Changed ${texts.join(', ')}`;
}
