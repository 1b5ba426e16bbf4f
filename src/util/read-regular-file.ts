/**
 * Reads whole files whose names come from elsewhere: a workspace setting, an argument, a name found
 * in a folder.
 *
 * Such a name may lead to a pipe that never gets data, to a device or a file of `/proc` that never
 * ends, or to a sparse file of a terabyte. Therefore opening never blocks, the check is made on the
 * open descriptor (so that the file cannot be replaced in between), and no more is read than the
 * size of the file when it was opened.
 */
import { closeSync, constants, fstatSync, openSync, readSync, type Stats } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { megabytes } from '../text/sizes';
import { t } from '../text/translate';
import { codeOf, UserError } from './errors';

/** Windows has neither flag. Without O_NONBLOCK, opening a named pipe waits for a writer. */
const flags: Partial<Record<string, number>> = constants;
const FLAGS = constants.O_RDONLY | (flags.O_NONBLOCK ?? 0) | (flags.O_NOCTTY ?? 0);

/** Bytes read at a time by the asynchronous variant. */
const PIECE = 16 * 1024 * 1024;
/** Most bytes of one read: Node.js allows 2 GiB. */
const LONGEST_READ = 2 ** 30;

/**
 * The contents of a regular file, synchronously. Costs open, fstat, read and close.
 * @param limit largest size in bytes.
 * @throws UserError if it is not a regular file, or is larger (nothing is read then), with a
 * message like 'it is a pipe: expected
 * a regular file'; a system error if it cannot be opened or read.
 */
export function readRegularFileSync(path: string | Buffer, limit: number): Buffer {
  const descriptor = openNow(path);
  try {
    const bytes = Buffer.allocUnsafe(sizeOf(fstatSync(descriptor), limit));
    let length = 0;
    while (length < bytes.length) {
      const read = readSync(
        descriptor,
        bytes,
        length,
        Math.min(LONGEST_READ, bytes.length - length),
        null,
      );
      if (read === 0) break; // the file was truncated meanwhile
      length += read;
    }
    return length < bytes.length ? bytes.subarray(0, length) : bytes;
  } finally {
    closeSync(descriptor);
  }
}

/**
 * Like `readRegularFileSync`, without blocking the thread.
 * @throws also the signal's reason if it is aborted.
 */
export async function readRegularFile(
  path: string | Buffer,
  limit: number,
  signal?: AbortSignal,
): Promise<Buffer> {
  signal?.throwIfAborted();
  const handle = await openLater(path);
  try {
    const bytes = Buffer.allocUnsafe(sizeOf(await handle.stat(), limit));
    let length = 0;
    while (length < bytes.length) {
      signal?.throwIfAborted();
      const { bytesRead } = await handle.read(
        bytes,
        length,
        Math.min(PIECE, bytes.length - length),
        null,
      );
      if (bytesRead === 0) break; // truncated
      length += bytesRead;
    }
    return length < bytes.length ? bytes.subarray(0, length) : bytes;
  } finally {
    await handle.close();
  }
}

/**
 * Like `readRegularFile`, piece by piece: the file is not held in memory.
 * @param size longest piece, in bytes.
 */
export async function* regularFilePieces(
  path: string | Buffer,
  { limit, size }: { limit: number; size: number },
  signal?: AbortSignal,
): AsyncGenerator<Buffer, void, undefined> {
  signal?.throwIfAborted();
  const handle = await openLater(path);
  try {
    let left = sizeOf(await handle.stat(), limit);
    while (left > 0) {
      signal?.throwIfAborted();
      const piece = Buffer.allocUnsafeSlow(Math.min(size, left));
      const { bytesRead } = await handle.read(piece, 0, piece.length, null);
      if (bytesRead === 0) break; // truncated
      left -= bytesRead;
      yield piece.subarray(0, bytesRead);
    }
  } finally {
    await handle.close();
  }
}

/** @throws UserError if something of `size` bytes is larger than `limit`. */
export function checkSize(size: number, limit: number): void {
  if (size > limit)
    throw new UserError(t('it has {0}: expected at most {1}', megabytes(size), megabytes(limit)));
}

/** @throws UserError if an open file must not be read. */
function sizeOf(stats: Stats, limit: number): number {
  if (!stats.isFile()) throw new UserError(t('it is {0}: expected a regular file', kindOf(stats)));
  checkSize(stats.size, limit);
  return stats.size;
}

function kindOf(stats: Stats): string {
  if (stats.isDirectory()) return t('a folder');
  if (stats.isFIFO()) return t('a pipe');
  if (stats.isSocket()) return t('a socket');
  return t('a device');
}

/**
 * Opens a file that is meant to be regular; see `readRegularFileSync`. The caller closes it.
 * @throws UserError if it is no regular file; a system error if it cannot be opened.
 */
export function openRegularSync(path: string): { descriptor: number; stats: Stats } {
  const descriptor = openNow(path);
  try {
    const stats = fstatSync(descriptor);
    sizeOf(stats, Infinity);
    return { descriptor, stats };
  } catch (error) {
    closeSync(descriptor);
    throw error;
  }
}

function openLater(path: string | Buffer): Promise<FileHandle> {
  return open(path, FLAGS).catch((error: unknown) => {
    throw asRefusal(error);
  });
}

function openNow(path: string | Buffer): number {
  try {
    return openSync(path, FLAGS);
  } catch (error) {
    throw asRefusal(error);
  }
}

/** Sockets, devices without a driver, and folders on Windows cannot even be opened. */
function asRefusal(error: unknown): unknown {
  const kinds: Record<string, string> = {
    ENXIO: t('a socket, or a device that is not there'),
    ENODEV: t('a device that is not there'),
    EISDIR: t('a folder'),
  };
  const kind = kinds[codeOf(error) ?? ''];
  return kind === undefined
    ? error
    : new UserError(t('it is {0}: expected a regular file', kind), { cause: error });
}
