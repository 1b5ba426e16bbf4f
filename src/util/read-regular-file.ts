/**
 * Reads whole files that somebody else named: a setting of a workspace, an argument, a name found in a folder.
 *
 * Such a name may lead to a pipe that never gets data, a device or a file of `/proc` that never ends, or a sparse file of a
 * terabyte. Therefore the file is looked at through the descriptor that is read from, so that nobody can put another one in
 * its place in between; opening never waits; and no more is read than the file had when it was opened.
 */
import { closeSync, constants, fstatSync, openSync, readSync, type Stats } from 'node:fs';
import { open } from 'node:fs/promises';
import { codeOf, UserError } from '../errors';
import { megabytes } from '../text/sizes';

/** Windows has neither of the two. Without O_NONBLOCK, opening a named pipe waits for a writer. */
const { O_RDONLY, O_NONBLOCK, O_NOCTTY } = constants as typeof constants & Record<'O_NONBLOCK' | 'O_NOCTTY', number | undefined>;
const FLAGS = O_RDONLY | (O_NONBLOCK ?? 0) | (O_NOCTTY ?? 0);

/** Bytes read at a time where others are to be let through in between. */
const PIECE = 16 * 1024 * 1024;
/** Bytes Node.js reads in one call at most. */
const LONGEST_READ = 2 ** 30;

/**
 * The contents of a regular file, at once. Costs what open, fstat, read and close cost.
 * @param limit bytes it may have at most.
 * @throws UserError where it is no regular file, or larger; nothing is read then. The system's error where it cannot be opened
 *   or read.
 */
export function readRegularFileSync(path: string | Buffer, limit: number): Buffer {
  const descriptor = openNow(path);
  try {
    const bytes = Buffer.allocUnsafe(sizeOf(fstatSync(descriptor), limit));
    let length = 0;
    while (length < bytes.length) {
      const read = readSync(descriptor, bytes, length, Math.min(LONGEST_READ, bytes.length - length), null);
      if (read === 0) break; // it was cut short meanwhile
      length += read;
    }
    return length < bytes.length ? bytes.subarray(0, length) : bytes;
  } finally {
    closeSync(descriptor);
  }
}

/**
 * Likewise, without holding up the thread.
 * @throws the signal's reason where it is aborted, and what `readRegularFileSync` throws.
 */
export async function readRegularFile(path: string | Buffer, limit: number, signal?: AbortSignal): Promise<Buffer> {
  signal?.throwIfAborted();
  const handle = await open(path, FLAGS).catch((error: unknown) => {
    throw asRefusal(error);
  });
  try {
    const bytes = Buffer.allocUnsafe(sizeOf(await handle.stat(), limit));
    let length = 0;
    while (length < bytes.length) {
      signal?.throwIfAborted();
      const { bytesRead } = await handle.read(bytes, length, Math.min(PIECE, bytes.length - length), null);
      if (bytesRead === 0) break; // likewise
      length += bytesRead;
    }
    return length < bytes.length ? bytes.subarray(0, length) : bytes;
  } finally {
    await handle.close();
  }
}

/** @throws UserError where an open file is not to be read. */
function sizeOf(stats: Stats, limit: number): number {
  if (!stats.isFile()) throw new UserError(`it is ${kindOf(stats)}: expected a regular file`);
  if (stats.size > limit) throw new UserError(`it has ${megabytes(stats.size)}: expected at most ${megabytes(limit)}`);
  return stats.size;
}

function kindOf(stats: Stats): string {
  if (stats.isDirectory()) return 'a folder';
  if (stats.isFIFO()) return 'a pipe';
  if (stats.isSocket()) return 'a socket';
  return 'a device';
}

function openNow(path: string | Buffer): number {
  try {
    return openSync(path, FLAGS);
  } catch (error) {
    throw asRefusal(error);
  }
}

/** Some of what is no file cannot even be opened: sockets, devices without a driver, and on Windows folders. */
function asRefusal(error: unknown): unknown {
  const kinds: Record<string, string> = {
    ENXIO: 'a socket, or a device that is not there',
    ENODEV: 'a device that is not there',
    EISDIR: 'a folder',
  };
  const kind = kinds[codeOf(error) ?? ''];
  return kind === undefined ? error : new UserError(`it is ${kind}: expected a regular file`, { cause: error });
}
