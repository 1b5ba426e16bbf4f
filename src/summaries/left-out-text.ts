/** What a scan left out, in words. */
import type { LeftOut } from '../domain/run';
import { forName } from '../text/neutralize';
import { count, plural } from '../text/numbers';

/** Kinds that are named, at most. */
const MAX_KINDS = 6;

/** One sentence for each reason; without the folders, which `leftOutFolders` names. */
export function leftOutLines({ unread, hidden, exported, excluded, links }: LeftOut): string[] {
  const kinds = Object.entries(unread).sort(([, a], [, b]) => b - a);
  const files = kinds.reduce((sum, [, number]) => sum + number, 0);
  const named = kinds.slice(0, MAX_KINDS).map(([kind, number]) => `${count(number)} ${kind}`);
  const more = kinds.length > MAX_KINDS ? ', …' : '';
  return [
    ...(files > 0
      ? [`${plural(files, 'file')} of other kinds not read: ${named.join(', ')}${more}`]
      : []),
    ...(excluded > 0
      ? [`${plural(excluded, 'image')} left out by the settings include and exclude`]
      : []),
    ...(hidden > 0 ? [`${plural(hidden, 'hidden image')} not read`] : []),
    ...(exported > 0 ? [`${plural(exported, 'picture')} of earlier exports left out`] : []),
    ...(links > 0
      ? [`${plural(links, 'further name')} of the same files, by links, left out`]
      : []),
  ];
}

/** The folders that were left out by their names; undefined if there are none. */
export function leftOutFolders({ folders }: LeftOut): string | undefined {
  if (folders.count === 0) return undefined;
  const more = folders.count > folders.names.length ? ', …' : '';
  return `${plural(folders.count, 'folder')} left out: ${folders.names.map(forName).join(', ')}${more}`;
}
