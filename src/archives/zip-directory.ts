/** Finds the central directory of a .zip file, which the end of the file names. */
import { count } from '../text/numbers';
import { t } from '../text/translate';
import { UserError } from '../util/errors';
import type { ArchiveFile } from './archive-file';
import { MAX_ENTRIES } from './entry-table';

export interface Directory {
  entries: number;
  /** Position of its first byte, and of the one after its last. */
  start: number;
  end: number;
}

const END_RECORD = 22;
const LONGEST_COMMENT = 0xffff;
const ZIP64_LOCATOR = 20;
const ZIP64_RECORD = 56;
/** Minimum size of an entry of the directory. */
const MIN_ENTRY = 46;

/** @throws UserError where there is none, or it cannot be used. */
export function findDirectory(file: ArchiveFile): Directory {
  const { position, record } = endRecord(file);
  const long = zip64Record(file, position);
  const disk = long?.readUInt32LE(16) ?? record.readUInt16LE(4);
  const entries = long === undefined ? record.readUInt16LE(10) : numberAt(long, 32);
  const size = long === undefined ? record.readUInt32LE(12) : numberAt(long, 40);
  const start = long === undefined ? record.readUInt32LE(16) : numberAt(long, 48);
  if (disk !== 0)
    throw new UserError(t('it is a part of an archive of several files: expected a whole one'));
  if (entries > MAX_ENTRIES) throw tooManyEntries(entries);
  if (start + size > position)
    throw new UserError(
      t(
        'it is damaged: its directory should end at byte {0}, but the record after it is at byte {1}',
        count(start + size),
        count(position),
      ),
    );
  if (entries * MIN_ENTRY > size)
    throw new UserError(
      t(
        'it is damaged: a directory of {0} bytes cannot hold {1} entries',
        count(size),
        count(entries),
      ),
    );
  return { entries, start, end: start + size };
}

export const tooManyEntries = (entries: number) =>
  new UserError(t('it has {0} entries: expected at most {1}', count(entries), count(MAX_ENTRIES)));

/** The last record of the file, which only a comment follows. */
function endRecord(file: ArchiveFile): { position: number; record: Buffer } {
  const length = Math.min(file.size, END_RECORD + LONGEST_COMMENT);
  const tail = file.read(file.size - length, length);
  for (let at = tail.length - END_RECORD; at >= 0; at--) {
    if (tail.readUInt32LE(at) !== 0x06054b50) continue;
    if (at + END_RECORD + tail.readUInt16LE(at + 20) > tail.length) continue; // data like it
    return { position: file.size - length + at, record: tail.subarray(at, at + END_RECORD) };
  }
  const begins = file.size >= 4 && file.read(0, 4).readUInt32LE(0) === 0x04034b50;
  throw new UserError(
    begins
      ? t(
          'it is cut off: it begins as a .zip file does, but its directory is not at its end (byte {0})',
          count(file.size),
        )
      : t('it is no .zip file: expected a directory of its entries at its end'),
  );
}

/** The record of Zip64, where there is one: for more than 65,535 entries, or 4 gigabytes. */
function zip64Record(file: ArchiveFile, end: number): Buffer | undefined {
  if (end < ZIP64_LOCATOR) return undefined;
  const locator = file.read(end - ZIP64_LOCATOR, ZIP64_LOCATOR);
  if (locator.readUInt32LE(0) !== 0x07064b50) return undefined;
  const position = numberAt(locator, 8);
  const record = file.read(position, ZIP64_RECORD);
  if (record.readUInt32LE(0) !== 0x06064b50)
    throw new UserError(
      t('it is damaged: expected a record of Zip64 at byte {0}', count(position)),
    );
  return record;
}

const numberAt = (bytes: Buffer, at: number): number => Number(bytes.readBigUInt64LE(at));
