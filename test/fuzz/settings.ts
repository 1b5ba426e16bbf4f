/**
 * Generates hostile settings files from a seed. Each setting has to be accepted unchanged, or to be
 * replaced by its default and reported.
 */
import { checkSettings, SETTING_KEYS, type Settings } from '../../src/domain/settings';
import { random } from '../support/vectors';
import { anything, type Draw, pick } from './values';

export interface SettingsCase {
  title: string;
  values: Record<string, unknown>;
}

/** Numbers near the bounds of settings and beyond them. */
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

/** @yields `count` cases; the same ones for the same seed. */
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
 * @returns the number of rejected settings.
 * @throws Error if a resulting setting is out of bounds, or changed without being reported.
 */
export function runSettingsCase({ title, values }: SettingsCase): number {
  const { settings, problems } = checkSettings(values, (name) => name);
  if (JSON.stringify(problems).length > 100_000)
    throw new Error(`${title}: problems of unlimited length`);
  const again = checkSettings(settings, (name) => name);
  if (again.problems.length > 0) throw new Error(`${title}: ${again.problems.join()}`);
  for (const [name, value] of Object.entries(values)) {
    // A key `__proto__` is not the name of an attribute, and is dropped.
    const same =
      JSON.stringify(settings[name as keyof Settings]) ===
      JSON.stringify(value, (key, each: unknown) => (key === '__proto__' ? undefined : each));
    if (!same && !problems.some((problem) => problem.includes(name)))
      throw new Error(`${title}: ${name} was changed without being reported`);
  }
  return problems.length;
}
