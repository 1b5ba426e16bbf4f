/**
 * Settings files a workspace might hold, drawn with a seed. Each setting is taken as it is, or
 * takes its default and is named.
 */
import { checkSettings, SETTING_KEYS, type Settings } from '../../src/domain/settings';
import { random } from '../support/vectors';
import { anything, type Draw, pick } from './values';

export interface SettingsCase {
  title: string;
  values: Record<string, unknown>;
}

/** Near what is allowed, and beyond it. */
const LIKELY: readonly unknown[] = [
  0,
  1,
  2,
  16,
  1000,
  1001,
  -1,
  0.5,
  'auto',
  'none',
  'kmeans',
  'cpu',
  'binary',
  true,
  [],
  ['Smiling'],
  { Smiling: 2 },
  '/tmp',
];

/** @yields `count` cases; the same with the same seed. */
export function* settingsCases(seed: number, count: number): Generator<SettingsCase> {
  for (let i = 0; i < count; i++) {
    const draw = random(seed * 1_000_003 + i);
    const keys = SETTING_KEYS.filter(() => draw() < 0.4);
    const value = (each: Draw) => (each() < 0.6 ? pick(each, LIKELY) : anything(each));
    yield {
      title: `settings ${seed}/${i}`,
      values: Object.fromEntries(keys.map((key) => [key, value(draw)])),
    };
  }
}

/**
 * @returns how many of the settings were refused.
 * @throws Error where settings come out that are out of their bounds, or one is changed without a
 * word.
 */
export function runSettingsCase({ title, values }: SettingsCase): number {
  const { settings, problems } = checkSettings(values, (name) => name);
  if (JSON.stringify(problems).length > 100_000)
    throw new Error(`${title}: problems of any length`);
  const again = checkSettings(settings, (name) => name);
  if (again.problems.length > 0) throw new Error(`${title}: ${again.problems.join()}`);
  for (const [name, value] of Object.entries(values)) {
    // A key `__proto__` is no attribute's, and left out.
    const same =
      JSON.stringify(settings[name as keyof Settings]) ===
      JSON.stringify(value, (key, each: unknown) => (key === '__proto__' ? undefined : each));
    if (!same && !problems.some((problem) => problem.includes(name)))
      throw new Error(`${title}: ${name} was changed without a word`);
  }
  return problems.length;
}
