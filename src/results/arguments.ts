/** The arguments of the command line that repeat a result. */
import { type Settings, settingSchemas } from '../domain/settings';

/** Settings that do not concern a result, and the host's. */
const WITHOUT_RESULT: ReadonlySet<string> = new Set<keyof Settings>([
  'cache',
  'cacheLimit',
  'cudaLibraries',
  'limitByFolder',
  'sampleByFolder',
  'watch',
]);

/** Whether a setting concerns the result. */
export const concernsResult = (setting: string): boolean => !WITHOUT_RESULT.has(setting);

/** Settings whose option is given once for each value. */
const REPEATED: ReadonlySet<string> = new Set<keyof Settings>(['include', 'exclude']);

/** The option of a setting: `autoBy` → `--auto-by`. */
export const optionName = (setting: string): string =>
  `--${setting.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

/** The options of the settings that are not at their defaults. */
export function settingArguments(settings: Partial<Settings>): string[] {
  return Object.entries(settings)
    .filter(([name]) => concernsResult(name))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([name, value]) => {
      const byDefault: unknown = settingSchemas[name as keyof Settings].parse(undefined);
      return JSON.stringify(byDefault) === JSON.stringify(value) ? [] : optionOf(name, value);
    });
}

function optionOf(name: string, value: unknown): string[] {
  if (REPEATED.has(name) && Array.isArray(value))
    return value.flatMap((each) => [optionName(name), String(each)]);
  return [optionName(name), textOf(value)];
}

/** A list is written with commas, or as JSON where a comma is in it; a table as JSON. */
function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  if (!Array.isArray(value)) return JSON.stringify(value);
  const isPlain = value.every(
    (each) =>
      typeof each === 'number' || (typeof each === 'string' && /^[^,[\s][^,]*(?<!\s)$/.test(each)),
  );
  return isPlain ? value.join(',') : JSON.stringify(value);
}

/** An option, unless its value is undefined or the default. */
export const optionUnless = (name: string, value: unknown, byDefault?: unknown): string[] =>
  value === undefined || value === byDefault ? [] : [name, textOf(value)];

/** Arguments as a line for a POSIX shell. */
export const commandLine = (args: readonly string[]): string =>
  ['face-clusters', ...args].map(quoted).join(' ');

const quoted = (text: string): string =>
  /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
