/** What a scan left out, in words. */
import type { LeftOut } from '../domain/run';
import { forName } from '../text/neutralize';
import { count, plural } from '../text/numbers';
import { t } from '../text/translate';

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
      ? [t('{0} of other kinds not read: {1}{2}', plural(files, 'file'), named.join(', '), more)]
      : []),
    ...(excluded > 0
      ? [t('{0} left out by the settings include and exclude', plural(excluded, 'image'))]
      : []),
    ...(hidden > 0 ? [t('{0} not read', plural(hidden, 'hidden image'))] : []),
    ...(exported > 0 ? [t('{0} of earlier exports left out', plural(exported, 'picture'))] : []),
    ...(links > 0
      ? [t('{0} of the same files, by links, left out', plural(links, 'further name'))]
      : []),
  ];
}

/** The folders that were left out by their names; undefined if there are none. */
export function leftOutFolders({ folders }: LeftOut): string | undefined {
  if (folders.count === 0) return undefined;
  const more = folders.count > folders.names.length ? ', …' : '';
  return t(
    '{0} left out: {1}{2}',
    plural(folders.count, 'folder'),
    folders.names.map(forName).join(', '),
    more,
  );
}
