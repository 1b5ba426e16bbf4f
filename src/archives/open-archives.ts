/** Indexes of the archives that were used last. Their files are open only while they are read. */
import type { Stats } from 'node:fs';
import { yieldToEventLoop } from '../util/yield-to-event-loop';
import { ArchiveFile } from './archive-file';
import type { ArchiveIndex, Indexing } from './archive-index';
import { archiveExtension, type ArchiveExtension } from './archive-path';
import { indexParquet } from './parquet-index';
import { indexTar } from './tar-index';
import { indexZip } from './zip-index';

const INDEXINGS: Record<ArchiveExtension, (file: ArchiveFile) => Indexing> = {
  '.zip': indexZip,
  '.tar': indexTar,
  '.parquet': indexParquet,
};

/** Archives whose indexes are kept, at most, and the entries of all of them. */
const MAX_ARCHIVES = 8;
const MAX_KEPT_ENTRIES = 2_000_000;

interface Kept {
  index: ArchiveIndex;
  /** Of the archive's file when it was indexed. */
  stats: Stats;
}

/** By the archive's path; the one that was used last comes last. */
const kept = new Map<string, Kept>();

/**
 * The index of an archive that is kept, if the file is still the same.
 * @param stats of the file now.
 */
function keptIndex(path: string, stats: Stats): ArchiveIndex | undefined {
  const found = kept.get(path);
  if (found === undefined) return undefined;
  kept.delete(path);
  if (!isSameFile(found.stats, stats)) return undefined;
  kept.set(path, found);
  return found.index;
}

/**
 * The index of an open archive.
 * @throws UserError saying why it cannot be read.
 */
export function indexOf(path: string, file: ArchiveFile): ArchiveIndex {
  const known = keptIndex(path, file.stats);
  if (known !== undefined) return known;
  const indexing = start(path, file);
  let step = indexing.next();
  while (step.done !== true) step = indexing.next();
  return keep(path, file.stats, step.value);
}

/**
 * Like `indexOf`, without blocking the thread.
 * @throws also the signal's reason.
 */
export async function makeIndex(path: string, signal?: AbortSignal): Promise<ArchiveIndex> {
  using file = ArchiveFile.open(path);
  const known = keptIndex(path, file.stats);
  if (known !== undefined) return known;
  const indexing = start(path, file);
  let step = indexing.next();
  while (step.done !== true) {
    await yieldToEventLoop(signal);
    step = indexing.next();
  }
  return keep(path, file.stats, step.value);
}

/** The kept index of an archive, or that of its file. */
export function indexAt(path: string, stats: Stats): ArchiveIndex {
  const known = keptIndex(path, stats);
  if (known !== undefined) return known;
  using file = ArchiveFile.open(path);
  return indexOf(path, file);
}

function start(path: string, file: ArchiveFile): Indexing {
  const extension = archiveExtension(path);
  if (extension === undefined) throw new RangeError(`expected an archive, got '${path}'`);
  return INDEXINGS[extension](file);
}

function keep(path: string, stats: Stats, index: ArchiveIndex): ArchiveIndex {
  kept.set(path, { index, stats });
  const entries = () => {
    const lengths = Array.from(kept.values(), (each) => each.index.entries.length);
    return lengths.reduce((sum, length) => sum + length, 0);
  };
  while (kept.size > MAX_ARCHIVES || (kept.size > 1 && entries() > MAX_KEPT_ENTRIES)) {
    const [oldest] = kept.keys();
    kept.delete(oldest!);
  }
  return index;
}

const isSameFile = (a: Stats, b: Stats): boolean =>
  a.size === b.size &&
  a.mtimeMs === b.mtimeMs &&
  a.ctimeMs === b.ctimeMs &&
  a.ino === b.ino &&
  a.dev === b.dev;
