/**
 * Paths of archives, and of the entries in them. The path of an entry is that of the archive, a
 * separator and the entry's name, as if the archive were a folder:
 * `/data/img_align_celeba.zip/img_align_celeba/000001.jpg`.
 */
import { type Stats, statSync } from 'node:fs';
import { extname, sep } from 'node:path';

/** Kinds of archives, by the extensions of their files. */
const ARCHIVE_EXTENSIONS = ['.zip', '.tar', '.parquet'] as const;
export type ArchiveExtension = (typeof ARCHIVE_EXTENSIONS)[number];

/** Archives that are compressed as a whole: an entry cannot be read without all before it. */
const COMPRESSED_TAR = /\.(?:tar\.(?:gz|bz2|xz|zst|lz4)|t(?:gz|bz2?|xz|zst))$/i;

export const isCompressedTar = (path: string): boolean =>
  COMPRESSED_TAR.test(path) && regularFile(path) !== undefined;

/** Extension of an archive, in lower case; undefined for other paths. */
export function archiveExtension(path: string): ArchiveExtension | undefined {
  const extension = extname(path).toLowerCase();
  return ARCHIVE_EXTENSIONS.find((each) => each === extension);
}

/** Whether a path is that of an archive: a regular file, with one of the extensions. */
export function isArchive(path: string): boolean {
  return archiveExtension(path) !== undefined && regularFile(path) !== undefined;
}

export interface EntryPlace {
  /** Path of the archive. */
  archive: string;
  /** Of the archive's file. */
  stats: Stats;
  /** Name of the entry, with `/` between its parts. */
  name: string;
}

/** The end of a part of a path that may be an archive. */
const PART = sep === '/' ? /\.(?:zip|tar|parquet)\//gi : /\.(?:zip|tar|parquet)[\\/]/gi;

/**
 * Where an entry of an archive lies; undefined for the path of an ordinary file, for which the disk
 * is not asked unless a folder has the name of an archive.
 */
export function entryPlace(path: string | Buffer): EntryPlace | undefined {
  if (typeof path !== 'string') return undefined;
  PART.lastIndex = 0;
  while (PART.test(path)) {
    const end = PART.lastIndex - 1;
    const archive = path.slice(0, end);
    const stats = regularFile(archive);
    if (stats === undefined) continue;
    const name = path.slice(end + 1);
    return { archive, stats, name: sep === '/' ? name : name.replaceAll(sep, '/') };
  }
  return undefined;
}

function regularFile(path: string): Stats | undefined {
  try {
    const stats = statSync(path, { throwIfNoEntry: false });
    return stats?.isFile() === true ? stats : undefined;
  } catch {
    return undefined; // whoever opens the path gets the error
  }
}
