/** Reads the content of an entry of a .zip file. */
import { inflateRawSync } from 'node:zlib';
import { count } from '../text/numbers';
import { t } from '../text/translate';
import { crc32 } from '../util/crc32';
import { clamp } from '../util/clamp';
import { codeOf, UserError } from '../util/errors';
import { checkSize } from '../util/read-regular-file';
import type { ArchiveFile } from './archive-file';
import type { Entry } from './entry-table';

/** Compression methods. */
export const STORED = 0;
export const DEFLATED = 8;

/** Length of the header before an entry's data, without name and extra field. */
export const LOCAL_HEADER = 30;
const SIGNATURE = 0x04034b50;
/** Extra fields before the data are usually shorter. */
const USUAL_EXTRA = 64;

/** The header and the data of an entry, if its header has a usual size. */
export const zipRange = ({ name, position, stored }: Entry) => ({
  position,
  length: LOCAL_HEADER + Buffer.byteLength(name) + USUAL_EXTRA + stored,
});

/** @throws UserError where it is larger than `limit`, or damaged. */
export function readZipEntry(file: ArchiveFile, entry: Entry, limit: number): Buffer {
  const { position, stored, size, method } = entry;
  for (const bytes of [size, stored]) checkSize(bytes, limit);
  const range = zipRange(entry);
  const there = Math.min(range.length, file.size - position);
  const header = file.read(position, Math.max(LOCAL_HEADER, there));
  const start = headerLength(header, position);
  const data =
    start + stored <= header.length
      ? header.subarray(start, start + stored)
      : file.read(position + start, stored);
  const content = method === STORED ? data : inflated(data, size);
  if (content.length !== size) throw otherSize(count(content.length), size);
  if (crc32(content) !== entry.crc)
    throw new UserError(t('it is damaged: its checksum (CRC-32) is not that of its content'));
  return content;
}

/** Position of an entry's data in the file. @throws UserError where there is no entry. */
export const dataPosition = (file: ArchiveFile, { position }: Entry): number =>
  position + headerLength(file.read(position, LOCAL_HEADER), position);

function headerLength(header: Buffer, position: number): number {
  if (header.readUInt32LE(0) !== SIGNATURE)
    throw new UserError(
      t('the archive is damaged: expected an entry at byte {0}', count(position)),
    );
  return LOCAL_HEADER + header.readUInt16LE(26) + header.readUInt16LE(28);
}

function inflated(data: Buffer, size: number): Buffer {
  try {
    // The limit is in force while it inflates: what is more is never in memory.
    return inflateRawSync(data, {
      maxOutputLength: Math.max(1, size),
      chunkSize: clamp(size, MIN_CHUNK, MAX_CHUNK),
    });
  } catch (error) {
    if (codeOf(error) === 'ERR_BUFFER_TOO_LARGE') throw otherSize('more', size);
    throw new UserError(t('it is damaged: its compressed data are invalid'), { cause: error });
  }
}

/** Bytes that are inflated at a time. */
const MIN_CHUNK = 1 << 10;
const MAX_CHUNK = 1 << 20;

const otherSize = (got: string, expected: number) =>
  new UserError(t('it is damaged: expected {0} bytes, got {1}', count(expected), got));
