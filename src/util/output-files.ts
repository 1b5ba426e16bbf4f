/** The files of an output in a folder of the user, and which of them are the program's own. */
import type { BigIntStats } from 'node:fs';
import { join } from 'node:path';
import { shortPath } from '../text/short-path';
import { t } from '../text/translate';
import { UserError } from './errors';
import { type Found, findFile, MARKER, type OwnFile, readMarker } from './export-marker';
import { folderOf, statOf, whatInstead } from './user-files';

/** The files that one part of the program writes. */
export interface OutputKind {
  /** `by` in the marker. */
  name: string;
  /** Names it may write, with `/` between folders. Other names in a marker are ignored. */
  names: RegExp;
}

/** Names that belong to files the program did not write, including the marker's own. */
export async function foreignIn(
  root: string,
  kind: OutputKind,
  names: readonly string[],
): Promise<string[]> {
  const marker = await readMarker(root);
  const found = await findFiles(root, kind, names, marker ?? []);
  const foreign = [...found].filter(([, file]) => file.kind === 'foreign').map(([name]) => name);
  const isMarkerForeign = marker === undefined && (await statOf(join(root, MARKER))) !== undefined;
  return isMarkerForeign ? [...foreign, MARKER] : foreign;
}

export async function findFiles(
  root: string,
  kind: OutputKind,
  names: readonly string[],
  marker: readonly OwnFile[],
): Promise<Map<string, Found>> {
  const own = marker.filter(({ name }) => kind.names.test(name));
  const found = new Map<string, Found>();
  for (const name of names) {
    const file = await findOwn(root, name, own);
    if (file.kind !== 'nothing' && !isReplaceable(file.stats)) {
      throw new UserError(
        t(
          "'{0}' {1}: expected a file or nothing",
          shortPath(join(root, name)),
          whatInstead(file.stats),
        ),
      );
    }
    found.set(name, file);
  }
  return found;
}

/** A symbolic link is replaced itself, not the file it leads to. */
const isReplaceable = (stats: BigIntStats) => stats.isFile() || stats.isSymbolicLink();

export async function findOwn(root: string, name: string, own: readonly OwnFile[]): Promise<Found> {
  const folder = await folderOf(root, name, false);
  if (folder === undefined) return { kind: 'nothing' };
  return findFile(
    join(folder, name.split('/').pop()!),
    own.filter((file) => file.name === name),
  );
}
