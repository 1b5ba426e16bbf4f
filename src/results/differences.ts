/** Compares a result with one that repeats it. */
import { excerpt } from '../text/excerpt';
import { concernsResult } from './arguments';

/** Fields that differ each time: when it was made, how long it took, and where. */
const VOLATILE: ReadonlySet<string> = new Set([
  'createdAt',
  'command',
  'arguments',
  'providers',
  'seconds',
  'timing',
]);

/** Most differences that are told. */
const MAX_TOLD = 10;

/** @returns lines such as `faces: 100 → 99`; none where the results are the same. */
export function differences(before: unknown, after: unknown): string[] {
  const found: string[] = [];
  collect('', before, after, found);
  const more = found.length - MAX_TOLD;
  return more > 0 ? [...found.slice(0, MAX_TOLD), `and ${more.toLocaleString('en')} more`] : found;
}

function collect(path: string, before: unknown, after: unknown, found: string[]): void {
  if (isTable(before) && isTable(after) && Array.isArray(before) === Array.isArray(after)) {
    for (const key of new Set([...Object.keys(before), ...Object.keys(after)]))
      if (concerns(path, key) && !(key === 'model' && isSameNetwork(before, after)))
        collect(path === '' ? key : `${path}.${key}`, own(before, key), own(after, key), found);
  } else if (!Object.is(before, after)) found.push(`${path}: ${shown(before)} → ${shown(after)}`);
}

/** Whether a field may not differ: not whether images were read from the cache, for example. */
const concerns = (path: string, key: string): boolean =>
  !VOLATILE.has(key) && (path !== 'parameters' || concernsResult(key));

/** Whether the networks are the same, wherever their files lie. */
const isSameNetwork = (before: Record<string, unknown>, after: Record<string, unknown>) =>
  typeof before.modelSha256 === 'string' && before.modelSha256 === after.modelSha256;

const isTable = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;

const own = (table: Record<string, unknown>, key: string) =>
  Object.hasOwn(table, key) ? table[key] : undefined;

const shown = (value: unknown) =>
  excerpt(value === undefined ? 'nothing' : JSON.stringify(value), 60);
