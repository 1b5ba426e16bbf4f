/** Errors of LMDB, and values that cannot be decoded. */
import type { Database } from 'lmdb';
import { messageOf } from '../util/errors';

/** Whether LMDB itself reported the error. Its codes are numbers; those of Node.js are strings. */
export const isLmdbError = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && typeof error.code === 'number';

/** Whether an error means that the files cannot be used as they are. */
export const isCorruption = (error: unknown): boolean =>
  /MDB_(INVALID|CORRUPTED|VERSION_MISMATCH|PANIC|PAGE_NOTFOUND|CURSOR_FULL|BAD_)/.test(
    messageOf(error),
  );

/**
 * Whether the disk is full or fails. LMDB reports a write that was cut short like any other failed
 * write.
 */
export const isDiskFailure = (error: unknown): boolean =>
  /no space|ENOSPC|quota|EDQUOT|file too large|EFBIG|input\/output|MDB_MAP_FULL/i.test(
    messageOf(error),
  );

/**
 * Reads a value that may be damaged.
 * @returns undefined where it cannot be decoded.
 * @throws errors that LMDB itself reports.
 */
export function decoded<T>(get: () => T): T | undefined {
  try {
    return get();
  } catch (error) {
    if (isLmdbError(error)) throw error;
    return undefined;
  }
}

/**
 * All entries of a table; the value is undefined where it cannot be decoded.
 * @throws errors that LMDB itself reports.
 */
export function* entriesOf<Value, Key extends string | number | (string | number)[]>(
  table: Database<Value, Key>,
): Generator<{ key: Key; value: unknown }> {
  let seen = 0;
  try {
    for (const entry of table.getRange()) {
      seen += 1;
      yield entry;
    }
  } catch (error) {
    if (isLmdbError(error)) throw error;
    // A range ends at the first value that cannot be decoded; the rest is read one by one.
    for (const key of [...table.getKeys()].slice(seen))
      yield { key, value: decoded(() => table.get(key)) };
  }
}
