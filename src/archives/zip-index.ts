/**
 * The index of a .zip file, from its central directory (PKWARE's APPNOTE.TXT, 4.3). Libraries
 * report one entry at a time to a callback; this takes a tenth of their time, and is there at once
 * where the identities of all images are compared.
 */
import { count } from '../text/numbers';
import { t } from '../text/translate';
import { UserError } from '../util/errors';
import type { ArchiveFile } from './archive-file';
import type { Indexing } from './archive-index';
import { cleanName } from './entry-name';
import { EntryTableBuilder, MAX_ENTRIES, type Problem } from './entry-table';
import { type Directory, findDirectory, tooManyEntries } from './zip-directory';
import { DEFLATED, LOCAL_HEADER, readZipEntry, STORED, zipRange } from './zip-entry';
import { extraField, zipName } from './zip-name';

const HEADER = 46;
const SIGNATURE = 0x02014b50;
/** Entries between two steps. */
const STEP = 1000;

/** Extra field with long sizes. */
const ZIP64 = 0x0001;
const ENCRYPTED = 1;
/** Names of common methods that are not supported. */
const METHOD_NAMES: Partial<Record<number, string>> = {
  9: 'Deflate64',
  12: 'bzip2',
  14: 'LZMA',
  93: 'Zstandard',
  95: 'XZ',
  98: 'PPMd',
};

export function* indexZip(file: ArchiveFile): Indexing {
  const directory = findDirectory(file);
  const builder = new EntryTableBuilder();
  let position = directory.start;
  let found = 0;
  for (; found < directory.entries || isHeader(file, position, directory); found++) {
    if (found === MAX_ENTRIES) throw tooManyEntries(found + 1);
    position += addEntry(file, position, directory, builder);
    if (found % STEP === 0) yield;
  }
  // Some programs that do not write Zip64 give the number without its upper bits.
  if ((found - directory.entries) % 0x10000 !== 0)
    throw new UserError(
      t(
        'its directory is damaged: expected {0} entries, found {1}',
        count(directory.entries),
        count(found),
      ),
    );
  builder.markOverlaps(LOCAL_HEADER);
  const entries = builder.finish();
  return {
    entries,
    rangeOf: (row) => zipRange(entries.at(row)),
    read: (opened, row, limit) => readZipEntry(opened, entries.at(row), limit),
  };
}

const isHeader = (file: ArchiveFile, position: number, { end }: Directory): boolean =>
  position + HEADER <= end && file.window(position, HEADER).readUInt32LE(0) === SIGNATURE;

/** @returns the length of the header. */
function addEntry(
  file: ArchiveFile,
  position: number,
  { end, entries }: Directory,
  builder: EntryTableBuilder,
): number {
  const fixed = file.window(position, HEADER);
  if (fixed.readUInt32LE(0) !== SIGNATURE || position + HEADER > end)
    throw new UserError(
      t(
        'its directory is damaged at byte {0}: expected {1} entries',
        count(position),
        count(entries),
      ),
    );
  const nameLength = fixed.readUInt16LE(28);
  const extraLength = fixed.readUInt16LE(30);
  const length = HEADER + nameLength + extraLength + fixed.readUInt16LE(32);
  const header = file.window(position, length);
  const rawName = header.subarray(HEADER, HEADER + nameLength);
  const extra = header.subarray(HEADER + nameLength, HEADER + nameLength + extraLength);
  const flags = header.readUInt16LE(8);
  const method = header.readUInt16LE(10);
  const place = placeOf(header, extra);
  const raw = zipName(rawName, flags, extra).replaceAll('\\', '/');
  const name = cleanName(raw);
  if (name === '' || raw.endsWith('/')) return length; // a folder
  const problem = problemOf(header, flags, method);
  const rest = { ...place, crc: header.readUInt32LE(16), method };
  if (typeof name === 'string') builder.add({ name, ...rest }, problem);
  else builder.add({ name: raw, ...rest }, { ...name, isNoFile: true });
  return length;
}

/** Sizes and position of an entry: those that do not fit are in the extra field of Zip64. */
function placeOf(header: Buffer, extra: Buffer) {
  const place = {
    size: header.readUInt32LE(24),
    stored: header.readUInt32LE(20),
    position: header.readUInt32LE(42),
  };
  const long = extra.length === 0 ? undefined : extraField(extra, ZIP64);
  if (long === undefined) return place;
  let at = 0;
  for (const key of ['size', 'stored', 'position'] as const) {
    if (place[key] !== 0xffffffff || at + 8 > long.length) continue;
    place[key] = Number(long.readBigUInt64LE(at));
    at += 8;
  }
  return place;
}

/** Systems whose permissions are those of Unix: Unix itself and macOS. */
const UNIX = [3, 19];
const FILE_TYPE = 0o170000;
const REGULAR = 0o100000;

function problemOf(header: Buffer, flags: number, method: number): Problem | undefined {
  const mode = UNIX.includes(header.readUInt8(5)) ? header.readUInt16LE(40) & FILE_TYPE : 0;
  if (mode !== 0 && mode !== REGULAR)
    return { reason: t('it is a link or a device: expected a file'), isNoFile: true };
  if ((flags & ENCRYPTED) !== 0)
    return { reason: t('it is encrypted: unpack the archive with its password'), isNoFile: false };
  if (method === STORED || method === DEFLATED) return undefined;
  const name = METHOD_NAMES[method] ?? t('an unknown method');
  return {
    reason: t('it is compressed with {0}: expected Deflate, or no compression', name),
    isNoFile: false,
  };
}
