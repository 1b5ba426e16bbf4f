/** Lists the images of an archive as if it were a folder. */
import { realpath } from 'node:fs/promises';
import { basename } from 'node:path';
import { archiveExtension, isArchive, isCompressedTar } from '../archives/archive-path';
import type { EntryTable } from '../archives/entry-table';
import { makeIndex } from '../archives/open-archives';
import { t } from '../text/translate';
import { UserError } from '../util/errors';
import { fsReason } from '../util/fs-errors';
import { yieldToEventLoop } from '../util/yield-to-event-loop';
import { type ImageFile, type ImageList, prefixOf } from './image-list';

/** A scan of folders, which decides about entries as about files. */
interface FolderScan {
  readonly images: ImageList;
  /** Real paths of the folders and archives that were read. */
  readonly visited: Set<string>;
  /** @param parent the folder that the folder lies in. */
  leavesFolderOut: (
    text: string,
    parent: { folder: number; path: string; name: string },
  ) => boolean;
  isImage: (text: string, file: ImageFile) => boolean;
  add: (image: ImageFile, entries: number) => void;
  fail: (image: { folder: number; name: string }, reason: string) => void;
}

interface Progress {
  signal?: AbortSignal | undefined;
  onFound?: ((images: number) => void) | undefined;
}

/** Whether a chosen path is scanned with `scanArchive`, which also says why it cannot be. */
export const isScannedArchive = (path: string): boolean => isArchive(path) || isCompressedTar(path);

/** Entries between two reports of progress. */
const REPORT = 10_000;

/**
 * @param folder index of the archive among the chosen folders.
 * @throws UserError where the archive cannot be read; the signal's reason.
 */
export async function scanArchive(
  folder: number,
  path: string,
  scan: FolderScan,
  { signal, onFound }: Progress,
): Promise<void> {
  signal?.throwIfAborted();
  let entries: EntryTable;
  try {
    const identity = await realpath(path, 'latin1');
    if (scan.visited.has(identity)) return;
    scan.visited.add(identity);
    if (archiveExtension(path) === undefined)
      throw new UserError(t('it is compressed as a whole: decompress it to a .tar file'));
    ({ entries } = await makeIndex(path, signal));
  } catch (error) {
    signal?.throwIfAborted();
    throw new UserError(t("cannot read the archive '{0}': {1}", path, fsReason(error)), {
      cause: error,
    });
  }
  const walk = new ArchiveWalk(folder, path, entries, scan);
  for (let row = 0; row < entries.length; row++) {
    walk.visit(row);
    if (row % REPORT !== 0) continue;
    onFound?.(scan.images.length);
    await yieldToEventLoop(signal);
  }
  for (const name of entries.replaced)
    if (walk.isImage(name))
      scan.fail({ folder, name }, t('a later entry of the archive has the same name'));
  onFound?.(scan.images.length);
}

/** Visits entries in their order, and each of their folders once. */
class ArchiveWalk {
  private readonly prefix: string;
  private readonly leftOut = new Set<string>();
  /** Folder of the last entry, and whether it or one above is left out. */
  private current = { name: '', parts: [] as string[], leftOutParts: Infinity };

  constructor(
    private readonly folder: number,
    private readonly path: string,
    private readonly entries: EntryTable,
    private readonly scan: FolderScan,
  ) {
    this.prefix = prefixOf(path);
  }

  visit(row: number): void {
    const { folder, scan, entries } = this;
    const name = entries.nameAt(row);
    if (!this.isImage(name)) return;
    const problem = entries.problemAt(row);
    if (problem?.isNoFile === true) scan.fail({ folder, name }, problem.reason);
    else scan.add({ folder, name, path: this.prefix + name }, entries.length);
  }

  isImage(name: string): boolean {
    const { folder } = this;
    if (this.isFolderLeftOut(name.slice(0, Math.max(0, name.lastIndexOf('/'))))) return false;
    return this.scan.isImage(basename(name), { folder, name, path: this.prefix + name });
  }

  private isFolderLeftOut(name: string): boolean {
    const before = this.current;
    if (name !== before.name) {
      const parts = name === '' ? [] : name.split('/');
      let shared = 0;
      while (shared < parts.length && parts[shared] === before.parts[shared]) shared += 1;
      let leftOutParts = before.leftOutParts <= shared ? before.leftOutParts : Infinity;
      for (let i = shared; i < parts.length && leftOutParts === Infinity; i++)
        if (this.leavesOut(parts[i]!, parts.slice(0, i).join('/'))) leftOutParts = i + 1;
      this.current = { name, parts, leftOutParts };
    }
    return this.current.leftOutParts !== Infinity;
  }

  private leavesOut(part: string, parent: string): boolean {
    // Entries whose names lead out of the archive are named as what they are.
    if (part === '..') return false;
    const { folder, path, leftOut, scan } = this;
    const name = `${parent}/${part}`;
    if (leftOut.has(name)) return true; // counted already
    if (!scan.leavesFolderOut(part, { folder, path, name: parent })) return false;
    leftOut.add(name);
    return true;
  }
}
