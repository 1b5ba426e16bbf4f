/** Settings that were changed since a run was analyzed. */
import { isDeepStrictEqual } from 'node:util';
import { isSampled } from '../../domain/image-counts';
import type { RunManifest } from '../../domain/run';
import {
  ANALYSIS_KEYS,
  type AnalysisSettings,
  analysisSettingsSchema,
  type Settings,
} from '../../domain/settings';
import { settingsOfFolders } from './settings-of-folders';

/** Settings that do not affect the result of an analysis. */
const NO_EFFECT: ReadonlySet<keyof AnalysisSettings> = new Set([
  'batchSize',
  'cache',
  'cacheLimit',
]);

/** Names of the settings whose change takes effect with the next analysis. */
export function staleSettings({ settings, folders }: RunManifest, current: Settings): string[] {
  const now = settingsOfFolders(current, folders);
  // Runs of earlier versions lack newer settings; the analysis used what are the defaults now.
  const then = analysisSettingsSchema.parse(settings);
  const matters = (key: keyof AnalysisSettings) =>
    !NO_EFFECT.has(key) && (key !== 'seed' || isSampled(now));
  return ANALYSIS_KEYS.filter((key) => matters(key) && !isDeepStrictEqual(now[key], then[key]));
}
