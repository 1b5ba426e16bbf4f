/** Reads entries of archives by their paths. */
import type { Stats } from 'node:fs';
import { t } from '../text/translate';
import { UserError } from '../util/errors';
import { ArchiveFile } from './archive-file';
import type { ArchiveIndex } from './archive-index';
import type { EntryPlace } from './archive-path';
import { indexAt, indexOf } from './open-archives';

/**
 * The content of an entry.
 * @param limit its maximum size, in bytes.
 * @throws UserError saying why it cannot be read; an error with the code `ENOENT` where the archive
 * holds no such entry any more; a system error.
 */
export async function readEntry(
  { archive, name }: EntryPlace,
  limit: number,
  { ahead }: { ahead: boolean },
): Promise<Buffer> {
  using file = ArchiveFile.open(archive);
  const index = indexOf(archive, file);
  const row = rowOf(index, name);
  const problem = index.entries.problemAt(row);
  if (problem !== undefined) throw new UserError(problem.reason);
  if (ahead && index.entries.sizeAt(row) <= limit) {
    const { position, length } = index.rangeOf(row);
    await file.prefetch(position, length);
  }
  return index.read(file, row, limit);
}

/**
 * The size of an entry, with the times of the archive's file. Like a file of a file system without
 * numbers of files, it has the number 0: that of the archive would make all entries one file.
 * @throws like `readEntry`.
 */
export function entryStats({
  archive,
  name,
  stats,
}: EntryPlace): Pick<Stats, 'size' | 'mtimeMs' | 'ctimeMs' | 'ino' | 'nlink'> {
  const { entries } = indexAt(archive, stats);
  const { mtimeMs, ctimeMs } = stats;
  return { size: entries.sizeAt(rowOf({ entries }, name)), mtimeMs, ctimeMs, ino: 0, nlink: 1 };
}

function rowOf({ entries }: Pick<ArchiveIndex, 'entries'>, name: string): number {
  const row = entries.find(name);
  if (row >= 0) return row;
  throw Object.assign(new Error(t("the archive holds no '{0}'", name)), { code: 'ENOENT' });
}
