/**
 * Unpacks a .zip file from elsewhere into a folder. Nothing is taken from it but what is expected,
 * so that no name leads out of the folder, and nothing is larger than it may be. Entries go to the
 * disk piece by piece: they may be larger than the memory.
 */
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createInflateRaw } from 'node:zlib';
import { forName } from '../text/neutralize';
import { count } from '../text/numbers';
import { megabytes } from '../text/sizes';
import { t } from '../text/translate';
import { crc32 } from '../util/crc32';
import { codeOf, UserError } from '../util/errors';
import { freeSpace } from '../util/free-space';
import { PRIVATE_FILE } from '../util/private-files';
import { ArchiveFile } from './archive-file';
import type { ArchiveIndex } from './archive-index';
import type { Entry } from './entry-table';
import { findDirectory } from './zip-directory';
import { dataPosition, STORED } from './zip-entry';
import { indexZip } from './zip-index';

/** Bytes read at a time. */
const PIECE = 1 << 20;
/** How many times as large as the file its content may be. */
const MAX_RATIO = 100;
/** Content that no ratio is asked of, in bytes: of small files. */
const FREE_BYTES = 50_000_000;
/** Space that is left on the disk, in bytes. */
const RESERVE = 100_000_000;

/**
 * @param limits largest size of each entry that may be there, by its name without folders.
 * @param folder an existing one, for new files.
 * @throws UserError saying what is wrong with the file; a system error; the signal's reason.
 */
export async function unpackZip(
  path: string,
  folder: string,
  { limits, signal }: { limits: ReadonlyMap<string, number>; signal: AbortSignal },
): Promise<void> {
  using file = ArchiveFile.open(path);
  const { entries: found } = findDirectory(file);
  if (found > limits.size)
    throw new UserError(
      t('it has {0} entries: expected at most {1}', count(found), count(limits.size)),
    );
  const { entries } = wholeIndex(file);
  const [twice] = entries.replaced;
  if (twice !== undefined) throw new UserError(t("it holds '{0}' twice", forName(twice)));
  const all = Array.from({ length: entries.length }, (_, row) => entries.at(row));
  for (const [row, entry] of all.entries()) {
    const problem = entries.problemAt(row);
    if (problem !== undefined)
      throw new UserError(t("'{0}' {1}", forName(entry.name), problem.reason));
    checkEntry(entry, limits);
  }
  checkTotal(all, file.size, folder);
  for (const entry of all) await unpackEntry(file, entry, join(folder, entry.name), signal);
}

function wholeIndex(file: ArchiveFile): ArchiveIndex {
  const indexing = indexZip(file);
  let step = indexing.next();
  while (step.done !== true) step = indexing.next();
  return step.value;
}

function checkEntry({ name, size }: Entry, limits: ReadonlyMap<string, number>): void {
  const limit = limits.get(name);
  if (limit === undefined)
    throw new UserError(t("it holds '{0}', which is unexpected", forName(name)));
  if (size > limit)
    throw new UserError(
      t("'{0}' takes {1}: expected at most {2}", name, megabytes(size), megabytes(limit)),
    );
}

function checkTotal(all: readonly Entry[], fileSize: number, folder: string): void {
  const total = all.reduce((sum, { size }) => sum + size, 0);
  const most = Math.max(FREE_BYTES, MAX_RATIO * fileSize);
  if (total > most)
    throw new UserError(
      t(
        'it would take {0}, more than {1} times its size: expected at most {2}',
        megabytes(total),
        MAX_RATIO,
        megabytes(most),
      ),
    );
  const free = freeSpace(folder);
  if (total + RESERVE > free)
    throw new UserError(
      t("it needs {0} in '{1}', but {2} are free", megabytes(total), folder, megabytes(free)),
    );
}

/** @param path of the new file. */
async function unpackEntry(
  file: ArchiveFile,
  entry: Entry,
  path: string,
  signal: AbortSignal,
): Promise<void> {
  const source = Readable.from(pieces(file, dataPosition(file, entry), entry.stored));
  const target = createWriteStream(path, { flags: 'wx', mode: PRIVATE_FILE });
  const check = checking(entry);
  try {
    if (entry.method === STORED) await pipeline(source, check, target, { signal });
    else await pipeline(source, createInflateRaw(), check, target, { signal });
  } catch (error) {
    if (codeOf(error)?.startsWith('Z_') !== true) throw error;
    throw new UserError(t("'{0}' is damaged: its compressed data are invalid", entry.name), {
      cause: error,
    });
  }
}

function* pieces(file: ArchiveFile, start: number, length: number): Generator<Buffer> {
  for (let at = 0; at < length; at += PIECE)
    yield file.read(start + at, Math.min(PIECE, length - at));
}

/** Passes the content of an entry on, no more of it than its size. @throws UserError. */
const checking = ({ name, size, crc }: Entry) =>
  async function* (source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    let [length, sum] = [0, 0];
    for await (const piece of source) {
      length += piece.length;
      if (length > size) throw otherSize(name, 'more', size);
      sum = crc32(piece, sum);
      yield piece;
    }
    if (length !== size) throw otherSize(name, count(length), size);
    if (sum !== crc)
      throw new UserError(
        t("'{0}' is damaged: its checksum (CRC-32) is not that of its content", name),
      );
  };

const otherSize = (name: string, got: string, expected: number) =>
  new UserError(t("'{0}' is damaged: expected {1} bytes, got {2}", name, count(expected), got));
