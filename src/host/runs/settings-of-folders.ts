/** The settings of an analysis of folders, of which single ones may have numbers of their own. */
import { type AnalysisSettings, analysisSettings, type Settings } from '../../domain/settings';

/**
 * With a number for one of the folders, `limit` and `sample` are of each folder: those without one
 * take the setting for all.
 * @param folders absolute paths.
 */
export function settingsOfFolders(
  settings: Settings,
  folders: readonly string[],
): AnalysisSettings {
  const { limitByFolder, sampleByFolder } = settings;
  const analysis = analysisSettings(settings);
  return {
    ...analysis,
    limit: countsOf(analysis.limit, limitByFolder, folders),
    sample: countsOf(analysis.sample, sampleByFolder, folders),
  };
}

function countsOf(
  count: number | number[],
  byFolder: Readonly<Record<string, number>>,
  folders: readonly string[],
): number | number[] {
  const named = Object.entries(byFolder).map(([name, own]) => [partsOf(name), own] as const);
  // Of several names that fit, the longest is meant.
  named.sort(([a], [b]) => b.length - a.length);
  const own = folders.map((folder) => named.find(([name]) => isEndOf(name, partsOf(folder)))?.[1]);
  if (own.every((each) => each === undefined)) return count;
  return own.map((each, i) => each ?? (typeof count === 'number' ? count : (count[i] ?? 0)));
}

const partsOf = (path: string): string[] =>
  path.split(/[\\/]+/).filter((part) => part !== '' && part !== '.');

const isEndOf = (end: readonly string[], path: readonly string[]): boolean =>
  end.length > 0 &&
  end.length <= path.length &&
  end.every((part, i) => part === path[path.length - end.length + i]);
