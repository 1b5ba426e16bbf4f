/** What a change of settings changes. */
import { isDeepStrictEqual } from 'node:util';
import type { SomeSettings } from '../../domain/own-settings';
import type { ClusteringSettings } from '../../domain/settings';

/** Those of the given settings that differ from others; undefined if there are none. */
export function changedSettings(
  from: ClusteringSettings,
  given: SomeSettings,
): SomeSettings | undefined {
  const changed = Object.entries(given).filter(
    ([name, value]) =>
      value !== undefined && !isDeepStrictEqual(value, from[name as keyof ClusteringSettings]),
  );
  return changed.length === 0 ? undefined : Object.fromEntries(changed);
}
