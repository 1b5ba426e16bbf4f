/** Lists the images of an archive as if it were a folder. */
import { realpath } from 'node:fs/promises';
import { extname } from 'node:path';
import { archiveExtension, isArchive, isCompressedTar } from '../archives/archive-path';
import type { EntryTable } from '../archives/entry-table';
import { makeIndex } from '../archives/open-archives';
import type { Failure } from '../domain/run';
import { UserError } from '../util/errors';
import { fsReason } from '../util/fs-errors';
import { yieldToEventLoop } from '../util/yield-to-event-loop';
import { IMAGE_EXTENSIONS } from './image-extensions';
import { type ImageFile, type ImageList, prefixOf } from './image-list';

/** Where the scan of a folder or an archive notes what it finds. */
export interface Scan {
  images: ImageList;
  failures: Failure[];
  /** Real paths of the folders and archives that were read. */
  visited: Set<string>;
  /** Whether a file or a folder of a name is left out. */
  isSkipped: (name: string) => boolean;
  signal: AbortSignal | undefined;
  onFound: ((images: number) => void) | undefined;
  onFirst: ((image: ImageFile, entries: number) => void) | undefined;
}

/** Whether a chosen path is scanned with `scanArchive`, which also says why it cannot be. */
export const isScannedArchive = (path: string): boolean => isArchive(path) || isCompressedTar(path);

/** Images between two reports of progress. */
const REPORT = 10_000;

/**
 * @param folder index of the archive among the chosen folders.
 * @throws UserError where the archive cannot be read; the signal's reason.
 */
export async function scanArchive(folder: number, path: string, scan: Scan): Promise<void> {
  scan.signal?.throwIfAborted();
  let entries: EntryTable;
  try {
    const identity = await realpath(path, 'latin1');
    if (scan.visited.has(identity)) return;
    scan.visited.add(identity);
    if (archiveExtension(path) === undefined)
      throw new UserError('it is compressed as a whole: decompress it to a .tar file');
    ({ entries } = await makeIndex(path, scan.signal));
  } catch (error) {
    scan.signal?.throwIfAborted();
    throw new UserError(`cannot read the archive '${path}': ${fsReason(error)}`, { cause: error });
  }
  await addEntries(folder, path, entries, scan);
}

async function addEntries(
  folder: number,
  path: string,
  entries: EntryTable,
  { images, failures, isSkipped, signal, onFound, onFirst }: Scan,
): Promise<void> {
  const prefix = prefixOf(path);
  const isImage = (name: string) =>
    IMAGE_EXTENSIONS.has(extname(name).toLowerCase()) &&
    !name.split('/').some((part) => part !== '..' && isSkipped(part));
  for (let row = 0; row < entries.length; row++) {
    const name = entries.nameAt(row);
    const problem = entries.problemAt(row);
    if (!isImage(name)) continue;
    if (problem?.isNoFile === true) {
      failures.push({ image: name, reason: problem.reason });
      continue;
    }
    const image = { folder, name, path: prefix + name };
    images.push(image);
    if (images.length === 1) onFirst?.(image, entries.length);
    if (images.length % REPORT === 0) {
      onFound?.(images.length);
      await yieldToEventLoop(signal);
    }
  }
  for (const name of entries.replaced.filter(isImage))
    failures.push({ image: name, reason: 'a later entry of the archive has the same name' });
  onFound?.(images.length);
}
