/** The index of a .tar file, from the headers before its entries. */
import { count } from '../text/numbers';
import { megabytes } from '../text/sizes';
import { t } from '../text/translate';
import { UserError } from '../util/errors';
import { checkSize } from '../util/read-regular-file';
import { type ArchiveFile, cutOff } from './archive-file';
import type { Indexing } from './archive-index';
import { cleanName } from './entry-name';
import { EntryTableBuilder, type Entry, type Problem } from './entry-table';
import { BLOCK, hasSparseBlock, paxRecords, tarHeader, textIn } from './tar-header';

/** Headers between two steps: with large images, each is a reading of the disk. */
const STEP = 100;
/** Maximum size of an extended header. */
const MAX_EXTENDED = 1 << 20;

export function* indexTar(file: ArchiveFile): Indexing {
  const builder = new EntryTableBuilder();
  let extended: Extended = {};
  let position = 0;
  for (let i = 0; ; i++) {
    const header = headerAt(file, position);
    if (header === undefined) break;
    const { data, end, type } = header;
    if (EXTENSIONS.has(type)) {
      extended = { ...extended, ...extensionAt(file, header) };
      position = end;
    } else {
      header.size = extended.size ?? header.size;
      addEntry(builder, header, extended);
      extended = {};
      position = hasNoData(file, header) ? data : endOf(file, data, header.size);
    }
    if (i % STEP === 0) yield;
  }
  const entries = builder.finish();
  return {
    entries,
    rangeOf: (row) => {
      const { position: start, stored } = entries.at(row);
      return { position: start, length: stored };
    },
    read: (opened, row, limit) => readTarEntry(opened, entries.at(row), limit),
  };
}

interface PlacedHeader {
  name: string;
  size: number;
  type: string;
  /** Position of the data. */
  data: number;
  /** Position of the next header. */
  end: number;
}

/** @returns undefined at the end. */
function headerAt(file: ArchiveFile, position: number): PlacedHeader | undefined {
  if (position === file.size && position > 0) return undefined; // without blocks of zeros
  const block = file.window(position, BLOCK);
  const header = tarHeader(block);
  if (header === 'end') return undefined;
  if (header === undefined || Number.isNaN(header.size)) throw noHeader(position);
  let data = position + BLOCK;
  if (header.type === GNU_SPARSE)
    for (let more = hasSparseBlock(block, true); more; data += BLOCK)
      more = hasSparseBlock(file.window(data, BLOCK), false);
  const { name, size, type } = header;
  return { name, size, type, data, end: endOf(file, data, EXTENSIONS.has(type) ? size : 0) };
}

/** Types of links, devices, folders and pipes. */
const WITHOUT_DATA: ReadonlySet<string> = new Set(['1', '2', '3', '4', '5', '6']);

/**
 * Whether the size of an entry that is no file says nothing, as another header or the end follows.
 * Some programs write the size of what a link leads to, or of a folder; of others, data follow.
 */
function hasNoData(file: ArchiveFile, { name, type, data, size }: PlacedHeader): boolean {
  if (size === 0 || !(WITHOUT_DATA.has(type) || name.endsWith('/'))) return false;
  const next = blockAt(file, data);
  // Data may begin with zeros, too.
  return next === 'end' ? blockAt(file, data + roundedUp(size)) !== 'header' : next === 'header';
}

/** What a block is: 'end' also where the file ends. */
function blockAt(file: ArchiveFile, position: number): 'header' | 'end' | 'data' {
  if (position === file.size) return 'end';
  if (position + BLOCK > file.size) return 'data';
  const header = tarHeader(file.window(position, BLOCK));
  return header === undefined ? 'data' : header === 'end' ? 'end' : 'header';
}

const noHeader = (position: number) =>
  new UserError(
    position === 0
      ? t('it is no .tar file: its first 512 bytes are no header of an entry')
      : t('it is damaged: expected the header of an entry at byte {0}', count(position)),
  );

/** @param size in bytes. @returns that of whole blocks. */
const roundedUp = (size: number): number => Math.ceil(size / BLOCK) * BLOCK;

/** Position after data, which fill whole blocks. */
function endOf(file: ArchiveFile, data: number, size: number): number {
  const end = data + roundedUp(size);
  if (data + size > file.size) throw cutOff(data, size, file.size);
  return Math.min(end, file.size); // the last block may lack its filling
}

/** What headers before the header of an entry say about it. */
interface Extended {
  name?: string;
  size?: number;
  isSparse?: boolean;
}

const PAX = 'x';
const LONG_NAME = 'L';
const GNU_SPARSE = 'S';
/** Headers about the next entry. Those about all entries, and about links, are skipped. */
const EXTENSIONS: ReadonlySet<string> = new Set([PAX, LONG_NAME, 'X', 'g', 'K', 'N', 'V']);

function extensionAt(file: ArchiveFile, { type, data, size: length }: PlacedHeader): Extended {
  if (![PAX, LONG_NAME].includes(type)) return {};
  if (length > MAX_EXTENDED)
    throw new UserError(
      t(
        'the header before byte {0} has {1}: expected at most {2}',
        count(data),
        megabytes(length),
        megabytes(MAX_EXTENDED),
      ),
    );
  const bytes = file.read(data, length);
  if (type === LONG_NAME) return { name: textIn(bytes) };
  const records = paxRecords(bytes);
  if (records === undefined)
    throw new UserError(t('it is damaged: expected an extended header at byte {0}', count(data)));
  const name = records.get('GNU.sparse.name') ?? records.get('path');
  const size = records.get('size');
  const isSparse = [...records.keys()].some((key) => key.startsWith('GNU.sparse.'));
  return {
    ...(name === undefined ? {} : { name: textIn(name) }),
    ...(size === undefined ? {} : { size: sizeIn(size, data) }),
    ...(isSparse ? { isSparse } : {}),
  };
}

function sizeIn(text: Buffer, position: number): number {
  const size = Number(text.toString('latin1'));
  if (Number.isSafeInteger(size) && size >= 0) return size;
  throw new UserError(
    t('it is damaged: expected the size of an entry at byte {0}', count(position)),
  );
}

/** Types of regular files: POSIX's, that of the first tar, and contiguous ones. */
const REGULAR = ['0', '\0', '7'];
const NOT_ENTRIES = ['5', 'D'];

function addEntry(
  builder: EntryTableBuilder,
  { name: shortName, type, data, size }: PlacedHeader,
  extended: Extended,
): void {
  const raw = (extended.name ?? shortName).replaceAll(SEPARATOR, '/');
  const name = cleanName(raw);
  if (NOT_ENTRIES.includes(type) || name === '' || raw.endsWith('/')) return; // a folder
  const rest = { position: data, stored: size, size, crc: 0, method: 0 };
  if (typeof name === 'string') builder.add({ name, ...rest }, problemOf(type, extended));
  else builder.add({ name: raw, ...rest }, { ...name, isNoFile: true });
}

/** On Windows, a backslash separates the parts of every path; elsewhere names may hold it. */
const SEPARATOR = process.platform === 'win32' ? '\\' : '/';

function problemOf(type: string, { isSparse = false }: Extended): Problem | undefined {
  if (isSparse || type === GNU_SPARSE)
    return { reason: t('it is a sparse file: expected one without holes'), isNoFile: false };
  if (REGULAR.includes(type)) return undefined;
  return { reason: t('it is a link or a device: expected a file'), isNoFile: true };
}

/** @throws UserError where it is larger than `limit`. */
function readTarEntry(file: ArchiveFile, { position, size }: Entry, limit: number): Buffer {
  checkSize(size, limit);
  return file.read(position, size);
}
