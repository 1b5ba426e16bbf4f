/** The pages of a column of a .parquet file. */
import type { FileMetaData, PageHeader } from 'hyparquet';
import { parquetHeader } from 'hyparquet/src/column.js';
import { count } from '../text/numbers';
import { megabytes } from '../text/sizes';
import { t } from '../text/translate';
import { UserError } from '../util/errors';
import type { ArchiveFile } from './archive-file';
import { type Chunk, chunkOf, type Column, orDamaged } from './parquet-columns';
import { dictionaryValues, type PageFormat, pageValues } from './parquet-page';

/** Maximum size of a page, compressed or not; usual are some megabytes. */
const MAX_PAGE = 1 << 29;
/** Maximum number of values of a page; usual are 20,000. */
const MAX_VALUES = 1_000_000;
/** Bytes in which the header of a page lies; one with long statistics in the larger number. */
const HEADER_BYTES = [1 << 12, 1 << 20];

export interface Page {
  position: number;
  /** Bytes of header and data. */
  length: number;
  rows: number;
  /** Of the data, without compression. */
  size: number;
  /** Position of the page with the values that others refer to; undefined where there is none. */
  dictionary: number | undefined;
  format: PageFormat;
}

/**
 * The data pages of a column in a group of rows.
 * @param format of the column.
 * @param rows number of rows of the group.
 * @throws UserError where they are damaged.
 */
export function* pagesOf(
  file: ArchiveFile,
  { start, end, codec }: Chunk,
  { maxLevel, width }: Pick<PageFormat, 'maxLevel' | 'width'>,
  rows: number,
): Generator<Page, undefined> {
  if (!(start >= 0 && start <= end && end <= file.size))
    throw new UserError(
      t(
        'it is cut off or damaged: expected a column at bytes {0} to {1}, but it ends at byte {2}',
        count(start),
        count(end),
        count(file.size),
      ),
    );
  const format = { codec, maxLevel, width };
  let dictionary: number | undefined;
  let left = rows;
  for (let position = start; left > 0;) {
    const { header, length } = headerAt(file, position, end);
    const size = header.uncompressed_page_size;
    if (header.type === 'DICTIONARY_PAGE') {
      dictionary = position;
    } else {
      const inPage = valuesIn(header);
      if (inPage > left) throw noPage(position);
      if (inPage > 0) yield { position, length, rows: inPage, size, dictionary, format };
      left -= inPage;
    }
    position += length;
  }
  return undefined;
}

/** The data pages of a column in all groups of rows. */
export function* pagesIn(
  file: ArchiveFile,
  { row_groups: groups }: FileMetaData,
  column: Column,
): Generator<Page, undefined> {
  for (const group of groups)
    yield* pagesOf(file, chunkOf(group, column), column, Number(group.num_rows));
  return undefined;
}

/** The values of a page; null where there is none. */
export function valuesOf(file: ArchiveFile, page: Page): (Buffer | null)[] {
  const { position, length, dictionary, format } = page;
  const { header, body } = bodyOf(file, position, position + length);
  const values = dictionary === undefined ? undefined : bodyOf(file, dictionary, file.size);
  return pageValues(
    header,
    body,
    format,
    values && dictionaryValues(values.header, values.body, format),
  );
}

function bodyOf(file: ArchiveFile, position: number, end: number) {
  const { header, length } = headerAt(file, position, end);
  const body = file.read(
    position + length - header.compressed_page_size,
    header.compressed_page_size,
  );
  return { header, body };
}

/** The header of a page, and the length of the page with its header. */
function headerAt(
  file: ArchiveFile,
  position: number,
  end: number,
): { header: PageHeader; length: number } {
  if (position >= end) throw noPage(position);
  const { header, length } = parsedHeader(file, position, end);
  const { compressed_page_size: size, uncompressed_page_size: full } = header;
  if (!(size >= 0 && full >= 0) || position + length + size > end) throw noPage(position);
  const larger = Math.max(size, full);
  if (larger > MAX_PAGE)
    throw new UserError(
      t(
        'its page at byte {0} has {1}: expected at most {2}',
        count(position),
        megabytes(larger),
        megabytes(MAX_PAGE),
      ),
    );
  const values = valuesIn(header);
  if (!(values >= 0 && values <= MAX_VALUES))
    throw new UserError(
      t(
        'its page at byte {0} has {1} values: expected at most {2}',
        count(position),
        count(values),
        count(MAX_VALUES),
      ),
    );
  return { header, length: length + size };
}

/** Number of values of a page, the missing ones included. */
function valuesIn({
  data_page_header: first,
  data_page_header_v2: second,
  dictionary_page_header: dictionary,
}: PageHeader): number {
  // There is one value for each row, since the column holds no lists.
  if (second !== undefined && second.num_rows !== second.num_values) return NaN;
  return first?.num_values ?? second?.num_values ?? dictionary?.num_values ?? 0;
}

function parsedHeader(file: ArchiveFile, position: number, end: number) {
  const [usual, long] = HEADER_BYTES.map((bytes) => Math.min(bytes, end - position));
  const parse = (bytes: Buffer) => {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const reader = { view, offset: 0 };
    const header = parquetHeader(reader);
    return { header, length: reader.offset };
  };
  try {
    return parse(file.read(position, usual!));
  } catch {
    return orDamaged(() => parse(file.read(position, long!)));
  }
}

const noPage = (position: number) =>
  new UserError(t('it is damaged: expected a page of a column at byte {0}', count(position)));
