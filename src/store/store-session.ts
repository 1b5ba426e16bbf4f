/**
 * A store that this process has open: its tables, its mark in the folder, the jobs that use it, and
 * what happens when LMDB or the disk fails.
 */
import type { Database } from 'lmdb';
import { t } from '../text/translate';
import { messageOf } from '../util/errors';
import { freeSpace } from '../util/free-space';
import { isDiskFailure, isLmdbError } from './lmdb-errors';
import { restoreFolder } from './store-folder';
import { StoreMark } from './store-marks';
import { checkTables, closeTables, openTables, type StoreTables } from './store-tables';

/**
 * Bytes that stay free on the disk. LMDB does not survive a full disk everywhere: it ends the
 * process if the disk fills up while it records its free pages, or if there is no room for the lock
 * file it has mapped.
 */
const MIN_FREE_BYTES = 8 << 20;

/**
 * Sessions that this process has open. LMDB would close them when the process ends, but without the
 * lock.
 */
const openSessions = new Set<StoreSession>();
process.once('exit', () => {
  for (const session of openSessions) session.close();
});

export class StoreSession {
  /** Why the store can no longer be used, for people; undefined while all is well. */
  problem: string | undefined;

  /** Number of jobs that use the store. */
  private users = 0;
  /** Whether the last job that uses the store closes it. */
  private isRetired = false;
  private isOpen = true;
  /** Whether LMDB reported damage. Nothing is read from then on. */
  private isDamaged = false;

  private constructor(
    readonly folder: string,
    private openedTables: StoreTables,
    /**
     * In the folder while the store is used: if this process dies meanwhile, the store may be the
     * cause.
     */
    private mark: StoreMark | undefined,
    /** Why the store was recreated, for people; undefined where it was not. */
    readonly recreationReason: string | undefined,
  ) {}

  /** @throws errors of LMDB and of the file system; LayoutError. */
  static open(folder: string, mark: StoreMark, recreationReason: string | undefined): StoreSession {
    const tables = openTables(folder);
    try {
      checkTables(tables);
      const session = new StoreSession(folder, tables, mark, recreationReason);
      openSessions.add(session);
      return session;
    } catch (error) {
      closeTables(folder, tables);
      throw error;
    }
  }

  /** The open tables. They are replaced when the store is reopened. */
  get tables(): StoreTables {
    return this.openedTables;
  }

  // ------------------------------------------------------------------------------------- lifecycle

  /**
   * Counts a job that uses the store, until `endUse`.
   * @throws an error of the file system where the folder cannot be written.
   */
  beginUse(): void {
    if (restoreFolder(this.folder) && this.isOpen) this.reopen();
    this.mark ??= StoreMark.create(this.folder, { isSuspect: false, strikes: 0 });
    this.users += 1;
  }

  /**
   * Ends what `beginUse` began. The store stays open, but without a mark: if the process dies from
   * here on, the store is not the cause.
   */
  endUse(): void {
    this.users -= 1;
    if (this.users > 0) return;
    this.removeMark();
    if (this.isRetired) this.close();
  }

  /** Closes the store as soon as no job uses it. */
  retire(): void {
    this.isRetired = true;
    if (this.users === 0) this.close();
  }

  /**
   * Releases memory by reopening the environments. The kernel maps the pages around each page that
   * LMDB reads, until all of the file counts as memory of this process. Takes a millisecond.
   */
  unmap(): void {
    if (this.problem === undefined && this.isOpen) this.reopen();
  }

  close(): void {
    openSessions.delete(this);
    if (this.isOpen) closeTables(this.folder, this.openedTables);
    this.isOpen = false;
    this.removeMark();
  }

  private removeMark(): void {
    this.mark?.remove();
    this.mark = undefined;
  }

  /** @returns whether the store is open again. */
  private reopen(): boolean {
    try {
      this.inside((tables) => {
        closeTables(this.folder, tables);
        this.isOpen = false;
        this.openedTables = openTables(this.folder);
        this.isOpen = true;
      });
    } catch (error) {
      this.problem = t(
        "the store in '{0}' cannot be reopened ({1})",
        this.folder,
        messageOf(error),
      );
    }
    return this.isOpen;
  }

  // ------------------------------------------------------------------------- reading and writing

  /**
   * A value of one of `tables`; undefined where there is none, or where it cannot be read. A
   * damaged page may yield a value of any type: callers check it.
   */
  get<Value, Key extends string | number | Buffer | (string | number)[]>(
    table: Database<Value, Key>,
    key: Key,
  ): Value | undefined {
    if (!this.isOpen || this.isDamaged) return undefined;
    try {
      // A closure for each value would double the time that this takes.
      if (this.mark?.isCareful !== true) return table.get(key);
      return this.mark.inside(() => table.get(key));
    } catch (error) {
      this.handleReadError(error);
      return undefined;
    }
  }

  /** @returns what `action` returns; undefined where the store cannot be read. */
  read<T>(action: (tables: StoreTables) => T): T | undefined {
    if (!this.isOpen || this.isDamaged) return undefined;
    try {
      return this.inside(action);
    } catch (error) {
      this.handleReadError(error);
      return undefined;
    }
  }

  /**
   * Values that cannot be decoded count as absent. Once LMDB itself reports an error, nothing more
   * is read.
   */
  private handleReadError(error: unknown): void {
    if (!isLmdbError(error)) return;
    this.isDamaged = true;
    this.problem ??= t('it is damaged ({0})', messageOf(error));
    this.mark?.fail();
  }

  /**
   * Runs transactions, which are committed synchronously: a failure is thrown inside `action`, and
   * writing a few images takes less than a millisecond. Never throws; sets `problem` instead.
   * @param action is run a second time where LMDB fails.
   * @param bytes that are written, approximately.
   */
  write(action: (tables: StoreTables) => void, bytes = 0): void {
    if (this.problem !== undefined || !this.isOpen) return;
    try {
      assertSpace(this.folder, bytes);
      try {
        this.inside(action);
      } catch (error) {
        if (isDiskFailure(error)) throw error;
        // LMDB was seen to corrupt its list of free pages in memory, about once in some million
        // images. Reopening makes it read the list again.
        if (this.reopen()) this.inside(action);
      }
    } catch (error) {
      const isFull = isDiskFailure(error);
      this.problem = isFull
        ? t('there is no space left on the disk, or it fails')
        : messageOf(error);
      if (!isFull && isLmdbError(error)) this.mark?.fail();
    }
  }

  /** Runs an action, and records in the mark that the process is inside of LMDB. */
  private inside<T>(action: (tables: StoreTables) => T): T {
    if (this.mark?.isCareful !== true) return action(this.openedTables);
    return this.mark.inside(() => action(this.openedTables));
  }
}

/** @throws Error where the disk would be too full after a write. */
export function assertSpace(folder: string, bytes = 0): void {
  if (freeSpace(folder) < MIN_FREE_BYTES + bytes)
    throw new Error(t('there is no space left on the disk'));
}
