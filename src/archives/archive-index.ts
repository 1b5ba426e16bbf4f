import type { ArchiveFile } from './archive-file';
import type { EntryTable } from './entry-table';

/** Where the entries of an archive lie, and how they are read. */
export interface ArchiveIndex {
  readonly entries: EntryTable;
  /** Part of the archive's file that is read for an entry, or most of it. */
  rangeOf: (row: number) => { position: number; length: number };
  /**
   * The content of an entry.
   * @param limit its maximum size, in bytes.
   * @throws UserError saying why it cannot be read.
   */
  read: (file: ArchiveFile, row: number, limit: number) => Buffer;
}

/** Makes the index step by step, so that other work can be done between the steps. */
export type Indexing = Generator<undefined, ArchiveIndex>;
